//! exe: phases in order, checkpoints that stand, evidence, validation, selection, dry run.

use batchprp::error::ExitCode;
use batchprp::model::agent::AgentStatus;
use batchprp::model::outcome::Outcome;
use serde_json::json;

use super::fake::{Project, report};

fn batch() -> Project {
    let project = Project::new();
    project.prp("7.1.1", "", 2);
    project.prp("7.2.1", "PRP-7.1.1", 1);
    project
}

#[test]
fn phases_run_in_order_each_with_checkpoint_and_validation() {
    let project = batch();
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook" })).expect("a run");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    let wanted = [
        "agent PRP-7.1.1 1",
        "commit PRP-7.1.1 1",
        "validate PRP-7.1.1 1",
        "agent PRP-7.1.1 2",
        "commit PRP-7.1.1 2",
        "validate PRP-7.1.1 2",
        "agent PRP-7.2.1 1",
        "commit PRP-7.2.1 1",
        "validate PRP-7.2.1 1",
    ];
    assert_eq!(project.log(), wanted);
    let world = project.world.lock().unwrap();
    let options = world.options.as_ref().expect("options");
    assert!(options.merge && options.batch == Some(7));
    assert!(world.keys[0].contains("text=") && world.keys[0].contains("agent=runbook"), "{:?}", world.keys);
    assert!(world.prompts[0].contains("Do 1.") && world.prompts[0].contains("BATCHPRP_RESULT"));
    assert!(world.prompts[1].contains("Do 2."));
}

#[test]
fn a_second_run_skips_what_is_merged() {
    let project = batch();
    project.run("exe", json!({ "batch": 7, "agent": "runbook" })).expect("a run");
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook" })).expect("nothing is left");
    assert_eq!(end.exit_code, 0);
    assert!(project.notes().contains("PRP-7.1.1 is merged as 0123456: skipped"), "{}", project.notes());
    assert_eq!(project.log().len(), 9);
}

#[test]
fn a_failed_validation_is_partial_and_the_next_run_validates_first_and_quotes_it() {
    let project = batch();
    project.world.lock().unwrap().broken.insert(("PRP-7.1.1".to_owned(), 1));
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook", "model": "auto" })).expect("a run");
    assert_eq!(end.exit_code, 10);
    {
        let world = project.world.lock().unwrap();
        let Some(Outcome::Partial { phase, level, reason }) = world.outcomes.get("PRP-7.1.1") else {
            panic!("{:?}", world.outcomes)
        };
        assert_eq!((*phase, *level), (1, 3));
        assert!(reason.contains("test_login"), "{reason}");
        assert!(!world.log.iter().any(|line| line.contains("7.2.1")), "dependents do not run");
        assert_eq!(world.models, [Some("sonnet".to_owned())]);
    }
    project.world.lock().unwrap().log.clear();
    project.run("exe", json!({ "batch": 7, "agent": "runbook", "model": "auto" })).expect("a run");
    let world = project.world.lock().unwrap();
    assert_eq!(world.log[..3], ["validate PRP-7.1.1 1", "agent PRP-7.1.1 1", "commit PRP-7.1.1 1"]);
    assert!(world.prompts[1].contains("test_login: assertion failed"), "the failure is quoted");
    assert_eq!(world.models[1].as_deref(), Some("opus"), "a failed phase gets the next size");
}

#[test]
fn a_mended_branch_is_only_validated_again() {
    let project = batch();
    project.world.lock().unwrap().broken.insert(("PRP-7.1.1".to_owned(), 2));
    project.run("exe", json!({ "batch": 7, "agent": "runbook" })).expect("a run");
    project.world.lock().unwrap().broken.clear();
    project.world.lock().unwrap().log.clear();
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook" })).expect("a run");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    assert_eq!(project.log()[..2], ["validate PRP-7.1.1 2", "agent PRP-7.2.1 1"]);
}

#[test]
fn a_claim_without_changes_is_unproven_and_gets_no_checkpoint() {
    let project = batch();
    let end = project
        .run_with("exe", json!({ "batch": 7, "agent": "runbook" }), |_| report(AgentStatus::NoWork, "All done!"))
        .expect("a run");
    assert_eq!(end.exit_code, 10);
    let world = project.world.lock().unwrap();
    let outcome = world.outcomes.get("PRP-7.1.1");
    assert!(matches!(outcome, Some(Outcome::Unproven { claim, .. }) if claim == "All done!"), "{outcome:?}");
    assert!(!world.log.iter().any(|line| line.starts_with("commit")));
}

