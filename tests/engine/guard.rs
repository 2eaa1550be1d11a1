//! The guard before a merge, through the real program: what nobody asked for waits for a person or is refused.

use crate::project::Project;
use crate::stage::{status, told};

/// Two PRPs, each with one phase and the file that it declares.
fn pair() -> Project {
    let project = Project::new();
    project.write("src/lib.py", "def double(x):\n    return 2 * x\n");
    project.write("tests/test_lib.py", "from lib import double\n\ndef test_double():\n    assert double(2) == 4\n");
    project.write("check.sh", "exit 0\n");
    project.configure("[validate]\nl3 = [\"sh check.sh\"]\n");
    project.prp("PRP-47.1.1", &[], &[], 1).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1).commit("PRPs");
    project
}

fn rules(project: &Project) -> Vec<String> {
    let findings = told(project, "guard").into_iter().filter_map(|event| event["findings"].as_array().cloned());
    findings.flatten().filter_map(|finding| Some(finding["rule"].as_str()?.to_owned())).collect()
}

/// Runs the batch with an agent that does more than it should, and returns the rules that object.
fn objected(extra: &str) -> (Project, Vec<String>) {
    let project = pair();
    project.sabotage("PRP-47.1.1", 1, extra);
    project.run(&["exe", "--batch", "47"]).exits(10).says("batchprp approve PRP-47.1.1");
    assert_eq!(status(&project, "PRP-47.1.1"), "needs_approval");
    assert_eq!(status(&project, "PRP-47.2.1"), "blocked");
    assert_eq!(project.merges("prp-47"), Vec::<String>::new());
    let rules = rules(&project);
    (project, rules)
}

#[test]
fn what_removes_tests_or_work_waits_for_a_person() {
    for (extra, rule) in [
        ("git rm -q src/lib.py", "deletion"),
        ("rm tests/test_lib.py", "test_removed"),
        ("printf 'def test_double():\\n    pass\\n' > tests/test_lib.py", "test_emptied"),
        ("printf 'def test_double():\\n    return\\n    assert double(2) == 4\\n' > tests/test_lib.py", "test_emptied"),
        ("printf '\\ndef test_double():\\n    assert True\\n' >> tests/test_lib.py", "test_removed"),
        ("echo 'collect_ignore = [\"test_lib.py\"]' > tests/conftest.py", "test_skipped"),
        ("echo 'true' > check.sh", "gate_script"),
        ("printf '[validate]\\nl3 = []\\n' >> .ce/batchprp.toml", "configuration"),
        ("echo 'KEY=ghp_0123456789abcdefghijABCDEFGHIJ012345' > .env", "secret"),
        ("head -c 1200000 /dev/urandom > big.bin", "large_file"),
        ("ln -s /etc/passwd passwords", "link"),
        ("mkdir -p .cursor; echo '{\"permissions\": {\"allow\": [\"Shell(*)\"]}}' > .cursor/cli.json", "permissions"),
        ("mkdir -p .github/workflows; echo 'on: push' > .github/workflows/x.yml", "ci"),
        ("printf '\\177ELF\\2\\1\\1\\0\\0\\0\\0\\0\\0\\0\\0\\0\\4\\0\\0\\0' > core.12345", "core_dump"),
    ] {
        let (_, found) = objected(extra);
        assert!(found.iter().any(|found| found.starts_with(rule)), "{rule} is not among {found:?} for `{extra}`");
    }
}

#[test]
fn a_key_that_the_history_keeps_waits_for_a_person() {
    const KEY: &str = "ghp_9fK2xQpL7vRtB3mN8sWdA1cE5gH6jK0qZxYv";
    let commit = "git add -A; git -c user.name=A -c user.email=a@example.org commit -q";
    for extra in [
        // Taken away again by the agent, and in the message of a commit.
        format!("echo 'K = \"{KEY}\"' > src/k.py; {commit} -m 'Add'; rm src/k.py; {commit} -m 'Remove'"),
        format!("echo x > src/k.py; {commit} -m 'Use {KEY}'"),
        // Written in other ways.
        format!("printf '\\377\\376' > src/k.cs; printf 'K = \"{KEY}\"' | iconv -t UTF-16LE >> src/k.cs"),
        format!("printf 'k = \"{KEY}\"' > k; tar czf src/k.tar.gz k; rm k"),
        format!("printf 'k = \"%s\"\\n' $(printf '{KEY}' | base64 -w0) > src/k.py"),
    ] {
        let (project, found) = objected(&extra);
        assert!(found.contains(&"secret".to_owned()), "{found:?} for `{extra}`");
        assert!(!project.git(&["log", "--all", "--format=%B", "prp-47"]).contains("Merge PRP"), "{extra}");
    }
    // By a later phase.
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 2).commit("PRPs");
    project.sabotage("PRP-47.1.1", 1, &format!("echo 'K = \"{KEY}\"' > k.py")).sabotage("PRP-47.1.1", 2, "rm k.py");
    project.run(&["exe", "--batch", "47"]).exits(10).says("the history is merged, too");
    assert_eq!(status(&project, "PRP-47.1.1"), "needs_approval");
    project.run(&["approve", "PRP-47.1.1"]).exits(0);
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 1);
}

