//! The views of one run: what people see on the board, at the end, and in files.

use std::collections::BTreeMap;

use batchprp::event::kind::{EventKind, ItemInfo, ItemStatus};
use batchprp::event::{Event, ItemView, RunView};
use batchprp::report::board::{self, Look};
use batchprp::report::ci::Place;
use batchprp::report::ci::github::{self, Wanted};
use batchprp::report::life::Life;
use batchprp::report::page::{self, History, ItemDetail, ItemTexts, RunPage, Steps};
use batchprp::report::{Style, junit, lines, markdown, metrics, summary};

const RUN: &str = include_str!("report/run.jsonl");

fn events() -> Vec<Event> {
    RUN.lines().map(|line| Event::from_json(line).expect("an event")).collect()
}

/// Returns the state after all events up to a number.
fn state(seq: u64) -> RunView {
    let events: Vec<Event> = events().into_iter().filter(|event| event.seq <= seq).collect();
    RunView::of(&events)
}

/// One of so many equal items is done, after a minute; the others have not begun.
fn with_jobs(jobs: u32) -> RunView {
    let item = |number: u32| ItemInfo {
        id: format!("PRP-47.1.{number}"),
        title: "Work".to_owned(),
        name: format!("PRP-47.1.{number}-work"),
        stage: 1,
        phases: 1,
        hours: 1.0,
        complexity: None,
    };
    let done = item(1).id;
    let kinds = [
        EventKind::RunStarted {
            command: "exe".to_owned(),
            batch: Some(47),
            pid: 1,
            host: "build".to_owned(),
            argv: Vec::new(),
            jobs,
            merges: false,
            max_cost: None,
            max_tokens: None,
        },
        EventKind::Graph {
            items: (1..=5).map(item).collect(),
            stages: BTreeMap::new(),
            edges: Vec::new(),
            critical_path: Vec::new(),
            bound_hours: 1.0,
        },
        EventKind::ItemStarted { item: done.clone(), stage: 1, attempt: 1 },
        EventKind::ItemFinished {
            item: done,
            status: ItemStatus::Completed,
            outcome: None,
            reason: String::new(),
            value: None,
            duration: 60.0,
        },
    ];
    let at = || "2026-11-20T10:15:00.000Z".to_owned();
    let event = |(seq, kind)| Event { seq, at: at(), run: "r".to_owned(), kind };
    RunView::of(&(1..).zip(kinds).map(event).collect::<Vec<_>>())
}

#[test]
fn the_board_shares_what_is_left_among_the_jobs_but_no_item_among_two() {
    let left = |jobs| {
        let frame = board::frame(&with_jobs(jobs), &Look::new(None, Style::PLAIN, 100)).join("\n");
        frame.split_once("done ≈ ").and_then(|(_, rest)| rest.lines().next().map(str::to_owned)).unwrap_or(frame)
    };
    assert_eq!([1, 2, 4, 8].map(left), ["4m", "2m", "1m", "1m"]);
}

