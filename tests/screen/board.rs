//! The board on virtual terminals of all sizes: it fits, each note stands once, and no frame goes into the history.

use batchprp::cli::screen::block::{Block, Frame};
use batchprp::event::kind::{EdgeInfo, EdgeReason, EventKind, ItemInfo, ItemStatus};
use batchprp::event::{Event, RunView};
use batchprp::model::usage::Usage;
use batchprp::report::board::{self, Look};
use batchprp::report::{Reporter, Style, View};
use nix::time::{ClockId, clock_gettime};

use super::terminal::history;

const COLUMNS: [u16; 5] = [40, 60, 80, 120, 200];
const ROWS: [u16; 2] = [10, 50];

fn id(n: usize) -> String {
    format!("PRP-47.{}.{n}", n / 10 + 1)
}

/// Plays a run of so many items: they start, work, fail or end, and notes are told meanwhile.
fn events(items: usize) -> Vec<Event> {
    let info = |n: usize| ItemInfo {
        id: id(n),
        title: format!("Thing {n} with a long title"),
        name: format!("{}-some-long-name-of-an-item", id(n)),
        stage: u32::try_from(n / 10 + 1).expect("small"),
        phases: 3,
        hours: 1.0,
        complexity: None,
    };
    let edge = |n: usize| EdgeInfo { from: id(n - 10), to: id(n), reason: EdgeReason::Explicit, file: None };
    let mut kinds = vec![
        EventKind::RunStarted {
            command: "exe".to_owned(),
            batch: Some(47),
            pid: 1,
            host: "here".to_owned(),
            argv: Vec::new(),
            jobs: 4,
            merges: true,
            max_tokens: Some(100_000),
            max_cost: Some(5.0),
        },
        EventKind::Graph {
            items: (0..items).map(info).collect(),
            stages: std::collections::BTreeMap::new(),
            edges: (10..items).map(edge).collect(),
            critical_path: Vec::new(),
            bound_hours: 3.0,
        },
    ];
    for n in 0..items {
        let item = id(n);
        kinds.push(EventKind::ItemStarted { item: item.clone(), stage: 1, attempt: 1 });
        kinds.push(EventKind::PhaseStarted {
            item: item.clone(),
            phase: 2,
            title: "日本語 and more".to_owned(),
            of: 3,
        });
        kinds.push(EventKind::Progress {
            item: item.clone(),
            percent: Some(50.0),
            step: "Edit src/main.rs".to_owned(),
        });
        kinds.push(EventKind::warning(Some(item.clone()), format!("note {n} of the run.")));
        if n == 1 {
            let files = vec!["src/lib.rs".to_owned()];
            kinds.push(EventKind::Conflict { item: item.clone(), files });
            kinds.push(EventKind::QuotaPaused { agent: "claude".to_owned(), until: None, again: None });
        }
        let status = if n % 7 == 1 { ItemStatus::Conflict } else { ItemStatus::Completed };
        if n % 3 != 2 {
            let (outcome, value, reason) = (None, None, "some reason for that".to_owned());
            kinds.push(EventKind::ItemFinished { item, status, outcome, reason, value, duration: 65.0 });
        }
    }
    let at = |seq: u64| format!("2026-11-20T10:{:02}:{:02}Z", seq / 60 % 60, seq % 60);
    (1..).zip(kinds).map(|(seq, kind)| Event { seq, at: at(seq), run: "r1".to_owned(), kind }).collect()
}

/// A terminal and what draws on it.
struct Scene {
    terminal: vt100::Parser,
    block: Block,
    reporter: Reporter,
    style: Style,
    /// Most rows that a frame had.
    highest: usize,
}

impl Scene {
    fn new(rows: u16, columns: u16, unicode: bool) -> Self {
        let style = Style { color: true, unicode, width: columns.into(), breaks: true };
        let mut terminal = vt100::Parser::new(rows, columns, 100_000);
        // A shell stands at the last row mostly.
        terminal.process("$ batchprp exe\r\n".repeat(usize::from(rows)).as_bytes());
        Self { terminal, block: Block::default(), reporter: Reporter::new(View::Brief, style), style, highest: 0 }
    }

    fn show(&mut self, above: &str, look: &Look) {
        let (rows, columns) = self.terminal.screen().size();
        let lines = board::frame(&self.reporter.state, look);
        self.highest = self.highest.max(lines.len());
        let frame = Frame { lines, columns: columns.into(), rows: rows.into() };
        let text = self.block.update(above, Some(frame)).replace('\n', "\r\n");
        self.terminal.process(text.as_bytes());
    }

    fn look(&self, seq: u64) -> Look {
        let (rows, columns) = self.terminal.screen().size();
        let now = format!("2026-11-20T10:{:02}:{:02}.5Z", seq / 60 % 60, seq % 60).parse().ok();
        let style = Style { width: columns.into(), ..self.style };
        Look::new(now, style, usize::from(rows) - 1)
    }

