//! The rules of the schedule, one by one. Random schedules are in `simulation.rs`.

use batchprp::model::outcome::{FailureKind, Outcome};
use batchprp::schedule::{Action, Input, ItemGraph, ItemNode, ItemState, Machine, RunPolicy, Wait};

use Action::{Finished, ItemFinished, Merge, Pause, Resume, Retry, Start, StopRunning};

/// Items of the given hours in topological order; waits as `(from, to, needs)`.
fn plan(hours: &[f64], waits: &[(usize, usize, bool)]) -> ItemGraph {
    let stage = |item: usize| 1 + u32::try_from(waits.iter().filter(|wait| wait.1 == item).count()).unwrap_or(0).min(1);
    ItemGraph {
        items: hours
            .iter()
            .enumerate()
            .map(|(item, &hours)| ItemNode {
                id: format!("i{item}"),
                hours,
                stage: stage(item),
                place: item,
                adapter: None,
            })
            .collect(),
        waits: waits.iter().map(|&(from, to, needs)| Wait { from, to, needs }).collect(),
    }
}

fn policy(jobs: usize) -> RunPolicy {
    RunPolicy { jobs, retries: 1, merge: false, ..RunPolicy::default() }
}

fn done(item: usize, attempt: u32) -> Input {
    ended(item, attempt, Outcome::completed())
}

fn ended(item: usize, attempt: u32, outcome: Outcome) -> Input {
    Input::Finished { item, attempt, outcome, now: 1000.0 }
}

fn crash() -> Outcome {
    Outcome::failed(FailureKind::Crash, "segfault")
}

fn start(item: usize) -> Action {
    Start { item, attempt: 1 }
}

#[test]
fn the_longest_remaining_path_goes_first_and_ties_go_by_order() {
    let mut machine = Machine::new(plan(&[1.0, 1.0, 1.0, 5.0], &[(2, 3, true)]), policy(2));
    assert_eq!(machine.state(3), &ItemState::Waiting { unmet: 1 });
    assert_eq!(machine.step(Input::Poll), [start(2), start(0)]);
    assert_eq!(machine.running(), 2);
    assert_eq!(machine.step(done(2, 1)), [ItemFinished { item: 2 }]);
    assert_eq!(machine.state(3), &ItemState::Ready);
    assert_eq!(machine.step(Input::Poll), [start(3)]);
}

#[test]
fn an_item_waits_for_the_merge_of_what_it_needs() {
    let mut machine = Machine::new(plan(&[1.0, 1.0], &[(0, 1, true)]), RunPolicy { merge: true, ..policy(1) });
    assert_eq!(machine.step(Input::Poll), [start(0)]);
    assert_eq!(machine.step(done(0, 1)), [Merge { item: 0 }]);
    assert_eq!((machine.state(0), machine.running(), machine.merging()), (&ItemState::Merging, 0, 1));
    assert_eq!(machine.step(Input::Poll), []);
    assert_eq!(machine.step(Input::Merged { item: 0 }), [ItemFinished { item: 0 }]);
    assert_eq!(machine.step(Input::Merged { item: 0 }), [], "said twice");
    assert_eq!(machine.step(Input::Poll), [start(1)]);
    assert_eq!(machine.step(done(1, 1)), [Merge { item: 1 }]);
    assert_eq!(machine.step(Input::Merged { item: 1 }), [ItemFinished { item: 1 }, Finished]);
    assert!(machine.is_finished());
    assert_eq!(machine.step(Input::Poll), []);
}

#[test]
fn what_needs_a_failed_item_is_blocked_by_the_root_cause_and_the_rest_goes_on() {
    let waits = [(0, 1, true), (1, 2, true), (0, 3, false)];
    let mut machine = Machine::new(plan(&[1.0; 4], &waits), policy(1));
    machine.step(Input::Poll);
    assert_eq!(
        machine.step(ended(0, 1, crash())),
        [ItemFinished { item: 0 }, ItemFinished { item: 1 }, ItemFinished { item: 2 }]
    );
    assert_eq!(machine.state(2), &ItemState::Blocked { by: "i0".to_owned() });
    // Sharing a file is no reason to be blocked.
    assert_eq!(machine.step(Input::Poll), [start(3)]);
    assert_eq!(machine.step(done(3, 1)), [ItemFinished { item: 3 }, Finished]);
}

