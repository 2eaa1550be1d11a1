//! Forged evidence: commits, records and references that nothing of ours wrote are not believed by the next run.

use std::process::Command;

use crate::project::Project;
use crate::stage::{faked, finish, staged, status, told, until};

/// Shell lines that reach the project's repository from wherever the agent works.
const PROJECT: &str = r#"REPO="$TOOLS/../repo"
project() { git --git-dir="$REPO/.git" -c user.name=a -c user.email=a@b "$@"; }
"#;

fn pair() -> Project {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
    project
}

#[test]
fn a_forged_merge_of_another_item_does_not_count() {
    let project = pair();
    let forge = r#"tip=$(project rev-parse prp-47)
side=$(project commit-tree "prp-47^{tree}" -p "$tip" -m side)
merge=$(printf 'Merge PRP-47.1.2: Work of PRP-47.1.2\n\nBatchprp-Prp: PRP-47.1.2\nBatchprp-Run: r\n' | project commit-tree "prp-47^{tree}" -p "$tip" -p "$side")
project update-ref refs/heads/prp-47 "$merge"
project update-ref refs/batchprp/batch/prp-47 "$merge""#;
    project.sabotage("PRP-47.1.1", 1, &format!("{PROJECT}{forge}"));
    project.run(&["exe", "--prps", "PRP-47.1.1"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 2, "{:?}", project.merges("prp-47"));
    project.run(&["context-update", "--prps", "PRP-47.1.2"]);
    assert!(!project.read("PRPs/feature-requests/PRP-47.1.2-work.md").contains("status: executed"));
    project.run(&["exe", "--batch", "47"]).exits(0).says("looks like its merge");
    assert_eq!(project.calls_of("PRP-47.1.2"), ["1"]);
    assert_eq!(status(&project, "PRP-47.1.2"), "completed");
    project.run(&["context-update", "--batch", "47"]).exits(0);
    for id in ["PRP-47.1.1", "PRP-47.1.2"] {
        assert!(project.read(&format!("PRPs/executed/{id}-work.md")).contains("status: executed"), "{id}");
    }
}

#[test]
fn checkpoints_that_an_agent_made_before_the_program_died_are_no_checkpoints() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 2).commit("PRPs");
    let forged = "PRP-47.1.1: Phase 2 - Part 2\n\nBatchprp-Prp: PRP-47.1.1\nBatchprp-Phase: 2\nBatchprp-Run: r\nBatchprp-Key: k\n";
    let ready = project.tools().join("ready");
    let lines = format!(
        "mkdir -p out; echo x > out/PRP-47.1.1.txt; git add -A; printf '{}' | git -c user.name=a -c user.email=a@b commit -q -F -; touch {}; sleep 600",
        forged.replace('\n', "\\n"),
        ready.display()
    );
    project.sabotage("PRP-47.1.1", 1, &lines);
    let mut program = project.command(&["exe", "--batch", "47"]).spawn().expect("starts");
    until("the forged checkpoint", || ready.exists());
    program.kill().expect("killed");
    program.wait().expect("gone");
    project.mend("PRP-47.1.1", 1);
    project
        .run(&["exe", "--batch", "47"])
        .exits(0)
        .says("that only batchprp makes, such as `PRP-47.1.1: Phase 2 - Part 2`");
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "1", "2"], "the second phase was carried out");
}

/// An agent that writes a checkpoint of its phase, the record of its validation and the reference of the item, and takes
/// its parent away.
const FORGE: &str = r#"mkdir -p out; echo forged > out/forged.txt; git add out
git -c user.name=a -c user.email=a@b commit -q -F - <<'EOF'
PRP-47.1.1: Phase 1 - Part 1

Batchprp-Prp: PRP-47.1.1
Batchprp-Phase: 1
Batchprp-Run: r
Batchprp-Key: k
EOF
project fetch -q "$PWD" HEAD
commit=$(git rev-parse HEAD)
project update-ref refs/heads/prp-47-1-1 "$commit"
project update-ref refs/batchprp/item/prp-47-1-1 "$commit"
RECORD
kill -KILL "$PPID"
sleep 5"#;