    fn play(&mut self, events: &[Event]) {
        for event in events {
            let above = self.reporter.event(event);
            let look = self.look(event.seq);
            self.show(&above, &look);
            // Time goes by without an event.
            let look = self.look(event.seq + 1);
            self.show("", &look);
        }
    }
}

#[test]
fn frames_fit_every_terminal_and_the_history_holds_each_note_once_and_no_frame() {
    for (columns, rows, items) in
        COLUMNS.iter().flat_map(|c| ROWS.iter().flat_map(move |r| [(*c, *r, 3), (*c, *r, 70)]))
    {
        let mut scene = Scene::new(rows, columns, true);
        scene.play(&events(items));
        let size = format!("{items} items on {columns}x{rows}");
        assert!(scene.highest < usize::from(rows), "{size}: a frame of {} rows", scene.highest);
        let all = history(&mut scene.terminal);
        // Long lines are broken at their words.
        let text = all.iter().flat_map(|row| row.split_whitespace()).collect::<Vec<_>>().join(" ");
        for n in 0..items {
            assert_eq!(
                text.matches(&format!("note {n} of the run.")).count(),
                1,
                "{size}: note {n}\n{}",
                all.join("\n")
            );
        }
        let frames = all.iter().filter(|row| row.starts_with("BATCH 47: exe")).count();
        assert_eq!(frames, 1, "{size}: frames in\n{}", all.join("\n"));
        assert!(scene.terminal.screen().contents().contains("Elapsed:"), "{size}");
        assert!(scene.terminal.screen().contents().contains("PAUSED: usage limit of claude"), "{size}");
    }
}

#[test]
fn a_terminal_that_is_made_narrower_and_wider_shows_one_frame() {
    let mut scene = Scene::new(30, 120, true);
    let events = events(3);
    let (begin, end) = events.split_at(events.len() / 2);
    scene.play(begin);
    for columns in [50, 160, 80] {
        scene.terminal.screen_mut().set_size(30, columns);
        scene.play(&end[..1]);
    }
    scene.play(&end[1..]);
    let screen = scene.terminal.screen().contents();
    assert_eq!(screen.matches("Elapsed:").count(), 1, "{screen}");
    // A terminal that is made lower gives up the rows below its cursor first.
    let (row, column) = scene.terminal.screen().cursor_position();
    let at = screen.lines().position(|line| line.starts_with("BATCH 47: exe"));
    assert_eq!((at, column), (Some(usize::from(row)), 0), "{screen}");
    assert!(scene.terminal.screen().hide_cursor());
    let empty = Frame { columns: 80, rows: 30, ..Frame::default() };
    let text = scene.block.update("", Some(empty));
    scene.terminal.process(text.as_bytes());
    assert!(!scene.terminal.screen().hide_cursor());
    assert!(!scene.terminal.screen().contents().contains("Elapsed:"));
}

/// Returns the board of two items, the second of which `then` happens to.
fn board_after(columns: usize, then: Vec<EventKind>) -> String {
    let mut state = RunView::of(&events(2)[..2]);
    let kinds = (0..2).flat_map(|n| {
        let phase = EventKind::PhaseStarted { item: id(n), phase: 1, title: "Part".to_owned(), of: 3 };
        [EventKind::ItemStarted { item: id(n), stage: 1, attempt: 1 }, phase, attempt(n)]
    });
    for (seq, kind) in (3..).zip(kinds.chain(then)) {
        state.apply(&Event { seq, at: "2026-11-20T10:15:00Z".to_owned(), run: "r1".to_owned(), kind });
    }
    let style = Style { width: columns, ..Style::PLAIN };
    board::frame(&state, &Look::new("2026-11-20T10:15:08Z".parse().ok(), style, 50)).join("\n")
}

fn attempt(n: usize) -> EventKind {
    let (agent, spec, silence) = ("claude".to_owned(), String::new(), Some(60.0));
    EventKind::AttemptStarted { item: id(n), attempt: 1, phase: Some(1), pid: 1, agent, model: None, spec, silence }
}

#[test]
fn the_check_that_runs_is_named_with_its_time_and_its_second_try() {
    let check = |time| EventKind::Checking {
        item: id(1),
        phase: 1,
        level: 3,
        command: "sleep 12; false".to_owned(),
        time,
        limit: 600.0,
    };
    let shown = board_after(120, vec![check(1)]);
    assert!(shown.contains("checking level 3, 8s of 10m: sleep 12; false"), "{shown}");
    let shown = board_after(80, vec![check(1), check(2)]);
    assert!(shown.contains("checking level 3, second try, 8s"), "{shown}");
}