#[test]
fn a_blocked_item_keeps_the_ends_of_a_chain_apart() {
    // 0 and 3 share a file; the edge between them is implied by the path over 2, which also needs 1.
    let waits = [(0, 2, true), (1, 2, true), (2, 3, false)];
    let mut machine = Machine::new(plan(&[1.0; 4], &waits), policy(4));
    assert_eq!(machine.step(Input::Poll), [start(0), start(1)]);
    machine.step(ended(1, 1, crash()));
    assert_eq!(machine.state(2), &ItemState::Blocked { by: "i1".to_owned() });
    assert_eq!(machine.step(Input::Poll), [], "0 still runs");
    machine.step(done(0, 1));
    assert_eq!(machine.step(Input::Poll), [start(3)]);
}

#[test]
fn time_outs_and_transient_failures_are_tried_again_and_crashes_are_not() {
    let mut machine = Machine::new(plan(&[1.0, 1.0], &[]), policy(1));
    machine.step(Input::Poll);
    let slow = || Outcome::failed(FailureKind::Timeout, "60 min");
    assert_eq!(
        machine.step(ended(0, 1, slow())),
        [Retry { item: 0, attempt: 2, reason: "60 min".to_owned(), kind: Some(FailureKind::Timeout) }]
    );
    assert_eq!(machine.step(done(0, 1)), [], "a late word of the first attempt");
    assert_eq!(machine.step(Input::Poll), [Start { item: 0, attempt: 2 }]);
    assert_eq!(machine.step(done(0, 1)), [], "a late word of the first attempt");
    assert_eq!(machine.step(ended(0, 2, slow())), [ItemFinished { item: 0 }]);
    assert_eq!(machine.step(Input::Poll), [start(1)]);
    assert_eq!(machine.step(ended(1, 1, crash())), [ItemFinished { item: 1 }, Finished]);
    assert_eq!(machine.state(1), &ItemState::Failed { kind: FailureKind::Crash, reason: "segfault".to_owned() });
}

#[test]
fn a_usage_limit_pauses_starts_and_uses_up_no_retry() {
    let plan = plan(&[1.0; 3], &[]).with_adapters(|_| Some("claude".to_owned()));
    let mut machine = Machine::new(plan, RunPolicy { retries: 0, wait_for_quota: true, ..policy(2) });
    machine.step(Input::Poll);
    let limit = Outcome::RateLimited { adapter: "claude".to_owned(), until: Some(2000) };
    assert_eq!(machine.step(ended(0, 1, limit)), [Pause { adapter: "claude".to_owned(), until: Some(2000) }]);
    assert_eq!(machine.state(0), &ItemState::Ready);
    let again = Outcome::RateLimited { adapter: "claude".to_owned(), until: None };
    assert_eq!(machine.step(ended(1, 1, again)), [], "known already");
    assert_eq!(machine.step(Input::Poll), []);
    assert_eq!(machine.paused().and_then(|paused| paused["claude"]), Some(2000));
    assert_eq!(machine.step(Input::QuotaOver { adapter: "codex".to_owned() }), []);
    assert_eq!(
        machine.step(Input::QuotaOver { adapter: "claude".to_owned() }),
        [Resume { adapter: "claude".to_owned() }]
    );
    assert_eq!(machine.step(Input::Poll), [Start { item: 0, attempt: 2 }, Start { item: 1, attempt: 2 }]);
    assert_eq!(machine.state(0), &ItemState::Running { attempt: 2, phase: None });
}

