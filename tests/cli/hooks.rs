//! Hooks of a project: called at their moments, with what they are told, and their no.

use crate::support::Test;

const ALL: &str = r#"//! Writes down what it is told.

fn before_run(run) { note(`before_run ${run.command} ${run.items}`) }
fn before_item(item) {
    note(`before_item ${item.id} ${item.attempt}`);
    if item.id == "PRP-7.3.1" { return "it is Friday"; }
}
fn after_phase(phase) { note(`after_phase ${phase.id} ${phase.phase} ${phase.passed}`) }
fn after_item(item) {
    note(`after_item ${item.id} ${item.status}`);
    if item.id == "PRP-7.2.1" { throw "no ticket"; }
}
fn after_merge(merge) { note(`after_merge ${merge.id} ${merge.commit.len() >= 40}`) }
fn after_run(run) { note(`after_run ${run.exit_code} ${run.items.len()}`) }

fn note(line) { files::append(".ce/tmp/hooks.log", line + "\n") }
"#;

const WORK: &str = r#"const ABOUT = "Items with phases";

fn main(args) {
    let items = ["1", "2", "3"].map(|n| #{ id: `PRP-7.${n}.1`, title: n });
    dag::analyze(items).run(#{ batch: 7, merge: true, jobs: 1 }, |item| {
        let tree = git::worktree(item);
        tree.begin(1, "Write it", 1);
        let answer = agent::run("executor", #{ prompt: item.id, expects_changes: true, cwd: tree.path });
        if !answer.ok { return answer; }
        tree.commit(1, "Write it", "key");
        let checks = tree.validate(1, 4);
        if !checks.passed { return outcome::partial(1, checks); }
        outcome::completed("written")
    })
}
"#;

fn project(hook: &str) -> Test {
    let test = Test::with_git();
    test.write(".ce/commands/work.rhai", WORK);
    test.write(".ce/hooks/log.rhai", hook);
    test.write(".gitignore", ".ce/tmp/\n");
    test.write(
        ".ce/batchprp.toml",
        "[agent]\nname = \"command\"\n[adapter.command]\nargv = [\"sh\", \"-c\", \"cat > /dev/null; echo > $BATCHPRP_ITEM.txt\"]\n[validate]\nl1 = [\"true\"]\n",
    );
    test.commit("all");
    test
}

#[test]
fn each_hook_is_called_at_its_moment_and_a_no_has_its_reason() {
    let test = project(ALL);
    test.run(["list"]).expect_code(0).expect_stdout("hook before_item (.ce/hooks/log.rhai)");
    let shown = test.run(["work", "--dry-run"]).expect_code(0).stdout;
    assert!(shown.contains("Hooks that a run calls: before_run (.ce/hooks/log.rhai)"), "{shown}");
    assert!(!test.exists(".ce/tmp/hooks.log"));
    let output = test.run(["work"]).expect_code(10);
    let told = test.read(".ce/tmp/hooks.log");
    // A merge is told when the run turns to the script again: at the latest before it is closed.
    let (merges, others): (Vec<&str>, Vec<&str>) = told.lines().partition(|line| line.starts_with("after_merge"));
    assert_eq!(merges, ["after_merge PRP-7.1.1 true"]);
    assert_eq!(
        others,
        [
            r#"before_run work ["PRP-7.1.1", "PRP-7.2.1", "PRP-7.3.1"]"#,
            "before_item PRP-7.1.1 1",
            "after_phase PRP-7.1.1 1 true",
            "after_item PRP-7.1.1 completed",
            "before_item PRP-7.2.1 1",
            "after_phase PRP-7.2.1 1 true",
            "after_item PRP-7.2.1 completed",
            "before_item PRP-7.3.1 1",
            "after_run 10 3",
        ]
    );
    let shown = format!("{}{}", output.stdout, output.stderr).replace('\n', " ");
    assert!(shown.contains("`before_item` of `.ce/hooks/log.rhai` says no: it is Friday"), "{shown}");
    assert!(shown.contains("`after_item` of `.ce/hooks/log.rhai` says no: no ticket"), "{shown}");
    // What a hook refused is not merged.
    let files = test.git(["ls-tree", "--name-only", "prp-7"]);
    assert!(files.contains("PRP-7.1.1.txt") && !files.contains("PRP-7.2.1.txt"), "{files}");
}

#[test]
fn a_no_before_the_run_ends_it_and_a_wrong_hook_is_found_before_anything_runs() {
    let test = project("fn before_run(run) { `${run.items.len()} items are too many` }\n");
    test.run(["work"]).expect_code(12).expect_stderr("says no: 3 items are too many");
    assert!(test.git(["branch", "--list", "prp-7"]).is_empty());
    test.write(".ce/hooks/log.rhai", "fn before_itm(item) { item.id }\nfn after_run() {}\n");
    let shown = test.run(["check"]).expect_code(6);
    let shown = format!("{}{}", shown.stdout, shown.stderr);
    assert!(
        shown.contains("there is no hook `before_itm`") && shown.contains("did you mean `before_item`?"),
        "{shown}"
    );
    assert!(shown.contains("the hook `after_run` does not take one argument"), "{shown}");
    test.run(["work"]).expect_code(6).expect_stderr("nothing was started");
}