#[test]
fn what_waits_for_a_limit_or_for_its_merge_is_not_at_work() {
    let usage = batchprp::model::usage::Usage::default();
    let ended = EventKind::AttemptFinished {
        item: id(1),
        attempt: 1,
        phase: Some(1),
        status: "rate_limited".to_owned(),
        duration: 1.0,
        usage,
        said: Vec::new(),
        stderr: None,
    };
    let until = "2026-11-20T10:18:00Z".parse::<jiff::Timestamp>().expect("a time").as_second();
    let paused = EventKind::QuotaPaused { agent: "claude".to_owned(), until: Some(until), again: Some(until) };
    for columns in [40, 80, 200] {
        let shown = board_after(columns, vec![paused.clone(), ended.clone()]);
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("0/2 done, 1 at work, 1 waiting for a usage limit"), "{shown}");
        assert!(words.contains("until 2026-11-20T10:18:00Z (in 2m 52s), then the run goes on"), "{shown}");
        assert!(shown.lines().all(|line| line.chars().count() <= columns), "{shown}");
    }
    let shown = board_after(120, vec![paused, ended]);
    assert!(shown.contains("waits for the usage limit of claude") && !shown.contains("silent 8s  waits"), "{shown}");
    let shown = board_after(120, vec![EventKind::MergeAwaited { item: id(1) }]);
    assert!(shown.contains("1 at work, 1 to be merged") && shown.contains("waits for its merge"), "{shown}");
}

#[test]
fn what_an_attempt_has_used_so_far_is_shown_once() {
    let usage = |cost| Usage { cost: Some(cost), ..Usage::default() };
    let spent = EventKind::Spent { item: id(1), usage: usage(1.5) };
    let shown = board_after(120, vec![spent.clone(), spent.clone()]);
    assert!(shown.contains("Cost: $3.00 of $5.00"), "{shown}");
    let ended = EventKind::AttemptFinished {
        item: id(1),
        attempt: 1,
        phase: Some(1),
        status: "ok".to_owned(),
        duration: 1.0,
        usage: usage(3.25),
        said: Vec::new(),
        stderr: None,
    };
    let shown = board_after(120, vec![spent.clone(), spent, ended]);
    assert!(shown.contains("Cost: $3.25 of $5.00"), "{shown}");
}

#[test]
fn ids_stay_apart_on_a_narrow_terminal_and_titles_stand_on_a_wide_one() {
    let shown = board_after(40, Vec::new());
    assert!(shown.contains(&id(0)) && shown.contains(&id(1)), "{shown}");
    assert!(board_after(200, Vec::new()).contains("Thing 1 with a long title"));
}

#[test]
fn what_is_left_out_is_counted_by_how_it_stands() {
    let now = "2026-11-20T11:00:00Z".parse().ok();
    let (state, head) = (RunView::of(&events(200)), ["waiting for a usage limit", "in trouble"]);
    let frame = |height| board::frame(&state, &Look::new(now, Style::PLAIN, height)).join("\n");
    for height in [7, 10, 14] {
        let shown = frame(height);
        let more = shown.lines().find(|line| line.contains("items more: ")).expect("what is left out");
        let counts = more.split_once(": ").expect("counts").1.split(", ");
        let sum: usize =
            counts.map(|part| part.split(' ').next().expect("a count").parse::<usize>().expect("a count")).sum();
        assert!(more.contains(&format!(" {sum} items more")), "each is counted once: {more}");
        // What is left out is counted by the words of the head.
        assert!(head.iter().all(|part| shown.lines().next().is_some_and(|line| line.contains(part))), "{shown}");
        assert!(head.iter().all(|part| more.contains(part)), "{shown}");
    }
}

#[test]
fn a_board_without_unicode_is_ascii_and_the_selected_item_opens() {
    let mut scene = Scene::new(50, 80, false);
    let events: Vec<Event> = events(3);
    for event in &events {
        drop(scene.reporter.event(event));
    }
    let mut look = scene.look(300);
    (look.selected, look.is_open) = (Some(id(2)), true);
    look.style.color = false;
    let frame = board::frame(&scene.reporter.state, &look);
    let text = frame.join("\n").replace("日本語", "");
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("- Edit src/main.rs") && text.contains("phase 2/3"), "{text}");
    look.folds = true;
    let folded = board::frame(&scene.reporter.state, &look).join("\n");
    assert!(folded.contains("1 item more") && !folded.contains(&format!("{}-some", id(0))), "{folded}");
}

/// Returns the seconds of processor time that this thread has used: neighbours on the machine do not count.
fn processor_time() -> f64 {
    let used = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(std::time::Duration::from);
    used.expect("a clock").as_secs_f64()
}

#[test]
fn two_hundred_items_are_drawn_in_a_millisecond() {
    let events = events(200);
    let state = RunView::of(&events);
    let now = "2026-11-20T11:00:00Z".parse().ok();
    let begin = processor_time();
    for _ in 0..20 {
        assert!(board::frame(&state, &Look::new(now, Style::PLAIN, 49)).len() <= 49);
    }
    let each = (processor_time() - begin) / 20.0;
    println!("a frame of two hundred items: {:.2} ms of processor time", each * 1000.0);
    // An unoptimised build takes about ten times as long as the one that is promised a millisecond.
    assert!(each < if cfg!(debug_assertions) { 0.01 } else { 0.001 }, "{each} s");
}
