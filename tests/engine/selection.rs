//! What is run, how often, and until when.

use std::time::{Duration, Instant};

use crate::project::Project;
use crate::stage::{calls, faked, finish, staged, status, told};

fn chain() -> Project {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1);
    project.prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1).commit("PRPs");
    project
}

#[test]
fn a_stage_and_named_prps_are_run_and_nothing_else() {
    let project = chain();
    project.run(&["exe", "--batch", "47", "--stage", "2"]).exits(5).says("PRP-47.1.1");
    project.run(&["exe", "--batch", "47", "--stage", "9"]).exits(4).says("stages are 1 to 2");
    assert!(project.calls().is_empty());
    project.run(&["exe", "PRP-47.1.2"]).exits(0);
    assert_eq!(project.merges("prp-47"), ["Merge PRP-47.1.2: Work of PRP-47.1.2"]);
    project.run(&["exe", "--batch", "47", "--stage", "1"]).exits(0).says("PRP-47.1.2 is merged");
    assert_eq!(project.calls().len(), 2);
    project.run(&["exe", "--prps", "47.2.1,PRP-47.1.1"]).exits(0);
    assert_eq!(project.calls().len(), 3);
    project.run(&["exe", "--batch", "47"]).exits(0).says("nothing to do");
}

#[test]
fn phases_run_again_from_the_one_that_is_named() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 3).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    project.run(&["exe", "--batch", "47", "--no-merge"]).exits(0);
    assert!(project.merges("prp-47").is_empty());
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 3);
    project.run(&["exe", "--batch", "47", "--no-merge", "--explain"]).exits(0).says("stands");
    assert_eq!(project.calls().len(), 4, "nothing runs twice");
    project.run(&["exe", "--batch", "47", "--from", "PRP-47.1.1:9"]).exits(4).says("no phase `9`");
    project.run(&["exe", "--batch", "47", "--from", "PRP-47.1.1:2"]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "2", "3", "2", "3"]);
    assert_eq!(project.merges("prp-47").len(), 2);
}

#[test]
fn a_restart_begins_on_new_branches_and_keeps_the_old_ones() {
    let project = chain();
    project.run(&["exe", "--batch", "47"]).exits(0);
    let old = project.git(&["rev-parse", "prp-47-1-1"]);
    project.run(&["exe", "--batch", "47", "--restart"]).exits(0).says("is kept as");
    assert_eq!(project.calls().len(), 6);
    let kept = project.git(&["for-each-ref", "--format=%(objectname) %(refname)", "refs/batchprp/old"]);
    assert!(kept.lines().any(|line| line.starts_with(&old) && line.ends_with("/heads/prp-47-1-1")), "{kept}");
    assert_eq!(project.merges("prp-47").len(), 3);
}

#[test]
fn a_time_out_is_retried_as_often_as_allowed() {
    let project = staged(&["PRP-47.1.1"], 1);
    project.configure("[run]\ngrace = \"500ms\"\n");
    let script = r#"{"PRP-47.1.1@1": {"do": "stall"}}"#;
    let flags = ["exe", "--batch", "47", "--timeout", "1s", "--retries"];
    finish(faked(&project, script, &[&flags[..], &["0"]].concat())).exits(10).says("took too long");
    assert_eq!(status(&project, "PRP-47.1.1"), "failed");
    assert!(told(&project, "slow").len() <= 1);
    finish(faked(&project, script, &[&flags[..], &["1"]].concat())).exits(0);
    assert_eq!(calls(&project), ["PRP-47.1.1:1@1", "PRP-47.1.1:1@1", "PRP-47.1.1:1@2"]);
    assert_eq!(told(&project, "retry").len(), 1);
}

#[test]
fn the_first_failure_stops_the_run_when_that_is_asked_for() {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"], 1);
    let script = r#"{
    "PRP-47.1.1": [{"do": "await", "event": "attempt_started", "item": "PRP-47.1.2"}, {"do": "fail"}],
    "*": {"do": "work", "seconds": 60}
}"#;
    let begin = Instant::now();
    finish(faked(&project, script, &["exe", "--batch", "47", "--fail-fast", "-j", "2"])).exits(10);
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    let ends = ["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"].map(|id| status(&project, id));
    assert_eq!(ends, ["failed", "cancelled", "pending"]);
    assert_eq!(project.processes(), Vec::<u32>::new());
}