#[test]
fn forged_checkpoints_and_records_are_validated_before_they_are_believed() {
    let passed = r#"{"schema_version":1,"prp":"PRP-47.1.1","phase":1,"level":4,"levels":[{"level":2,"result":"passed","commands":["true"],"errors":[],"duration":0.1}]}"#;
    let sealed = passed.replace("]}]}", &format!("]}}],\"seal\":\"{}\"}}", "0".repeat(64)));
    let copied =
        r#"project notes --ref=batchprp copy -f "$(project rev-parse refs/batchprp/item/prp-47-1-2)" "$commit""#;
    let written = |record: &str| format!("project notes --ref=batchprp add -f -m '{record}' \"$commit\"");
    for record in [written(passed), written(&sealed), copied.to_owned(), String::new()] {
        let project = Project::new();
        project.configure("[run]\nnamespaces = false\n[validate]\nl2 = [\"test -e out/PRP-*.txt\"]\n");
        project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.1.2", &[], &[], 1).commit("PRPs");
        project.run(&["exe", "--prps", "PRP-47.1.2", "--no-merge"]).exits(0);
        project.sabotage("PRP-47.1.1", 1, &format!("{PROJECT}{}", FORGE.replace("RECORD", &record)));
        assert_ne!(project.run(&["exe", "--prps", "PRP-47.1.1"]).code, Some(0));
        project.sabotage("PRP-47.1.1", 1, "exit 0");
        project.run(&["exe", "--prps", "PRP-47.1.1"]).exits(10);
        assert!(["unproven", "partial"].contains(&status(&project, "PRP-47.1.1").as_str()), "{record}");
        let failed = told(&project, "validation").into_iter().any(|event| event["result"] == "failed");
        assert!(failed, "the gate was run again: {record}");
        assert!(!project.merges("prp-47").iter().any(|merge| merge.contains("PRP-47.1.1")), "{record}");
        project.mend("PRP-47.1.1", 1);
        project.run(&["exe", "--prps", "PRP-47.1.1"]).exits(0);
    }
}

#[test]
fn an_approval_that_nobody_gave_does_not_count() {
    let project = Project::new();
    project.write("src/lib.py", "x = 1\n").prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, "git rm -q src/lib.py");
    project.run(&["exe", "--batch", "47"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.1"), "needs_approval");
    project.run(&["approve", "PRP-47.1.1"]).exits(0);
    let notes = "refs/notes/batchprp-approvals";
    let tip = project.git(&["rev-parse", "prp-47-1-1"]);
    let given = project.git(&["notes", "--ref", notes, "show", &tip]);
    let forged = given.split(",\"seal\"").next().expect("a seal").to_owned() + "}";
    project.git(&["notes", "--ref", notes, "add", "-f", "-m", &forged, &tip]);
    project.run(&["exe", "--batch", "47"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.1"), "needs_approval");
    project.git(&["notes", "--ref", notes, "add", "-f", "-m", &given, &tip]);
    project.run(&["exe", "--batch", "47"]).exits(0);
}

#[test]
fn a_fresh_clone_validates_what_it_finds_and_calls_no_agent_again() {
    let project = Project::new();
    project.configure("[validate]\nl2 = [\"test ! -e bad.txt\"]\n");
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1).commit("PRPs");
    project.sabotage("PRP-47.2.1", 1, "touch bad.txt");
    project.run(&["exe", "--batch", "47"]).exits(10);
    project.sabotage("PRP-47.2.1", 1, "rm -f bad.txt");
    let clone = project.tools().join("clone");
    let git = |arguments: &[&str]| {
        let done = Command::new("git").args(arguments).status().expect("git");
        assert!(done.success(), "{arguments:?}");
    };
    let (from, to) = (project.root().display().to_string(), clone.display().to_string());
    git(&["clone", "-q", &from, &to]);
    let all = ["refs/heads/prp-*:refs/heads/prp-*", "refs/notes/*:refs/notes/*", "refs/batchprp/*:refs/batchprp/*"];
    git(&[&["-C", &to, "fetch", "-q", "origin"][..], &all].concat());
    let before = project.calls().len();
    let mut command = project.command(&["exe", "--batch", "47"]);
    command.current_dir(&clone);
    finish(command).exits(0);
    let calls: Vec<String> = project.calls()[before..].iter().map(|call| call.item.clone()).collect();
    assert_eq!(calls, ["PRP-47.2.1"], "what is merged counts, and what was not done is done");
}

#[test]
fn records_of_this_repository_hold_over_its_runs() {
    let project = staged(&["PRP-47.1.1"], 2);
    project.configure("l2 = [\"true\"]\n");
    project.commit("Configuration");
    let script = r#"{"PRP-47.1.1:2@1": {"do": "fail"}}"#;
    finish(faked(&project, script, &["exe", "--batch", "47"])).exits(10);
    finish(faked(&project, "{}", &["exe", "--batch", "47"])).exits(0);
    let validated: Vec<u64> = told(&project, "validation").iter().filter_map(|event| event["phase"].as_u64()).collect();
    assert!(!validated.is_empty() && validated.iter().all(|phase| *phase == 2), "{validated:?}");
    let note = project.git(&["notes", "--ref=batchprp", "list"]);
    assert_eq!(note.lines().count(), 2);
}
