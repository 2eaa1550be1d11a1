//! Checks that are red and then green on the same files.

use std::ffi::OsStr;

use crate::project::{Project, Ran};
use crate::stage::{status, told};

/// A project of one item whose check of level 3 is `line`; `MARK` in it is a file outside of every workspace.
fn checked(line: &str) -> Project {
    let project = Project::new();
    let line = line.replace("MARK", &project.tools().join("mark").display().to_string());
    project.configure(&format!("[validate]\ngates = \"ignore\"\nl3 = ['''{line}''']\n"));
    project.prp("PRP-47.1.1", &[], &["a.txt"], 1).commit("PRPs");
    project
}

fn run(project: &Project, repairs: &str, retries: &str) -> Ran {
    let set = [("BATCHPRP_RUN_REPAIRS", OsStr::new(repairs)), ("BATCHPRP_VALIDATE_RETRIES", OsStr::new(retries))];
    project.run_with(&["exe", "--batch", "47"], &set)
}

fn verdicts(project: &Project) -> Vec<String> {
    let of_level_3 = told(project, "validation").into_iter().filter(|event| event["level"] == 3);
    of_level_3.map(|event| event["result"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Fails once.
const ONCE: &str = "test -e MARK || { touch MARK; echo no luck; exit 1; }";

#[test]
fn red_and_then_green_on_the_same_files_is_flaky_and_no_agent_is_asked_to_mend_it() {
    let project = checked(ONCE);
    let ran = run(&project, "2", "1").exits(0).says("level 3 is flaky, it failed and then passed on the same files");
    ran.says("L3 flaky");
    assert_eq!(verdicts(&project), ["flaky"]);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1"]);
    assert!(told(&project, "repair").is_empty());
    let errors =
        &told(&project, "validation").into_iter().rfind(|event| event["level"] == 3).expect("level 3")["errors"];
    assert!(errors.to_string().contains("no luck"), "{errors}");
    // Asked for once only, it is red.
    let project = checked(ONCE);
    run(&project, "0", "0").exits(10);
    assert_eq!(verdicts(&project), ["failed"]);
}

#[test]
fn a_check_that_stays_red_is_red_and_one_that_mends_the_files_itself_is_not_flaky() {
    let project = checked("echo x >> MARK; false");
    run(&project, "0", "2").exits(10);
    assert_eq!(std::fs::read_to_string(project.tools().join("mark")).expect("runs").lines().count(), 3);
    assert_eq!(verdicts(&project), ["failed"]);
    let project = checked("test -e a.txt || { echo made > a.txt; exit 1; }");
    run(&project, "0", "1").exits(10);
    assert_eq!((verdicts(&project), status(&project, "PRP-47.1.1")), (vec!["failed".to_owned()], "partial".to_owned()));
}

#[test]
fn what_becomes_green_although_its_repair_changed_nothing_is_flaky_and_not_mended() {
    let project = checked(ONCE);
    let idle = "echo '{\"status\":\"success\",\"output\":{\"files\":[],\"errors\":[],\"no_changes\":\"it is right\"}}' > \"$BATCHPRP_RESULT\"; exit 0";
    let tools = project.tools().display().to_string();
    project.sabotage("PRP-47.1.1", 1, &format!("if [ -e {tools}/called ]; then {idle}; fi; touch {tools}/called"));
    run(&project, "2", "0").exits(0).says("L3 flaky");
    assert_eq!(verdicts(&project), ["failed", "flaky"]);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "1"]);
}

#[test]
fn a_merged_tree_that_is_red_once_is_tried_again_and_merged() {
    let project = Project::new();
    let mark = project.tools().join("mark").display().to_string();
    project.configure(&format!("[validate]\nmerge = [\"{}\"]\n", ONCE.replace("MARK", &mark)));
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    run(&project, "2", "1").exits(0).says("of the merged tree is flaky");
    assert_eq!(project.merges("prp-47").len(), 1);
    assert!(told(&project, "merge_rejected").is_empty() && told(&project, "repair").is_empty());
}

/// Writes one more line into what the item made, and is content.
const CHANGES: &str = "echo changed >> out/PRP-47.1.1.txt";

#[test]
fn what_a_check_changes_is_committed_and_judged_and_one_that_never_stops_has_failed() {
    let project = checked(&format!("grep -q changed out/PRP-47.1.1.txt || {CHANGES}"));
    run(&project, "2", "1").exits(0).says("changed out/PRP-47.1.1.txt: committed, and checked once more");
    assert_eq!(verdicts(&project), ["failed", "passed"]);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1"], "no agent is paid for it");
    assert!(project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]).contains("changed"));
    // What a check takes back, it did not judge.
    for line in [CHANGES, "git reset -q --hard HEAD~1 && rm -f out/PRP-47.1.1.txt"] {
        let project = checked(line);
        run(&project, "0", "1").exits(10).says("changed files that are committed: `out/PRP-47.1.1.txt`");
        assert!(project.merges("prp-47").is_empty(), "{line}");
    }
    let project = Project::new();
    project.configure(&format!("[validate]\ngates = \"ignore\"\nl3 = [\"{CHANGES}\"]\nmay_change = [\"out/\"]\n"));
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    run(&project, "0", "1").exits(0);
    assert!(!project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]).contains("changed"));
}
