//! Every kind of event that says something, in every way to show a run.

use batchprp::event::kind::{EventKind, GuardFinding, GuardVerdict, Guilty, ItemStatus, Severity};
use batchprp::event::{Event, RunView};
use batchprp::model::agent::TimerKind;
use batchprp::model::validation::LevelVerdict;

use super::support::Test;
use super::terminal::Terminal;

/// What weighs so much is shown on a board.
const BOARD: u8 = 1;
/// And so much also with `--quiet`.
const QUIET: u8 = 2;

fn item() -> String {
    "PRP-1.1.1".to_owned()
}

fn note(severity: Severity, text: &str) -> EventKind {
    EventKind::Note { item: Some(item()), text: text.to_owned(), severity }
}

fn finished(status: ItemStatus, reason: &str) -> EventKind {
    let (outcome, value) = (None, None);
    EventKind::ItemFinished { item: item(), status, outcome, reason: reason.to_owned(), value, duration: 1.0 }
}

/// Each event with the words that tell it, and from where on it is shown.
fn told() -> Vec<(EventKind, &'static str, u8)> {
    let files = || vec!["src/a.rs".to_owned()];
    let finding =
        GuardFinding { rule: "secret".to_owned(), path: "k.pem".to_owned(), line: None, reason: "a key".to_owned() };
    let guard = |verdict| EventKind::Guard { item: item(), verdict, findings: vec![finding.clone()] };
    let guilty = vec![Guilty { item: item(), phase: Some(1) }];
    vec![
        (note(Severity::Info, "skipped as done"), "PRP-1.1.1 skipped as done", BOARD),
        (note(Severity::Warning, "differs from its base"), "PRP-1.1.1 ⚠ differs from its base", QUIET),
        (note(Severity::Error, "cannot be read"), "PRP-1.1.1 ✗ cannot be read", QUIET),
        (EventKind::warning(None, "2 files are not part of the batch"), "⚠ 2 files are not part", QUIET),
        (EventKind::ItemStarted { item: item(), stage: 1, attempt: 1 }, "started (stage 1)", 0),
        (EventKind::ItemStarted { item: item(), stage: 1, attempt: 2 }, "started (stage 1, attempt 2)", BOARD),
        (EventKind::Resumed { item: item(), phases: vec![1], next: Some(2) }, "resumed: phase 1 done before", 0),
        (EventKind::PhaseStarted { item: item(), phase: 1, title: "Do".to_owned(), of: 2 }, "phase 1/2: Do", 0),
        (
            EventKind::Checkpoint { item: item(), phase: 1, commit: "abc".to_owned(), subject: "s".to_owned() },
            "phase 1 committed abc",
            0,
        ),
        (
            EventKind::Validation {
                item: item(),
                phase: 1,
                level: 2,
                result: LevelVerdict::Failed,
                errors: vec!["`ruff check` ended with exit code 1".to_owned(), "app.py:1: F401".to_owned()],
                log: Some(".ce/checks/p1.log".to_owned()),
            },
            "✗ phase 1 level 2 failed: `ruff check` ended with exit code 1",
            QUIET,
        ),
        (EventKind::Merge { item: item(), commit: "def".to_owned() }, "merged as def", 0),
        (EventKind::Conflict { item: item(), files: files() }, "merge conflict in src/a.rs", QUIET),
        (guard(GuardVerdict::Noted), "noted: k.pem", QUIET),
        (guard(GuardVerdict::NeedsApproval), "needs approval: k.pem", QUIET),
        (guard(GuardVerdict::Refused), "refused: k.pem", QUIET),
        (
            EventKind::Approved { item: item(), by: "ann".to_owned(), rules: vec!["secret".to_owned()] },
            "approved by ann",
            BOARD,
        ),
        (
            EventKind::MergeRejected {
                item: item(),
                level: 3,
                reason: "red".to_owned(),
                guilty,
                errors: vec![],
                log: None,
            },
            "not merged: red",
            QUIET,
        ),
        (
            EventKind::ConflictWarning { item: item(), with: "PRP-1.1.2".to_owned(), files: files() },
            "will conflict with PRP-1.1.2",
            QUIET,
        ),
        (EventKind::ScopeDrift { item: item(), phase: 1, files: files() }, "changed undeclared files", QUIET),
        (
            EventKind::Slow { item: item(), timer: TimerKind::Silence, seconds: 200.0, limit: 300.0 },
            "slow: no sign of life",
            QUIET,
        ),
        (
            EventKind::Retry { item: item(), attempt: 2, reason: "time-out".to_owned(), kind: None },
            "tried again (attempt 2)",
            QUIET,
        ),
        (
            EventKind::RateLimited { item: item(), agent: "claude".to_owned(), delay_ms: 2000 },
            "claude limits the rate",
            QUIET,
        ),
        (EventKind::Paused { item: None, reason: "a review failed".to_owned() }, "nothing new starts", QUIET),
        (
            EventKind::QuotaPaused { agent: "claude".to_owned(), until: None, again: None },
            "paused: usage limit of claude",
            QUIET,
        ),
        (EventKind::QuotaResumed { agent: "claude".to_owned() }, "usage limit of claude is over", BOARD),
        (EventKind::Budget { spent: 4.0, limit: 5.0, unit: "usd".to_owned() }, "budget: $4.00 of $5.00", QUIET),
        (
            EventKind::Rescue { item: item(), reference: "refs/rescue/1".to_owned(), files: files() },
            "saved to refs/rescue/1",
            QUIET,
        ),
        (EventKind::Disagreement { item: item(), what: "git says no".to_owned() }, "git says no", QUIET),
        (EventKind::Gap { from: 5, to: 9 }, "events 5 to 9 were not shown", QUIET),
        (finished(ItemStatus::Failed, "first reason"), "✗ failed in phase 1 (1s): first reason", QUIET),
        (finished(ItemStatus::Partial, "second reason"), "⚠ partial in phase 1 (1s): second reason", QUIET),
        (finished(ItemStatus::Unproven, "third reason"), "⚠ unproven in phase 1 (1s): third reason", QUIET),
        (finished(ItemStatus::Conflict, "fourth reason"), "⚠ conflict (1s): fourth reason", QUIET),
        (finished(ItemStatus::NeedsApproval, "fifth reason"), "fifth reason", QUIET),
        (finished(ItemStatus::Blocked, "sixth reason"), "blocked (1s): sixth reason", QUIET),
        (finished(ItemStatus::Cancelled, "seventh reason"), "cancelled (1s): seventh reason", BOARD),
        (finished(ItemStatus::Completed, "eighth reason"), "✓ completed (1s): eighth reason", BOARD),
    ]
}