#[test]
fn a_declared_no_op_is_no_lie() {
    let project = batch();
    let end = project
        .run_with("exe", json!({ "batch": 7, "agent": "runbook" }), |_| {
            let mut report = report(AgentStatus::NoWork, "nothing to change");
            report.result = Some(json!({ "status": "success", "output": { "no_changes": "analysis only" } }));
            report
        })
        .expect("a run");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    assert!(project.log().contains(&"commit PRP-7.1.1 1".to_owned()));
}

#[test]
fn from_a_phase_runs_that_phase_again_and_leaves_earlier_ones() {
    let project = batch();
    project.run("exe", json!({ "batch": 7, "agent": "runbook", "stage": 1 })).expect("a run");
    project.world.lock().unwrap().merged.clear();
    project.world.lock().unwrap().log.clear();
    project.run("exe", json!({ "batch": 7, "agent": "runbook", "from": "PRP-7.1.1:2" })).expect("a run");
    assert_eq!(project.log()[..2], ["agent PRP-7.1.1 2", "commit PRP-7.1.1 2"]);
}

#[test]
fn a_stage_alone_needs_its_dependencies_done() {
    let project = batch();
    let error = project.run("exe", json!({ "batch": 7, "agent": "runbook", "stage": 2 })).expect_err("not ready");
    assert_eq!(error.code, ExitCode::InvalidInput);
    assert!(error.message.contains("PRP-7.1.1"), "{}", error.message);
    project.run("exe", json!({ "batch": 7, "agent": "runbook", "stage": 1 })).expect("stage 1");
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook", "stage": 2 })).expect("stage 2");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    assert!(project.log().contains(&"commit PRP-7.2.1 1".to_owned()));
}

#[test]
fn a_changed_text_is_told_and_not_run_again() {
    let project = batch();
    project.run("exe", json!({ "batch": 7, "agent": "runbook", "stage": 1 })).expect("a run");
    project.world.lock().unwrap().merged.clear();
    let path = "PRPs/feature-requests/PRP-7.1.1-item.md";
    project.write(path, &project.read(path).replace("Do 2.", "Do two."));
    project.world.lock().unwrap().log.clear();
    project.run("exe", json!({ "batch": 7, "agent": "runbook", "stage": 1 })).expect("a run");
    assert!(project.log().is_empty(), "{:?}", project.log());
    assert!(project.notes().contains("phase 2: skipped"), "{}", project.notes());
    assert!(project.notes().contains("text changed since"), "{}", project.notes());
}

#[test]
fn a_dry_run_tells_stages_edges_and_phases_and_starts_nothing() {
    let project = batch();
    project.prp("7.2.2", "PRP-7.1.1", 1);
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook", "dry_run": true })).expect("a dry run");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    let notes = project.notes();
    for text in
        ["BATCH 7: exe (dry run)", "Stage 2 (2 in parallel)", "PRP-7.1.1 → PRP-7.2.1 (depends on it)", "runs, 2 phases"]
    {
        assert!(notes.contains(text), "no {text:?} in\n{notes}");
    }
    assert!(project.log().is_empty());
    assert!(project.world.lock().unwrap().options.is_none());
}

#[test]
fn without_a_choice_nothing_runs() {
    let error = batch().run("exe", json!({})).expect_err("no choice");
    assert_eq!(error.code, ExitCode::Usage);
}

/// Gives a PRP another status word.
fn mark(project: &Project, id: &str, word: &str) {
    let path = format!("PRPs/feature-requests/PRP-{id}-item.md");
    let text = project.read(&path).replace("status: planning", &format!("status: {word}"));
    project.write(&path, &text);
}