#[test]
fn after_so_many_failures_nothing_starts() {
    let project = staged(&["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3"], 1);
    let script = r#"{"PRP-47.1.1": {"do": "fail"}, "PRP-47.1.2": {"do": "fail"}}"#;
    finish(faked(&project, script, &["exe", "--batch", "47", "--max-fail", "2", "-j", "1"])).exits(10);
    assert_eq!(calls(&project).len(), 2);
    assert_eq!(status(&project, "PRP-47.1.3"), "pending");
}

#[test]
fn a_barrier_keeps_stages_apart() {
    let project = chain();
    project.sabotage("PRP-47.1.2", 1, "await item_finished PRP-47.1.1");
    project.run(&["exe", "--batch", "47", "--barrier"]).exits(0);
    let call = |id: &str| project.calls().into_iter().find(|call| call.item == id).expect("call");
    assert!(call("PRP-47.2.1").start > call("PRP-47.1.2").end.expect("end"));
}

#[test]
fn the_level_and_the_worktrees_are_as_asked_for() {
    let project = chain();
    project.configure("[validate]\nl2 = [\"false\"]\n");
    project.run(&["exe", "PRP-47.1.1", "--level", "1", "--keep-worktrees"]).exits(0);
    let place = project.root().with_file_name("repo-worktrees");
    assert!(place.join("prp-47-1-1/out/PRP-47.1.1.txt").exists());
    project.run(&["exe", "PRP-47.1.2", "--level", "1"]).exits(0);
    assert!(!place.join("prp-47-1-2").exists());
    project.run(&["exe", "PRP-47.2.1"]).exits(10).says("partial");
}

#[test]
fn an_id_of_one_number_and_its_batch_have_branches_of_their_own() {
    let project = Project::new();
    project.prp("PRP-7", &[], &[], 2).commit("PRPs");
    project.sabotage("PRP-7", 2, "exit 1");
    project.run(&["exe", "--batch", "7"]).exits(10);
    project.mend("PRP-7", 2);
    project.run(&["exe", "--batch", "7"]).exits(0);
    assert_eq!(project.calls_of("PRP-7"), ["1", "2", "2"]);
    assert_eq!(project.checkpoints("prp-7-item").len(), 2);
    assert_eq!(project.merges("prp-7"), ["Merge PRP-7: Work of PRP-7"]);
    project.run(&["exe", "--batch", "7"]).exits(0).says("nothing to do");
    project.run(&["review", "--batch", "7", "--exe", "--mode", "structural"]).says("PRP-7");
    project.run(&["context-update", "--batch", "7"]).exits(0);
    assert!(project.root().join("PRPs/executed/PRP-7-work.md").exists());
    project.run(&["clean"]).exits(0).says("removed prp-7-item");
}

#[test]
fn a_document_that_says_done_is_told_when_git_shows_nothing_of_it_and_a_clone_of_what_landed_does_nothing() {
    for word in ["done", "completed", "executed", "success"] {
        let project = chain();
        let text = crate::project::prp("PRP-47.1.1", &[], &[], 1);
        let document = "PRPs/feature-requests/PRP-47.1.1-work.md";
        assert_eq!(project.read(document), text);
        let claims = text.replace("status: planning", &format!("status: {word}"));
        assert_ne!(claims, text, "the document has a status");
        project.write(document, &claims).commit("It says that it is done");
        let ran = project.run(&["exe", "--batch", "47"]).exits(0);
        ran.says("PRP-47.1.1 says that it is done, but no checkpoint or merge of it is in git").says("--redo-unproven");
        assert!(project.calls_of("PRP-47.1.1").is_empty(), "{word}: nobody is paid without being asked for it");
        project.run(&["exe", "--batch", "47", "--redo-unproven"]).exits(0);
        assert_eq!(project.calls_of("PRP-47.1.1"), ["1"], "{word}");
        assert_eq!(project.merges("prp-47").len(), 3, "{word}");
    }
    // What batchprp itself writes into documents has its merges beside it, also in a clone without branches and notes.
    let project = chain();
    project.run(&["exe", "--batch", "47"]).exits(0);
    project.git(&["merge", "-q", "--ff-only", "prp-47"]);
    project.run(&["context-update", "--batch", "47"]).exits(0);
    project.commit("Documents");
    project.git(&["branch", "-D", "prp-47"]);
    let calls = project.calls().len();
    let ran = project.run(&["exe", "--batch", "47"]).exits(0).says("nothing to do");
    assert!(!ran.stderr.contains("says that it is done"), "{}", ran.stderr);
    assert_eq!(project.calls().len(), calls);
}