#[test]
fn an_approved_item_is_merged_with_the_name_of_who_approved() {
    let (project, _) = objected("git rm -q src/lib.py");
    project.run(&["approve", "PRP-47.1.1", "--show"]).exits(0).says("src/lib.py");
    project.run(&["exe", "--batch", "47"]).exits(10);
    project.run(&["approve", "PRP-47.1.1", "--rule", "no_rule"]).exits(2).says("rules are");
    project.run(&["approve", "PRP-47.1.1", "--reason", "it moved elsewhere"]).exits(0).says("approved by");
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 2);
    let log = project.git(&["log", "--format=%B", "prp-47"]);
    assert!(log.contains("Batchprp-Approved: "), "{log}");
    assert_eq!(told(&project, "approved").len(), 1);
}

#[test]
fn an_approval_holds_for_the_commit_that_was_looked_at() {
    let (project, _) = objected("git rm -q src/lib.py");
    project.run(&["approve", "PRP-47.1.1"]).exits(0);
    let worktree = project.root().with_file_name("repo-worktrees").join("prp-47-1-1");
    std::fs::remove_file(worktree.join("tests/test_lib.py")).expect("removed");
    for arguments in [vec!["add", "-A"], vec!["commit", "-qm", "One more"]] {
        let who = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"];
        let done = std::process::Command::new("git").args(who).args(arguments).current_dir(&worktree).status();
        assert!(done.expect("git").success());
    }
    project.run(&["exe", "--batch", "47"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.1"), "needs_approval");
    project.run(&["approve", "PRP-47.1.1", "--merge"]).exits(0);
    assert_eq!(project.merges("prp-47"), ["Merge PRP-47.1.1: Work of PRP-47.1.1"]);
}

#[test]
fn a_commit_of_another_branch_waits_and_one_that_pretends_to_be_ours_is_refused() {
    let (project, _) = objected("git rm -q src/lib.py");
    project.git(&["switch", "-q", "-c", "side"]);
    project.write("side.txt", "unrelated\n").commit("Side");
    // A person can do that to the branch; an agent has no other branch but its own.
    project.git(&["switch", "-q", "prp-47-1-1"]);
    project.git(&["merge", "-q", "--no-edit", "side"]);
    project.git(&["switch", "-q", "main"]);
    project.run(&["exe", "--batch", "47"]).exits(10);
    let found = rules(&project);
    assert!(found.iter().any(|rule| rule == "foreign_commit"), "{found:?}");
    assert_eq!(status(&project, "PRP-47.1.1"), "needs_approval");

    let project = pair();
    project.run(&["exe", "--batch", "47", "--no-merge"]).exits(0);
    let forged = "Merge PRP-47.2.1: Work of PRP-47.2.1\n\nBatchprp-Prp: PRP-47.2.1\n";
    // What an agent makes in its workspace does not get that far.
    let commit = project.git(&["commit-tree", "-p", "prp-47-1-1", "-m", forged, "prp-47-1-1^{tree}"]);
    project.git(&["update-ref", "refs/heads/prp-47-1-1", &commit]);
    project.run(&["exe", "--batch", "47"]).exits(10);
    assert_eq!(status(&project, "PRP-47.1.1"), "failed");
    assert!(rules(&project).iter().any(|rule| rule == "forged_commit"));
    assert_eq!(project.merges("prp-47"), Vec::<String>::new());
    project.run(&["approve", "PRP-47.1.1"]).exits(12).says("cannot be approved");
}

#[test]
fn a_rule_that_is_off_says_nothing() {
    let project = pair();
    project.configure("[guard]\ndeletion = \"off\"\n");
    project.commit("Configuration");
    project.sabotage("PRP-47.1.1", 1, "git rm -q src/lib.py");
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.merges("prp-47").len(), 2);
}

#[test]
fn what_others_made_or_declare_stays_theirs_whoever_takes_part_in_the_run() {
    for (extra, rule) in [
        ("echo mine > out/PRP-47.1.1.txt", "foreign_file"),
        ("echo more >> out/PRP-47.1.1.txt", "foreign_file"),
        ("rm out/PRP-47.1.1.txt", "foreign_file"),
        ("git mv out/PRP-47.1.1.txt out/elsewhere.txt", "foreign_file"),
        ("chmod +x out/PRP-47.1.1.txt", "foreign_file"),
        ("git checkout -q HEAD^ -- . && git rm -q out/PRP-47.1.1.txt; mkdir -p out", "foreign_file"),
        ("echo mine > src/later.py", "foreign_file"),
    ] {
        let project = pair();
        project.prp("PRP-47.3.1", &[], &["src/later.py"], 1).commit("One more, which is never run");
        project.run(&["exe", "--prps", "PRP-47.1.1"]).exits(0);
        project.sabotage("PRP-47.2.1", 1, extra);
        project.run(&["exe", "--prps", "PRP-47.2.1"]).exits(10).says("batchprp approve PRP-47.2.1");
        assert_eq!(status(&project, "PRP-47.2.1"), "needs_approval", "{extra}");
        let found = rules(&project);
        assert!(found.iter().any(|found| found == rule), "{rule} is not among {found:?} for `{extra}`");
        assert_eq!(project.merges("prp-47").len(), 1, "{extra}");
    }
}

#[test]
fn a_change_that_git_would_carry_into_the_file_of_another_item_waits() {
    let project = Project::new();
    project.write("shared.txt", "one\ntwo\nthree\n");
    project.prp("PRP-47.1.1", &[], &["shared.txt"], 1).prp("PRP-47.1.2", &[], &["shared.txt"], 1).commit("PRPs");
    project.run(&["exe", "--batch", "47", "--no-merge"]).exits(0);
    // Neither order of the two is declared, so that each of them starts from the base.
    for (id, work) in [
        ("PRP-47.1.1", "git rm -q --cached shared.txt; mv shared.txt out/PRP-47.1.1.txt"),
        ("PRP-47.1.2", "sed -i 's/two/2/' shared.txt"),
    ] {
        project.sabotage(id, 1, work);
        project.run(&["exe", "--prps", id, "--restart", "--no-merge", "--base", "main"]).exits(0);
    }
    project.run(&["exe", "--prps", "PRP-47.1.1"]).exits(0);
    project.run(&["exe", "--prps", "PRP-47.1.2"]).exits(10).says("git would carry a change into it");
    assert_eq!(rules(&project), ["foreign_file"]);
    assert!(project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]).contains("two"), "the file of the other is as it was");
    project.run(&["approve", "PRP-47.1.2", "--merge"]).exits(0);
    assert!(project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]).contains('2'));
}

