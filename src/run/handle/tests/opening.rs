//! A run is opened once, with something to do, and its stream begins before the script goes on.

use super::bench::{Bench, graph, merging, plain, start};
use crate::bridge::Failure;
use crate::error::{Error, ExitCode};
use crate::event::EventKind;
use crate::run::core::effect::Task;
use crate::run::core::in_memory;
use crate::run::core::message::{Message, Signal};

#[test]
fn the_stream_begins_with_the_run_and_its_graph_and_then_the_script_goes_on() {
    let mut bench = Bench::idle();
    let (words, started) = bench.ask(None, start(graph(&["a"], &[]), plain()));
    assert_eq!(words, ["start opening"]);
    assert!(started.given().is_none(), "the script waits while the run is being opened");
    assert_eq!(bench.finish_opening(), ["begin with run_started", "graph", "answer"]);
    assert_eq!(started.given().expect("given").expect("open").run, "fake");
}

#[test]
fn what_was_found_while_opening_is_told_after_the_graph_and_merged_items_are_over() {
    let mut bench = Bench::idle();
    let (_, started) = bench.ask(None, start(graph(&["PRP-47.1.1", "PRP-47.1.2"], &[]), merging()));
    let Some(Task::Open(order)) = bench.tasks.pop() else { panic!("nobody opens a run") };
    let mut opened = in_memory::opened(*order);
    opened.found = vec![EventKind::note(None, "mended")];
    opened.merged = vec![0];
    let words = bench.take(Message::Opened(Ok(Box::new(opened))));
    let finished = "item_finished PRP-47.1.1 completed";
    assert_eq!(words, ["begin with run_started", "graph", "note `mended`", finished, "answer"]);
    assert!(matches!(started.given(), Some(Ok(_))));
    assert_eq!(bench.next().map(|next| next.index), Some(1), "what is merged does not run again");
}

#[test]
fn a_run_that_cannot_be_opened_leaves_the_script_free_to_go_on() {
    let mut bench = Bench::idle();
    let (_, started) = bench.ask(None, start(graph(&["a"], &[]), plain()));
    bench.tasks.clear();
    let words = bench.take(Message::Opened(Err(Error::new(ExitCode::GitRefuses, "no"))));
    assert_eq!(words, ["answer"], "nothing is told of a run that never was");
    assert!(matches!(started.given(), Some(Err(Failure::Error(error))) if error.code == ExitCode::GitRefuses));
    let (words, _) = bench.ask(None, start(graph(&["a"], &[]), plain()));
    assert_eq!(words, ["start opening"]);
}

#[test]
fn a_second_run_waits_for_the_end_of_the_first_and_an_empty_one_is_none() {
    let mut bench = Bench::open(&["a"], plain());
    assert!(matches!(bench.answer(None, start(graph(&["b"], &[]), plain())), Err(Failure::Error(_))));
    bench.close();
    let (words, empty) = bench.ask(None, start(graph(&[], &[]), plain()));
    assert_eq!(words, ["run_finished 10", "start report"]);
    assert_eq!(bench.take(Message::Reported { trouble: None }), ["answer"]);
    let empty = empty.given().expect("an answer");
    assert!(matches!(empty, Err(Failure::Error(error)) if error.code == ExitCode::NothingMatched));
    let (words, _) = bench.ask(None, start(graph(&["b"], &[]), plain()));
    assert_eq!(words, ["start opening"]);
}

#[test]
fn nothing_is_opened_once_the_program_is_being_stopped() {
    let mut bench = Bench::idle();
    bench.take(Message::Signal(Signal::Interrupt));
    let refused = bench.answer(None, start(graph(&["a"], &[]), plain()));
    assert!(matches!(refused, Err(Failure::Cancelled)));
    assert!(bench.tasks.is_empty());
}

#[test]
fn an_opening_that_outlasts_its_grace_is_not_waited_for_and_its_end_changes_nothing() {
    let mut bench = Bench::idle();
    let (_, started) = bench.ask(None, start(graph(&["a"], &[]), plain()));
    bench.take(Message::Signal(Signal::Interrupt));
    assert_eq!(bench.take(Message::GraceOver { is_waited_for: true }), ["grace", "answer"]);
    assert!(matches!(started.given(), Some(Err(Failure::Cancelled))));
    assert!(bench.finish_opening().is_empty());
}