/// Writes the journal of a run in which everything happens.
fn journal(test: &Test, kinds: Vec<EventKind>) -> Vec<Event> {
    let head = EventKind::RunStarted {
        command: "exe".to_owned(),
        batch: Some(1),
        pid: 2_000_000_000,
        host: "here".to_owned(),
        argv: vec!["batchprp".to_owned(), "exe".to_owned()],
        jobs: 1,
        merges: true,
        max_tokens: None,
        max_cost: None,
    };
    let end = EventKind::RunFinished {
        totals: std::collections::BTreeMap::new(),
        exit_code: 0,
        resume: None,
        next: Vec::new(),
    };
    let all = std::iter::once(head).chain(kinds).chain([end]);
    let events: Vec<Event> = (1..)
        .zip(all)
        .map(|(seq, kind)| Event { seq, at: format!("2026-11-20T10:15:{seq:02}Z"), run: "r1".to_owned(), kind })
        .collect();
    let text: String = events.iter().flat_map(|event| [event.to_json().to_string(), "\n".to_owned()]).collect();
    test.write(".ce/tmp/runs/r1/events.jsonl", text);
    events
}

/// Returns the text before the summary.
fn before_summary(text: &str) -> String {
    let end = text.find("Batch 1 exe:").expect("a summary");
    text[..end].to_owned()
}

#[test]
fn every_kind_is_told_once_on_the_board_in_lines_in_json_and_what_warns_in_quiet() {
    let test = Test::new();
    let told = told();
    let events = journal(&test, told.iter().map(|(kind, ..)| kind.clone()).collect());
    let mut board = Terminal::start(test.command(["replay", "r1", "--progress", "board"]), 24, 120);
    assert_eq!(board.end(), 0);
    let lines = test.run(["replay", "r1", "--progress", "lines"]).expect_code(0).stdout;
    let quiet = test.run(["replay", "r1", "-q"]).expect_code(0).stdout;
    let ways = [
        ("board", BOARD, before_summary(&board.rows().join("\n"))),
        ("lines", 0, before_summary(&lines)),
        ("quiet", QUIET, before_summary(&quiet)),
    ];
    for (way, from, text) in &ways {
        for (kind, words, weight) in &told {
            let wanted = usize::from(weight >= from);
            // What stands on the board besides is shown there and not said.
            let said = text.lines().filter(|line| !line.starts_with("  ") && line.contains(words)).count();
            assert_eq!(said, wanted, "{words:?} ({kind:?}) in {way}:\n{text}");
        }
    }
    let untold = told.iter().filter(|(.., weight)| *weight == BOARD).count() + 1;
    assert!(quiet.trim_end().ends_with(&format!("{untold} further messages: batchprp logs r1")), "{quiet}");

    let json = test.run(["replay", "r1", "--json", "-q"]).expect_code(0).stdout;
    let read: Vec<Event> = json.lines().map(|line| Event::from_json(line).expect("an event")).collect();
    assert_eq!(read, events);
    assert!(RunView::of(&read).end.is_some());
}