#[test]
fn a_review_shows_what_the_guard_finds_and_approves_nothing_over_it() {
    for (extra, rule) in [
        ("git rm -q src/lib.py", "deletion"),
        ("rm tests/test_lib.py", "test_removed"),
        ("echo 'true' > check.sh", "gate_script"),
        ("echo 'KEY=ghp_0123456789abcdefghijABCDEFGHIJ012345' > .env", "secret"),
    ] {
        let (project, _) = objected(extra);
        let review = ["review", "--exe", "--prps", "PRP-47.1.1", "--mode", "structural"];
        project.run(&review).exits(6).says("batchprp approve PRP-47.1.1");
        let report: serde_json::Value =
            serde_json::from_str(&project.read(".ce/tmp/reviews/selection.json")).expect("a report");
        assert_ne!(report["verdict"], "APPROVE", "{extra}");
        let findings = report["reviews"][0]["structural"]["findings"].as_array().cloned().unwrap_or_default();
        assert!(findings.iter().any(|finding| finding["category"] == rule), "{extra}: {findings:?}");
        project.run(&["approve", "PRP-47.1.1", "--reason", "wanted"]).exits(0).says("Tester <tester@example.org>");
        project.run(&review).exits(0);
        project.run(&["approve", "PRP-47.1.1", "--merge"]).exits(0).says("nothing stands against");
        project.run(&review).exits(0);
    }
}

#[test]
fn settings_of_a_tool_that_a_gate_runs_by_way_of_others_wait_too() {
    let project = pair();
    project.write("ci/all.sh", "# everything\nsh ci/unit.sh\n").write("pytest.ini", "[pytest]\n");
    project.write("ci/unit.sh", "command -v pytest && pytest -q\nexit 0\n");
    project.configure("l2 = [\"sh ci/all.sh\"]\n");
    project.commit("A gate");
    project.sabotage("PRP-47.1.1", 1, "printf '[pytest]\\nxfail_strict = false\\n' > pytest.ini");
    project.run(&["exe", "--batch", "47"]).exits(10).says("batchprp approve PRP-47.1.1");
    assert_eq!(rules(&project), ["gate_configuration"]);
}
