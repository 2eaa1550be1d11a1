//! A run closes in steps, and each of them waits for what the one before it left.

use super::bench::{Bench, graph, merging, plain, start};
use crate::bridge::{Close, Failure, RunOptions};
use crate::error::{Error, ExitCode};
use crate::event::EventKind;
use crate::model::outcome::{FailureKind, Outcome};
use crate::run::core::effect::Task;
use crate::run::core::message::Message;
use crate::run::work::merge::end::MergeEnd;

const ONE: &str = "PRP-47.1.1";

/// A run whose one item is merged, and its worktree is being removed.
fn merged(options: RunOptions) -> Bench {
    let mut bench = Bench::open(&[ONE], options);
    bench.next();
    bench.worktree(ONE, 1);
    bench.finish(ONE, 1, Outcome::completed());
    bench.take(Message::MergeEnded { item: 0, result: Ok(MergeEnd::Merged { commit: "c".to_owned() }) });
    bench
}

#[test]
fn a_run_without_branches_has_nothing_to_clean_up() {
    let mut bench = Bench::open(&["a"], plain());
    bench.next();
    bench.finish("a", 1, Outcome::completed());
    let (words, closed) = bench.ask(None, Close);
    assert_eq!(words, ["step", "answer"]);
    assert_eq!(closed.given().expect("closed").expect("well").exit_code, 0);
    assert_eq!(bench.take(Message::ScriptEnded(Ok(0))), ["run_finished 0", "start report"]);
    assert_eq!(bench.take(Message::Reported { trouble: Some("full".to_owned()) }), ["end 0"]);
    assert_eq!(bench.state.trouble.as_deref(), Some("full"), "told at the end of the program");
}

#[test]
fn removals_end_before_git_is_cleaned_up_and_that_before_the_report() {
    let mut bench = merged(merging());
    let (words, _) = bench.ask(None, Close);
    assert!(words.is_empty(), "a removal is under way: {words:?}");
    assert_eq!(bench.take(Message::BackgroundDone), ["start clean-up"]);
    let words = bench.take(Message::CleanedUp { notes: vec![EventKind::note(None, "one stays")] });
    assert_eq!(words, ["note `one stays`", "step", "answer"]);
    let words = bench.take(Message::CleanedUp { notes: Vec::new() });
    assert!(words.is_empty(), "it is over once: {words:?}");
}

#[test]
fn removals_that_ended_before_are_not_waited_for() {
    let mut bench = merged(merging());
    assert!(bench.take(Message::BackgroundDone).is_empty());
    assert_eq!(bench.ask(None, Close).0, ["start clean-up"]);
}

#[test]
fn the_clean_up_is_given_the_leases_and_removes_only_what_is_merged() {
    let order = |options: RunOptions, outcome: Outcome| {
        let mut bench = Bench::open(&[ONE], options);
        bench.next();
        bench.worktree(ONE, 1);
        bench.finish(ONE, 1, outcome);
        bench.take(Message::MergeEnded { item: 0, result: Ok(MergeEnd::Merged { commit: "c".to_owned() }) });
        bench.take(Message::BackgroundDone);
        bench.ask(None, Close);
        let Some(Task::CleanUp(order)) = bench.tasks.last() else { panic!("no clean-up") };
        (order.leases.len(), order.remove_worktrees)
    };
    let failed = Outcome::failed(FailureKind::Script, "broken");
    assert_eq!(order(merging(), Outcome::completed()), (1, true));
    assert_eq!(order(merging(), failed), (1, true));
    assert_eq!(order(RunOptions { no_merge: true, ..merging() }, Outcome::completed()), (1, false));
    assert_eq!(order(RunOptions { keep_worktrees: true, ..merging() }, Outcome::completed()), (1, false));
}

#[test]
fn a_run_that_is_not_whole_says_how_it_is_resumed_and_a_whole_one_what_comes_next() {
    let end = |outcome: Outcome| {
        let options = RunOptions { resume: Some("again".to_owned()), next: vec!["look".to_owned()], ..plain() };
        let mut bench = Bench::open(&["a"], options);
        bench.next();
        bench.finish("a", 1, outcome);
        let code = bench.close().exit_code;
        bench.take(Message::ScriptEnded(Ok(code)));
        match bench.events.last() {
            Some(EventKind::RunFinished { exit_code, resume, next, .. }) => (*exit_code, resume.clone(), next.clone()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(end(Outcome::completed()), (0, None, vec!["look".to_owned()]));
    let failed = Outcome::failed(FailureKind::Script, "broken");
    assert_eq!(end(failed), (10, Some("again".to_owned()), Vec::new()));
}

#[test]
fn only_an_open_run_can_be_closed() {
    let mut bench = Bench::idle();
    assert!(matches!(bench.answer(None, Close), Err(Failure::Error(_))));
    let mut bench = Bench::open(&["a"], plain());
    bench.close();
    assert!(matches!(bench.answer(None, Close), Err(Failure::Error(_))));
}

#[test]
fn a_script_that_ends_before_its_run_has_the_run_closed_for_it() {
    let mut bench = Bench::open(&["a"], plain());
    let error = Error::new(ExitCode::InvalidInput, "a fault in the script");
    let words = bench.take(Message::ScriptEnded(Err(error.into())));
    assert_eq!(words, ["step", "run_finished 5", "start report"]);
    assert_eq!(bench.take(Message::Reported { trouble: None }), ["end 5"]);
}

#[test]
fn a_script_that_opened_no_run_ends_at_once_and_what_was_held_back_is_shown() {
    let mut bench = Bench::idle();
    assert_eq!(bench.take(Message::ScriptEnded(Ok(6))), ["flush", "end 6"]);
    let mut bench = Bench::open(&["a"], plain());
    bench.close();
    assert_eq!(bench.take(Message::ScriptEnded(Ok(0))), ["run_finished 0", "start report"], "it says so itself");
    assert_eq!(bench.take(Message::Reported { trouble: None }), ["end 0"]);
}

#[test]
fn the_script_has_the_last_word_about_its_run_and_none_about_those_before() {
    let run = |bench: &mut Bench, id: &str, outcome: Outcome| {
        bench.next();
        bench.finish(id, 1, outcome);
        bench.close().exit_code
    };
    let failed = || Outcome::failed(FailureKind::Script, "broken");
    let mut bench = Bench::open(&["a"], plain());
    assert_eq!(run(&mut bench, "a", Outcome::completed()), 0);
    assert_eq!(bench.take(Message::ScriptEnded(Ok(6)))[0], "run_finished 6");
    let mut bench = Bench::open(&["a"], plain());
    assert_eq!(run(&mut bench, "a", failed()), 10);
    let (words, opened) = bench.ask(None, start(graph(&["b"], &[]), plain()));
    assert_eq!(words, ["run_finished 10", "start report"], "the next run ends the one before");
    assert_eq!(bench.take(Message::Reported { trouble: None }), ["start opening"]);
    bench.finish_opening();
    assert!(matches!(opened.given(), Some(Ok(_))));
    assert_eq!(run(&mut bench, "b", Outcome::completed()), 0);
    assert_eq!(bench.take(Message::ScriptEnded(Ok(10)))[0], "run_finished 0", "10 is the end of the other one");
    assert_eq!(bench.take(Message::Reported { trouble: None }), ["end 10"]);
}