#[test]
fn a_usage_limit_holds_back_the_items_of_its_adapter_and_no_others() {
    let adapters = |id: &str| Some(if id == "i3" { "codex" } else { "claude" }.to_owned()).filter(|_| id != "i4");
    let plan = || plan(&[5.0, 4.0, 3.0, 2.0, 1.0], &[]).with_adapters(adapters);
    let limit = || Outcome::RateLimited { adapter: "claude".to_owned(), until: None };
    let mut machine = Machine::new(plan(), policy(1));
    machine.step(Input::Poll);
    machine.step(ended(0, 1, limit()));
    assert!(machine.can_start());
    assert_eq!(machine.step(Input::Poll), [start(3)], "another adapter");
    machine.step(done(3, 1));
    assert_eq!(machine.step(Input::Poll), [start(4)], "it is not known what it needs");
    // It turns out to need the same one: nothing is left that may start, and nobody waits.
    let pending = [0, 1, 2, 4].map(|item| ItemFinished { item });
    assert_eq!(machine.step(ended(4, 1, limit())), [pending.as_slice(), &[Finished]].concat());

    let mut machine = Machine::new(plan(), RunPolicy { wait_for_quota: true, ..policy(1) });
    machine.step(Input::Poll);
    machine.step(ended(0, 1, limit()));
    machine.step(Input::Poll);
    machine.step(done(3, 1));
    machine.step(Input::Poll);
    assert_eq!(machine.step(ended(4, 1, limit())), [], "somebody waits");
    assert_eq!(machine.step(Input::Poll), []);
    machine.step(Input::QuotaOver { adapter: "claude".to_owned() });
    assert_eq!(machine.step(Input::Poll), [Start { item: 0, attempt: 2 }], "in the old order");
}

#[test]
fn a_quota_nobody_waits_for_ends_the_run_when_the_running_items_are_done() {
    let plan = plan(&[1.0; 4], &[(1, 2, true)]).with_adapters(|_| Some("a".to_owned()));
    let mut machine = Machine::new(plan, policy(2));
    machine.step(Input::Poll);
    let limit = Outcome::RateLimited { adapter: "a".to_owned(), until: None };
    assert_eq!(machine.step(ended(0, 1, limit)), [Pause { adapter: "a".to_owned(), until: None }]);
    assert!(!machine.is_halting() && !machine.can_start());
    assert_eq!(
        machine.step(ended(1, 1, crash())),
        [
            ItemFinished { item: 1 },
            ItemFinished { item: 2 },
            ItemFinished { item: 0 },
            ItemFinished { item: 3 },
            Finished
        ]
    );
    assert_eq!(machine.state(0), &ItemState::Pending);
    assert_eq!(machine.state(2), &ItemState::Blocked { by: "i1".to_owned() });
    assert_eq!(machine.state(3), &ItemState::Pending);
}

#[test]
fn an_item_without_budget_is_pending_and_so_is_all_that_did_not_start() {
    let mut machine = Machine::new(plan(&[1.0, 1.0], &[]), policy(1));
    machine.step(Input::Poll);
    let broke = Outcome::OverBudget { reason: "5 USD".to_owned() };
    assert_eq!(machine.step(ended(0, 1, broke)), [ItemFinished { item: 0 }, ItemFinished { item: 1 }, Finished]);
    assert_eq!(machine.state(0), &ItemState::Pending);
}

#[test]
fn cancel_stops_what_runs_and_keeps_what_was_done_in_the_same_moment() {
    let policy = RunPolicy { merge: true, ..policy(2) };
    let mut machine = Machine::new(plan(&[1.0; 4], &[(0, 3, true)]), policy);
    machine.step(Input::Poll);
    assert_eq!(machine.step(Input::Cancel), [StopRunning]);
    assert_eq!(machine.step(Input::Cancel), []);
    assert_eq!(machine.step(ended(0, 1, crash())), [ItemFinished { item: 0 }]);
    assert_eq!(machine.step(done(1, 1)), [Merge { item: 1 }]);
    assert_eq!(
        machine.step(Input::Merged { item: 1 }),
        [ItemFinished { item: 1 }, ItemFinished { item: 2 }, ItemFinished { item: 3 }, Finished]
    );
    let states: Vec<&ItemState> = machine.states().collect();
    assert_eq!(states, [&ItemState::Cancelled, &ItemState::Completed, &ItemState::Pending, &ItemState::Pending]);
}

#[test]
fn cancel_before_anything_ran_is_the_end() {
    let mut machine = Machine::new(plan(&[1.0], &[]), policy(1));
    assert_eq!(machine.step(Input::Cancel), [ItemFinished { item: 0 }, Finished]);
    let mut nothing = Machine::new(ItemGraph::default(), policy(1));
    assert_eq!(nothing.step(Input::Poll), [Finished]);
}

