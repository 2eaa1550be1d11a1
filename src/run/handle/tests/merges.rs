//! Items are merged one after the other, and each end of a merge is an end of its item.

use super::bench::{Bench, merging};
use crate::bridge::{OnConflict, RunOptions};
use crate::error::{Error, ExitCode};
use crate::event::kind::GuardFinding;
use crate::model::outcome::Outcome;
use crate::run::core::effect::Task;
use crate::run::core::message::Message;
use crate::run::work::merge::end::{MergeEnd, Rejection};

const ONE: &str = "PRP-47.1.1";
const TWO: &str = "PRP-47.1.2";

/// A run of two items whose recipes are done; the first one is being merged.
fn merge(options: RunOptions) -> Bench {
    let mut bench = Bench::open(&[ONE, TWO], options);
    for item in [ONE, TWO] {
        bench.next();
        bench.worktree(item, 1);
    }
    let words = bench.finish(ONE, 1, Outcome::completed());
    assert_eq!(words, [format!("merge_awaited {ONE}"), format!("start merge of {ONE}"), "answer".to_owned()]);
    let words = bench.finish(TWO, 1, Outcome::completed());
    assert_eq!(words, [format!("merge_awaited {TWO}"), "answer".to_owned()], "one after the other");
    bench
}

fn ended(bench: &mut Bench, item: usize, end: MergeEnd) -> Vec<String> {
    bench.take(Message::MergeEnded { item, result: Ok(end) })
}

fn merged() -> MergeEnd {
    MergeEnd::Merged { commit: "c".to_owned() }
}

fn conflict() -> MergeEnd {
    MergeEnd::Conflict { files: vec!["a.txt".to_owned()] }
}

fn finding() -> Vec<GuardFinding> {
    vec![GuardFinding { rule: "r".to_owned(), path: "a.txt".to_owned(), line: None, reason: "odd".to_owned() }]
}

#[test]
fn a_merged_item_is_over_its_worktree_goes_and_the_next_merge_starts() {
    let mut bench = merge(merging());
    let words = ended(&mut bench, 0, merged());
    let expected = [
        format!("merge {ONE}"),
        format!("item_finished {ONE} completed"),
        "start removal of prp-47-1-1".to_owned(),
        format!("start merge of {TWO}"),
    ];
    assert_eq!(words, expected);
    ended(&mut bench, 1, merged());
    assert_eq!(bench.run().background, 2, "the end of the run waits for both removals");
}

#[test]
fn worktrees_stay_where_that_is_asked_for() {
    let mut bench = merge(RunOptions { keep_worktrees: true, ..merging() });
    assert!(!ended(&mut bench, 0, merged()).iter().any(|word| word.contains("removal")));
}

#[test]
fn what_does_not_merge_ends_its_item_and_never_the_queue() {
    let rejection = Rejection {
        phase: 1,
        level: 3,
        reason: "fails together".to_owned(),
        guilty: vec![],
        errors: vec![],
        log: None,
    };
    let cases = [
        (conflict(), "conflict", "conflict"),
        (MergeEnd::Rejected(Box::new(rejection)), "merge_rejected", "partial"),
        (MergeEnd::NeedsApproval(finding()), "guard", "needs_approval"),
        (MergeEnd::Refused(finding()), "guard", "failed"),
    ];
    for (end, told, status) in cases {
        let mut bench = merge(merging());
        let words = ended(&mut bench, 0, end);
        let finished = format!("item_finished {ONE} {status}");
        assert_eq!(words, [format!("{told} {ONE}"), finished, format!("start merge of {TWO}")]);
    }
    let mut bench = merge(merging());
    let words = ended(&mut bench, 0, MergeEnd::Stopped);
    assert_eq!(words, [format!("item_finished {ONE} cancelled"), format!("start merge of {TWO}")]);
    let mut bench = merge(merging());
    let failed = Err(Error::new(ExitCode::GitRefuses, "no room"));
    let words = bench.take(Message::MergeEnded { item: 0, result: failed });
    assert_eq!(words, [format!("item_finished {ONE} failed"), format!("start merge of {TWO}")]);
}

#[test]
fn a_conflict_goes_to_an_agent_once_where_that_is_asked_for() {
    let mut bench = merge(RunOptions { on_conflict: OnConflict::Agent, ..merging() });
    let words = ended(&mut bench, 0, conflict());
    assert_eq!(words, [format!("conflict {ONE}"), format!("retry {ONE}"), format!("start merge of {TWO}")]);
    assert_eq!(bench.next().map(|next| (next.index, next.attempt)), Some((0, 2)));
    bench.ask(super::bench::of(ONE, 2), crate::bridge::GetWorktree);
    let Some(Task::Worktree(order, _)) = bench.tasks.last() else { panic!("no worktree") };
    assert!(order.conflict, "this attempt is for nothing else");
    bench.finish(ONE, 2, Outcome::completed());
    ended(&mut bench, 1, merged());
    assert_eq!(ended(&mut bench, 0, conflict())[1], format!("item_finished {ONE} conflict"));
}

#[test]
fn after_a_conflict_nothing_starts_where_that_is_asked_for() {
    let mut bench = Bench::open(&[ONE, TWO], RunOptions { on_conflict: OnConflict::Stop, jobs: 1, ..merging() });
    bench.next();
    bench.finish(ONE, 1, Outcome::completed());
    let words = ended(&mut bench, 0, conflict());
    assert_eq!(words[1..], [format!("item_finished {ONE} conflict"), format!("item_finished {TWO} pending")]);
}
