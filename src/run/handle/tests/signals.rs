//! A signal stops everything in order, a second one at once, and nobody waits for a slow git.

use super::bench::{Bench, graph, merging, of, plain};
use crate::bridge::{Close, Failure, GetWorktree, Next, RunOptions};
use crate::event::EventKind;
use crate::event::kind::ItemStatus;
use crate::host::stop::StopLevel;
use crate::model::outcome::Outcome;
use crate::run::core::message::{Message, Signal};

const ONE: &str = "PRP-47.1.1";
const TWO: &str = "PRP-47.1.2";

#[test]
fn the_first_signal_asks_to_stop_and_the_second_does_not_wait() {
    let mut bench = Bench::open(&["a", "b"], RunOptions { jobs: 1, ..plain() });
    bench.next();
    // What runs is told to stop by the machine too.
    let said = "note `stopping: what is at work has 10s to end; asked again, it ends at once`";
    assert_eq!(bench.take(Message::Signal(Signal::Interrupt)), [said, "stop Graceful", "grace", "stop Graceful"]);
    assert_eq!(bench.take(Message::Signal(Signal::Interrupt)), ["stop Now"]);
    assert_eq!(bench.state.stop.level(), StopLevel::Now);
}

#[test]
fn who_was_stopped_is_cancelled_and_blocks_nobody() {
    let mut bench = Bench::open_graph(graph(&["a", "b"], &[("a", "b")]), plain());
    bench.next();
    bench.take(Message::Signal(Signal::Interrupt));
    let words = bench.finish("a", 1, Outcome::Cancelled);
    assert_eq!(words, ["item_finished a cancelled", "item_finished b pending", "answer"]);
    let closed = bench.close();
    let statuses: Vec<ItemStatus> = closed.items.iter().map(|item| item.status).collect();
    assert_eq!(statuses, [ItemStatus::Cancelled, ItemStatus::Pending]);
    assert_eq!(closed.exit_code, 130);
}

#[test]
fn the_exit_code_says_which_signal_it_was() {
    for (signal, code) in [(Signal::Interrupt, 130), (Signal::Terminate, 143), (Signal::HangUp, 143)] {
        let mut bench = Bench::open(&["a"], plain());
        bench.take(Message::Signal(signal));
        assert_eq!(bench.close().exit_code, code);
        let words = bench.take(Message::ScriptEnded(Ok(0)));
        assert_eq!(words, [format!("run_finished {code}"), "start report".to_owned()]);
        assert_eq!(bench.take(Message::Reported { trouble: None }), [format!("end {code}")]);
    }
}

#[test]
fn after_its_grace_what_git_does_is_left_to_itself() {
    let mut bench = Bench::open(&[ONE, TWO], RunOptions { jobs: 1, ..merging() });
    bench.next();
    let (_, worktree) = bench.ask(of(ONE, 1), GetWorktree);
    let (_, next) = bench.ask(None, Next);
    bench.take(Message::Signal(Signal::Interrupt));
    assert!(worktree.given().is_none());
    let words = bench.take(Message::GraceOver { is_waited_for: true });
    assert_eq!(words, ["grace", "answer"], "the script that waits for an item is let go, and it is looked again");
    assert!(matches!(worktree.given(), Some(Err(Failure::Cancelled))));
    assert!(matches!(next.given(), Some(Err(Failure::Cancelled))));
}

#[test]
fn setting_up_a_worktree_is_a_program_of_the_user_and_has_its_own_time_to_stop() {
    let mut bench = Bench::open(&[ONE], merging());
    bench.next();
    let (_, worktree) = bench.ask(of(ONE, 1), GetWorktree);
    let Some(crate::run::core::effect::Task::Worktree(order, _)) = bench.tasks.last() else { panic!("no worktree") };
    order.busy.set(true);
    let busy = order.busy.clone();
    bench.take(Message::Signal(Signal::Interrupt));
    bench.take(Message::GraceOver { is_waited_for: true });
    assert!(worktree.given().is_none());
    busy.set(false);
    bench.take(Message::GraceOver { is_waited_for: true });
    assert!(matches!(worktree.given(), Some(Err(Failure::Cancelled))));
}

#[test]
fn closing_does_not_wait_for_a_slow_git_when_the_program_is_being_stopped() {
    let mut bench = Bench::open(&[ONE], merging());
    let (words, closed) = bench.ask(None, Close);
    assert_eq!(words, ["start clean-up"]);
    bench.take(Message::Signal(Signal::Interrupt));
    assert_eq!(bench.take(Message::GraceOver { is_waited_for: true }), ["run_finished 130", "grace", "start report"]);
    assert!(bench.take(Message::CleanedUp { notes: vec![EventKind::note(None, "late")] }).is_empty());
    assert_eq!(bench.take(Message::GraceOver { is_waited_for: true }), ["grace"], "the report is not given up");
    bench.take(Message::Reported { trouble: None });
    assert_eq!(closed.given().expect("closed").expect("well").exit_code, 130);
}

#[test]
fn a_script_that_asks_nothing_after_a_signal_computes_and_is_not_waited_for() {
    let mut bench = Bench::open(&["a"], plain());
    bench.next();
    bench.take(Message::Signal(Signal::Terminate));
    let silent = Message::GraceOver { is_waited_for: false };
    for is_waited_for in [false, false, true, false, false] {
        assert_eq!(bench.take(Message::GraceOver { is_waited_for }), ["grace"]);
    }
    assert_eq!(bench.take(silent), ["step", "run_finished 143", "grace", "start report"]);
    assert_eq!(bench.take(Message::Reported { trouble: None }), ["end 143"]);
}