#[test]
fn every_word_for_cancelled_keeps_a_prp_and_what_builds_on_it_from_running() {
    for word in ["cancelled", "Canceled", "deferred", "superseded", "on_hold", "wontfix", "archived"] {
        let project = batch();
        project.prp("7.1.2", "", 1);
        project.prp("7.3.1", "PRP-7.2.1", 1);
        mark(&project, "7.1.1", word);
        let end = project.run("exe", json!({ "batch": 7, "agent": "runbook" })).expect("a run");
        assert_eq!(end.exit_code, 10, "{word}: {}", project.notes());
        assert_eq!(project.log(), ["agent PRP-7.1.2 1", "commit PRP-7.1.2 1", "validate PRP-7.1.2 1"], "{word}");
        let notes = project.notes();
        assert!(notes.contains("PRP-7.1.1 is cancelled") && notes.contains(": not executed"), "{notes}");
        for id in ["PRP-7.2.1", "PRP-7.3.1"] {
            assert!(
                notes.contains(&format!("{id} is blocked by a cancelled item, PRP-7.1.1: not executed")),
                "{notes}"
            );
        }
        assert!(word.eq_ignore_ascii_case("cancelled") || notes.contains(&format!("`status: {word}`")), "{notes}");
    }
}

#[test]
fn a_cancelled_prp_that_nothing_builds_on_is_no_failure_and_asking_for_it_runs_nothing() {
    let project = batch();
    mark(&project, "7.2.1", "wontfix");
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook" })).expect("a run");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    let done = project.log().len();
    for flags in [
        json!({ "prps": ["PRP-7.2.1"], "agent": "runbook" }),
        json!({ "batch": 7, "agent": "runbook", "restart": true, "from": "PRP-7.2.1" }),
    ] {
        let end = project.run("exe", flags).expect("nothing is left to do");
        assert_eq!(end.exit_code, 0, "{}", project.notes());
        let told = "PRP-7.2.1 is cancelled (`status: wontfix`): not executed";
        assert!(project.notes().contains(told), "{}", project.notes());
    }
    assert_eq!(project.log().len(), done, "{}", project.notes());
}

#[test]
fn only_what_builds_on_cancelled_work_is_left_or_of_another_stage() {
    let project = batch();
    project.prp("7.1.2", "", 1);
    mark(&project, "7.1.1", "deferred");
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook", "stage": 1 })).expect("a run");
    assert_eq!(end.exit_code, 0, "nothing of stage 1 is blocked: {}", project.notes());
    let error = project.run("exe", json!({ "prps": ["PRP-7.2.1"], "agent": "runbook" })).expect_err("it is blocked");
    assert_eq!(error.code, ExitCode::Unfinished, "{}", error.message);
    assert!(project.notes().contains("PRP-7.2.1 is blocked by a cancelled item, PRP-7.1.1"), "{}", project.notes());
}

#[test]
fn cancelled_work_of_another_batch_blocks_what_builds_on_it_instead_of_being_asked_for() {
    let project = batch();
    project.prp("6.1.1", "", 1);
    project.prp("7.1.2", "PRP-6.1.1", 1);
    mark(&project, "6.1.1", "superseded");
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook" })).expect("a run");
    assert_eq!(end.exit_code, 10, "{}", project.notes());
    assert!(project.notes().contains("PRP-7.1.2 is blocked by a cancelled item, PRP-6.1.1"), "{}", project.notes());
    assert!(project.log().iter().any(|line| line.contains("7.2.1")), "{:?}", project.log());
}

#[test]
fn merged_work_that_was_cancelled_afterwards_blocks_nobody() {
    let project = batch();
    project.run("exe", json!({ "batch": 7, "agent": "runbook", "stage": 1 })).expect("a run");
    mark(&project, "7.1.1", "superseded");
    let end = project.run("exe", json!({ "batch": 7, "agent": "runbook" })).expect("a run");
    assert_eq!(end.exit_code, 0, "{}", project.notes());
    assert!(project.log().contains(&"validate PRP-7.2.1 1".to_owned()));
}

#[test]
fn a_word_that_is_no_status_is_told_with_the_list_by_every_command() {
    for command in ["exe", "review", "context-update"] {
        let project = batch();
        mark(&project, "7.2.1", "rejected");
        let flags = match command {
            "review" => json!({ "batch": 7, "mode": "structural" }),
            "exe" => json!({ "batch": 7, "agent": "runbook" }),
            _ => json!({ "batch": 7 }),
        };
        project.run(command, flags).expect("a run");
        let notes = project.notes();
        assert!(notes.contains("`rejected` is not a status (PRP-7.2.1)"), "{command}: {notes}");
        assert!(notes.contains("executed, cancelled"), "{command}: {notes}");
    }
}
