//! Items start when the machine lets them, and what recipes hand in becomes their end.

use serde_json::json;

use super::bench::{Bench, graph, merging, of, plain};
use crate::bridge::{BeginPhase, EmitEvent, Failure, Finish, Next, NextItem, Pause, RunOptions};
use crate::event::EventKind;
use crate::event::kind::ItemStatus;
use crate::model::outcome::{FailureKind, Outcome};

fn failed() -> Outcome {
    Outcome::failed(FailureKind::Script, "broken")
}

#[test]
fn an_item_starts_when_the_script_asks_and_not_before() {
    let mut bench = Bench::open(&["a", "b", "c"], plain());
    let (words, waiting) = bench.ask(None, Next);
    assert_eq!(words, ["item_started a", "answer"]);
    assert!(matches!(waiting.given(), Some(Ok(Some(NextItem { index: 0, attempt: 1 })))));
    assert_eq!(bench.next().map(|next| next.index), Some(1));
    let (words, third) = bench.ask(None, Next);
    assert!(words.is_empty() && third.given().is_none(), "two jobs run: {words:?}");
    let words = bench.finish("a", 1, Outcome::completed());
    assert_eq!(words, ["item_finished a completed", "item_started c", "answer", "answer"]);
    assert!(matches!(third.given(), Some(Ok(Some(NextItem { index: 2, .. })))));
}

#[test]
fn only_one_thread_waits_for_items() {
    let mut bench = Bench::open(&["a"], RunOptions { jobs: 1, ..plain() });
    bench.next();
    let (_, first) = bench.ask(None, Next);
    let (_, second) = bench.ask(None, Next);
    assert!(matches!(first.given(), Some(Err(Failure::Error(_)))) && second.given().is_none());
    assert!(bench.finish("a", 1, Outcome::completed()).contains(&"answer".to_owned()));
    assert!(matches!(second.given(), Some(Ok(None))), "nothing is left");
}

#[test]
fn the_note_and_the_value_of_an_item_are_in_its_event_and_in_the_end_of_the_run() {
    let mut bench = Bench::open(&["a"], plain());
    bench.next();
    bench.pass(3);
    let value = Some(json!({"sections": 2}));
    bench.finish("a", 1, Outcome::Completed { note: Some("two".to_owned()), score: None, value: value.clone() });
    let Some(EventKind::ItemFinished { reason, value: told, duration, .. }) = bench.events.last().cloned() else {
        panic!("{:?}", bench.events.last());
    };
    assert_eq!((reason.as_str(), told, duration), ("two", value.clone(), 3.0));
    let closed = bench.close();
    let item = &closed.items[0];
    assert_eq!((item.reason.as_str(), &item.value, item.duration), ("two", &value, 3.0));
}

#[test]
fn an_attempt_that_is_over_or_unknown_hands_in_nothing() {
    let mut bench = Bench::open(&["a"], plain());
    bench.next();
    assert!(matches!(bench.answer(None, Finish(failed())), Err(Failure::Error(_))));
    assert!(matches!(bench.answer(of("z", 1), Finish(failed())), Err(Failure::Error(_))));
    bench.finish("a", 2, failed());
    let closed = bench.close();
    assert_eq!(closed.items[0].status, ItemStatus::Pending, "the attempt that runs is another one");
}

#[test]
fn what_needs_a_failed_item_is_blocked_by_it_and_the_rest_goes_on() {
    let mut bench = Bench::open_graph(graph(&["a", "b", "c"], &[("a", "b")]), RunOptions { jobs: 1, ..plain() });
    bench.next();
    let words = bench.finish("a", 1, failed());
    assert_eq!(words, ["item_finished a failed", "item_finished b blocked", "answer"]);
    assert_eq!(bench.next().map(|next| next.index), Some(2));
    bench.finish("c", 1, Outcome::completed());
    let closed = bench.close();
    assert_eq!((closed.exit_code, closed.items[1].reason.as_str()), (10, "waits for a"));
}

#[test]
fn a_transient_failure_is_tried_again_as_the_next_attempt() {
    let mut bench = Bench::open(&["a"], RunOptions { retries: 1, ..plain() });
    bench.next();
    let transient = || Outcome::failed(FailureKind::Transient, "overloaded");
    assert_eq!(bench.finish("a", 1, transient()), ["retry a", "answer"]);
    assert_eq!(bench.next(), Some(NextItem { index: 0, attempt: 2 }));
    assert_eq!(bench.finish("a", 2, transient()), ["item_finished a failed", "answer"]);
}

#[test]
fn the_first_failure_stops_what_runs_where_that_is_asked_for() {
    let mut bench = Bench::open(&["a", "b", "c"], RunOptions { fail_fast: true, ..plain() });
    bench.next();
    bench.next();
    let words = bench.finish("a", 1, failed());
    let why = "note a ``--fail-fast` ends the run here: what runs is stopped, and nothing else starts`";
    assert_eq!(words, ["item_finished a failed", why, "stop Graceful", "answer"]);
    assert_eq!(bench.finish("b", 1, Outcome::Cancelled)[0], "item_finished b cancelled");
    let closed = bench.close();
    assert_eq!(closed.items[2].status, ItemStatus::Pending);
}

#[test]
fn a_pause_is_told_and_lets_what_runs_finish() {
    let mut bench = Bench::open(&["a", "b"], RunOptions { jobs: 1, ..plain() });
    bench.next();
    let (words, paused) = bench.ask(of("a", 1), Pause { reason: "a person looks".to_owned() });
    assert_eq!(words, ["paused a", "answer"]);
    assert!(matches!(paused.given(), Some(Ok(()))));
    let words = bench.finish("a", 1, Outcome::completed());
    assert_eq!(words, ["item_finished a completed", "item_finished b pending", "answer"]);
    assert!(bench.next().is_none());
}

#[test]
fn phases_and_facts_of_scripts_are_told_before_the_script_goes_on() {
    let mut bench = Bench::open(&["a"], plain());
    bench.next();
    let phase = || BeginPhase { ordinal: 2, title: "Two".to_owned(), of: 3 };
    assert_eq!(bench.ask(of("a", 1), phase()).0, ["phase_started a", "answer"]);
    assert!(matches!(bench.answer(None, phase()), Err(Failure::Error(_))), "only a recipe has phases");
    let note = EventKind::note(None, "hello");
    assert_eq!(bench.ask(None, EmitEvent(note)).0, ["note `hello`", "answer"]);
}

#[test]
fn running_items_have_numbers_of_their_own_that_come_free_with_their_end() {
    let mut bench = Bench::open(&["a", "b", "c"], plain());
    bench.next();
    bench.next();
    let slots = |bench: &mut Bench| bench.run().live.iter().map(|live| live.slot).collect::<Vec<_>>();
    assert_eq!(slots(&mut bench), [Some(0), Some(1), None]);
    bench.finish("a", 1, Outcome::completed());
    bench.next();
    assert_eq!(slots(&mut bench), [None, Some(1), Some(0)]);
}

#[test]
fn nobody_asks_for_items_of_a_run_that_is_not_open() {
    let mut bench = Bench::idle();
    assert!(matches!(bench.answer(None, Next), Err(Failure::Error(_))));
    assert!(matches!(bench.answer(None, Pause { reason: String::new() }), Err(Failure::Error(_))));
    let mut bench = Bench::open(&["PRP-47.1.1"], merging());
    bench.close();
    assert!(matches!(bench.answer(None, Next), Err(Failure::Error(_))));
}