#[test]
fn fail_fast_stops_the_run_and_max_fail_lets_running_items_finish() {
    let mut fast = Machine::new(plan(&[1.0; 3], &[]), RunPolicy { fail_fast: true, ..policy(2) });
    fast.step(Input::Poll);
    assert_eq!(fast.step(ended(0, 1, crash())), [ItemFinished { item: 0 }, StopRunning]);
    assert_eq!(
        fast.step(ended(1, 1, Outcome::Cancelled)),
        [ItemFinished { item: 1 }, ItemFinished { item: 2 }, Finished]
    );
    let mut two = Machine::new(plan(&[1.0; 4], &[]), RunPolicy { max_fail: Some(2), ..policy(3) });
    two.step(Input::Poll);
    let partial = Outcome::Partial { phase: 1, level: 3, reason: "tests".to_owned() };
    two.step(ended(0, 1, partial));
    assert!(two.can_start());
    two.step(ended(1, 1, crash()));
    assert!(!two.can_start());
    assert_eq!(two.step(done(2, 1)), [ItemFinished { item: 2 }, ItemFinished { item: 3 }, Finished]);
    assert_eq!(two.state(2), &ItemState::Completed);
}

#[test]
fn missing_credentials_start_nothing_more() {
    let mut machine = Machine::new(plan(&[1.0; 2], &[]), policy(1));
    machine.step(Input::Poll);
    let outcome = Outcome::failed(FailureKind::Auth, "not logged in");
    assert_eq!(machine.step(ended(0, 1, outcome)), [ItemFinished { item: 0 }, ItemFinished { item: 1 }, Finished]);
    assert_eq!(machine.state(1), &ItemState::Pending);
}

#[test]
fn a_parked_merge_blocks_what_needs_it_and_can_end_the_run() {
    for stop in [false, true] {
        let policy = RunPolicy { merge: true, stop_on_conflict: stop, ..policy(1) };
        let mut machine = Machine::new(plan(&[2.0, 1.0, 1.0], &[(0, 1, true)]), policy);
        machine.step(Input::Poll);
        machine.step(done(0, 1));
        let files = vec!["a.rs".to_owned()];
        let mut expected = vec![ItemFinished { item: 0 }, ItemFinished { item: 1 }];
        if stop {
            expected.extend([ItemFinished { item: 2 }, Finished]);
        }
        assert_eq!(machine.step(Input::Conflicted { item: 0, files: files.clone() }), expected);
        assert_eq!(machine.state(0), &ItemState::Conflict { files });
        assert_eq!(machine.state(1), &ItemState::Blocked { by: "i0".to_owned() });
        assert_eq!(machine.is_finished(), stop);
    }
}

#[test]
fn barriers_hold_later_stages_back() {
    let waits = [(0, 2, true)];
    let mut machine = Machine::new(plan(&[1.0, 1.0, 9.0], &waits), RunPolicy { barrier: true, ..policy(4) });
    assert_eq!(machine.step(Input::Poll), [start(0), start(1)]);
    machine.step(done(0, 1));
    assert_eq!(machine.state(2), &ItemState::Ready);
    assert_eq!(machine.step(Input::Poll), []);
    machine.step(done(1, 1));
    assert_eq!(machine.step(Input::Poll), [start(2)]);
}

#[test]
fn what_git_shows_as_done_is_not_started() {
    let mut machine = Machine::new(plan(&[1.0; 3], &[(0, 1, true), (1, 2, true)]), policy(1));
    assert_eq!(machine.step(Input::AlreadyMerged { item: 0 }), [ItemFinished { item: 0 }]);
    assert_eq!(machine.step(Input::AlreadyMerged { item: 2 }), [ItemFinished { item: 2 }]);
    assert_eq!(machine.step(Input::Poll), [start(1)]);
    assert_eq!(machine.step(Input::AlreadyMerged { item: 1 }), [], "it runs");
    assert_eq!(machine.step(done(1, 1)), [ItemFinished { item: 1 }, Finished]);
}

#[test]
fn phases_and_levels_are_shown_while_the_item_runs() {
    let mut machine = Machine::new(plan(&[1.0], &[]), policy(1));
    machine.step(Input::Phase { item: 0, phase: 1 });
    assert_eq!(machine.state(0), &ItemState::Ready);
    machine.step(Input::Poll);
    machine.step(Input::Phase { item: 0, phase: 2 });
    assert_eq!(machine.state(0), &ItemState::Running { attempt: 1, phase: Some(2) });
    machine.step(Input::Validating { item: 0, phase: 2, level: 3 });
    assert_eq!(machine.state(0), &ItemState::Validating { attempt: 1, phase: 2, level: 3 });
    assert_eq!(machine.running(), 1);
}
