//! Questions of items become orders with all that their tasks need; questions to the world go out as they are.

use super::bench::{Bench, attempt, graph, merging, of, plain};
use crate::bridge::{
    Failure, FindPrps, GetWorktree, ItemDiff, MadeCheckpoint, MakeCheckpoint, Now, Park, Resolve, RunOptions,
    RunProgram, Selection, Validate,
};
use crate::event::EventKind;
use crate::model::outcome::Outcome;
use crate::run::core::effect::{Reply, Task};
use crate::run::core::message::{Message, Signal};

const ONE: &str = "PRP-47.1.1";
const TWO: &str = "PRP-47.1.2";

fn checkpoint() -> MakeCheckpoint {
    MakeCheckpoint { ordinal: 1, title: "One".to_owned(), key: "k".to_owned() }
}

fn validation() -> Validate {
    Validate { ordinal: 1, level: 3, gates: Vec::new(), manual: Vec::new() }
}

fn resolution() -> Resolve {
    Resolve { ordinal: 1, level: 3, gates: Vec::new() }
}

/// A run of two items that both work in their worktrees.
fn working() -> Bench {
    let mut bench = Bench::open(&[ONE, TWO], merging());
    for item in [ONE, TWO] {
        bench.next();
        bench.worktree(item, 1);
    }
    bench
}

#[test]
fn every_question_of_an_item_starts_its_task() {
    let mut bench = working();
    assert_eq!(bench.ask(of(ONE, 1), checkpoint()).0, [format!("start checkpoint of {ONE}")]);
    assert_eq!(bench.ask(of(ONE, 1), validation()).0, [format!("start validation of {ONE}")]);
    assert_eq!(bench.ask(of(ONE, 1), resolution()).0, [format!("start resolution of {ONE}")]);
    assert_eq!(bench.ask(of(ONE, 1), Park).0, [format!("start parking of {ONE}")]);
}

#[test]
fn work_before_there_is_a_worktree_is_refused() {
    let mut bench = Bench::open(&[ONE], merging());
    bench.next();
    let is_refused = |refused: Result<(), Failure>| matches!(refused, Err(Failure::Error(_)));
    assert!(is_refused(bench.answer(of(ONE, 1), checkpoint()).map(drop)));
    assert!(is_refused(bench.answer(of(ONE, 1), validation()).map(drop)));
    assert!(is_refused(bench.answer(of(ONE, 1), resolution()).map(drop)));
    assert!(is_refused(bench.answer(of(ONE, 1), Park)));
    assert!(is_refused(bench.answer(None, GetWorktree).map(drop)), "the script outside of recipes has none");
    let mut bench = Bench::open(&["a"], plain());
    bench.next();
    assert!(is_refused(bench.answer(of("a", 1), GetWorktree).map(drop)), "a run without branches has none");
}

#[test]
fn a_checkpoint_is_tried_out_against_the_items_that_are_not_over() {
    let siblings = |bench: &mut Bench| {
        bench.ask(of(ONE, 1), checkpoint());
        let Some(Task::Checkpoint(order, _)) = bench.tasks.last() else { panic!("no checkpoint") };
        order.siblings.clone()
    };
    let mut bench = working();
    assert_eq!(siblings(&mut bench), ["prp-47-1-2"]);
    bench.finish(TWO, 1, Outcome::failed(crate::model::outcome::FailureKind::Script, "broken"));
    assert!(siblings(&mut bench).is_empty(), "nobody merges what failed");
}

#[test]
fn without_merges_an_item_builds_on_the_branches_of_what_it_waited_for() {
    let options = RunOptions { no_merge: true, ..merging() };
    let mut bench = Bench::open_graph(graph(&[ONE, TWO], &[(ONE, TWO)]), options);
    bench.next();
    bench.finish(ONE, 1, Outcome::completed());
    bench.next();
    bench.ask(of(TWO, 1), GetWorktree);
    let Some(Task::Worktree(order, _)) = bench.tasks.last() else { panic!("no worktree") };
    assert_eq!(order.ground.unmerged, ["prp-47-1-1"]);
}

#[test]
fn a_worktree_that_could_not_be_made_is_told_to_the_recipe() {
    let mut bench = Bench::open(&[ONE], merging());
    bench.next();
    let (_, waiting) = bench.ask(of(ONE, 1), GetWorktree);
    let Some(Task::Worktree(_, answer)) = bench.tasks.pop() else { panic!("no worktree") };
    let message = Message::WorktreeReady { attempt: attempt(ONE, 1), result: Err(Failure::Cancelled), answer };
    assert_eq!(bench.take(message), ["answer"]);
    assert!(matches!(waiting.given(), Some(Err(Failure::Cancelled))));
}

#[test]
fn what_a_task_tells_comes_before_its_answer() {
    let mut bench = working();
    let (_, waiting) = bench.ask(of(ONE, 1), checkpoint());
    let Some(Task::Checkpoint(_, answer)) = bench.tasks.pop() else { panic!("no checkpoint") };
    let events = vec![EventKind::note(None, "committed")];
    let reply = Some(Reply::new(answer, Ok(MadeCheckpoint::default())));
    assert_eq!(bench.take(Message::Told { events, reply }), ["note `committed`", "answer"]);
    assert!(matches!(waiting.given(), Some(Ok(_))));
}

#[test]
fn the_patch_of_an_item_is_that_of_its_open_worktree() {
    let mut bench = working();
    let diff = |item: &str| ItemDiff { item: item.to_owned(), max_bytes: 9 };
    assert_eq!(bench.ask(None, diff(ONE)).0, [format!("start diff of {ONE}")]);
    let Some(Task::Diff(order, _)) = bench.tasks.last() else { panic!("no patch") };
    assert_eq!(order.range.as_ref().map(|(_, _, branch)| branch.as_str()), Some("prp-47-1-1"));
    let mut bench = Bench::idle();
    bench.ask(None, diff(ONE));
    let Some(Task::Diff(order, _)) = bench.tasks.last() else { panic!("no patch") };
    assert!(order.range.is_none(), "without a run git says what it knows");
}

#[test]
fn questions_to_the_world_need_no_run_and_are_refused_once_the_program_is_being_stopped() {
    let mut bench = Bench::idle();
    assert_eq!(bench.ask(None, Now).0, ["start effect"]);
    let (words, query) = bench.ask(None, FindPrps(Selection::default()));
    assert_eq!(words, ["start query"]);
    let program = RunProgram {
        argv: vec!["true".to_owned()],
        cwd: None,
        stdin: String::new(),
        timeout: 1.0,
        env: std::collections::BTreeMap::new(),
        pass: Vec::new(),
        outside: false,
    };
    let (_, program) = bench.ask(None, program);
    bench.take(Message::Signal(Signal::Interrupt));
    assert!(matches!(bench.answer(None, Now), Err(Failure::Cancelled)));
    assert!(matches!(bench.answer(of(ONE, 1), GetWorktree), Err(Failure::Cancelled)));
    assert!(query.given().is_none(), "what is under way has its time to end");
    bench.take(Message::GraceOver { is_waited_for: true });
    assert!(matches!(query.given(), Some(Err(Failure::Cancelled))));
    assert!(program.given().is_none(), "a program is stopped and waited for");
}