fn text(write: impl Fn(&RunView, &mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&state(u64::MAX), &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn the_board_in_the_middle_of_a_run() {
    let frame = board::frame(&state(22), &Look::new(None, Style::PLAIN, 100)).join("\n");
    insta::assert_snapshot!(frame);
}

#[test]
fn the_board_on_a_small_terminal_without_unicode() {
    let style = Style { unicode: false, ..Style::PLAIN };
    let frame = board::frame(&state(22), &Look::new(None, style, 9));
    assert!(frame.len() <= 9);
    let frame = frame.join("\n");
    assert!(frame.is_ascii(), "{frame}");
    insta::assert_snapshot!(frame);
    assert!(board::frame(&state(22), &Look::new(None, style, 5)).len() <= 5);
}

#[test]
fn the_lines_of_a_run() {
    let mut state = RunView::default();
    let mut said = Vec::new();
    for event in events() {
        state.apply(&event);
        said.extend(lines::of(&event, &state, Style::PLAIN));
    }
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn the_summary_at_the_end() {
    insta::assert_snapshot!(text(|state, out| summary::write(state, Style::PLAIN, out)));
}

#[test]
fn the_metrics() {
    let figures = metrics::from_events(&events());
    insta::assert_snapshot!(serde_json::to_string_pretty(&figures).expect("JSON"));
}

#[test]
fn the_report_as_junit() {
    insta::assert_snapshot!(text(|state, out| junit::write(state, out)));
}

/// Attributes by element, as the schema of the xUnit plugin of Jenkins has them: it refuses a file with any other.
const JUNIT: [(&str, &[&str]); 8] = [
    ("testsuites", &["name", "time", "tests", "failures", "errors"]),
    (
        "testsuite",
        &["name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname", "id", "package"],
    ),
    ("testcase", &["name", "time", "classname", "group"]),
    ("failure", &["type", "message"]),
    ("error", &["type", "message"]),
    ("skipped", &["type", "message"]),
    ("system-out", &[]),
    ("system-err", &[]),
];

#[test]
fn junit_holds_what_its_schema_knows_and_nothing_else() {
    let text = text(|state, out| junit::write(state, out));
    let tags = text.split('<').skip(1).filter(|tag| !tag.starts_with(['?', '/', '!']));
    let mut seen = 0;
    for tag in tags {
        let tag = tag.split('>').next().expect("a tag");
        let (name, rest) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag.trim_end_matches('/'), ""));
        let known = JUNIT.iter().find(|(known, _)| *known == name).expect(name);
        // Values are quoted: every other piece between quotes ends with a name.
        for piece in rest.split('"').step_by(2).filter(|piece| !piece.trim().is_empty()) {
            let attribute = piece.trim().trim_end_matches('=');
            assert!(known.1.contains(&attribute), "{name} has {attribute} in {text}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen} attributes in {text}");
}

#[test]
fn the_report_as_markdown() {
    insta::assert_snapshot!(text(|state, out| markdown::write(state, out)));
}

/// Where the documents of two items say what was to be done.
fn written(wanted: Wanted<'_>) -> Option<Place> {
    let path = format!("PRPs/{}.md", wanted.item);
    let line = 10 * wanted.phase.unwrap_or(0) + wanted.gate.map_or(1, |(level, _)| u32::from(level) + 4);
    (wanted.item != "PRP-47.3.1").then_some(Place { path, line, column: None })
}

#[test]
fn the_annotations_for_github() {
    insta::assert_snapshot!(text(|state, out| github::write(state, &written, out)));
}

#[test]
fn the_html_page_needs_nothing_else_and_runs_no_text_of_documents() {
    let state = state(u64::MAX);
    let run = RunPage::of(&state, Life::Ended, &Look::new(None, Style::PLAIN, 0), Steps::default());
    let item = |item: &ItemView| (item.info.id.clone(), ItemDetail::of(item), ItemTexts::default());
    let items: Vec<_> = state.items.iter().map(item).collect();
    let page = page::report(&run, &items, &History::of(&[], &|_| None)).expect("a page");
    assert!(page.contains("PRP-47.2.1-auth") && page.contains("\\u003cscript>"), "{page}");
    assert_eq!(page.matches("<script").count(), 2, "the data and the program: {page}");
    // A namespace is a name and not an address.
    let page = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("src="), "{page}");
}

#[test]
fn unknown_usage_stays_unknown() {
    let figures = metrics::from_state(&state(3));
    assert_eq!((figures.tokens, figures.cost, figures.token_usage), (None, None, None));
    assert_eq!(figures.exit_code, None);
}

mod spans {
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
    use opentelemetry_proto::tonic::trace::v1::Span;

    use super::*;
    use batchprp::report::otlp;

    /// Reads the document as a collector does: with the types that are made from the published protocol.
    fn spans(events: &[Event]) -> Vec<Span> {
        let text = otlp::document(events);
        let request: ExportTraceServiceRequest = serde_json::from_str(&text).expect("a request of the protocol");
        assert_eq!((request.resource_spans.len(), request.resource_spans[0].scope_spans.len()), (1, 1), "{text}");
        request.resource_spans[0].scope_spans[0].spans.clone()
    }

    #[test]
    fn a_run_is_one_tree_of_spans_in_which_nothing_lies_outside_of_what_surrounds_it() {
        let events = events();
        let spans = spans(&events);
        let roots: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id.is_empty()).collect();
        assert_eq!(roots.len(), 1, "one root: {roots:?}");
        let root = roots[0];
        assert_eq!((root.trace_id.len(), root.span_id.len()), (16, 8));
        for span in spans.iter().filter(|span| !span.parent_span_id.is_empty()) {
            let around = spans.iter().find(|other| other.span_id == span.parent_span_id);
            let around = around.expect("a span hangs on another one of the run");
            assert_eq!(span.trace_id, root.trace_id);
            assert!(span.start_time_unix_nano <= span.end_time_unix_nano, "{span:?}");
            assert!(around.start_time_unix_nano <= span.start_time_unix_nano, "{span:?} in {around:?}");
            assert!(span.end_time_unix_nano <= around.end_time_unix_nano, "{span:?} in {around:?}");
        }
        let ids: std::collections::BTreeSet<&[u8]> = spans.iter().map(|span| span.span_id.as_slice()).collect();
        assert_eq!(ids.len(), spans.len(), "no id twice");
        for kind in ["phase ", "agent ", "check L", "merge"] {
            assert!(spans.iter().any(|span| span.name.starts_with(kind)), "no span of `{kind}`");
        }
        assert_eq!(spans.iter().filter(|span| span.name == "PRP-47.1.1").count(), 1);
        assert!(root.end_time_unix_nano > root.start_time_unix_nano);
        assert_eq!(otlp::document(&events), otlp::document(&events), "the same run gives the same ids");
    }
}
