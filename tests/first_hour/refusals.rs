//! The table of refusals: the first lines name the cause and the way out, the way out works, nothing was made before.

use std::os::unix::fs::PermissionsExt;

use crate::support::{Output, Test};

/// A project with a generated batch that nobody has committed.
fn project() -> Test {
    let test = Test::with_git();
    test.shell("batchprp new plan && batchprp gen PLAN.md --agent template").expect_code(0);
    test
}

/// What a run would have made.
fn made(test: &Test) -> String {
    let refs = test.shell("git for-each-ref; git worktree list; ls ..").stdout;
    refs + &test.shell("ls .ce/tmp/runs .ce/tmp/open 2>/dev/null").stdout
}

/// Types a line that is refused, and requires that nothing was made.
#[track_caller]
fn refused(test: &Test, line: &str, code: i32, says: &[&str]) -> Output {
    let before = made(test);
    let output = test.shell(line).expect_code(code);
    for text in says {
        assert!(output.stderr.contains(text), "no {text:?} in\n{}\n{}", output.stderr, output.stdout);
    }
    assert_eq!(made(test), before, "`{line}` has made something");
    output
}

const RUNBOOK: &str = "batchprp exe --batch 1 --agent runbook";

#[test]
fn no_agent_is_installed() {
    let test = project();
    refused(&test, "batchprp exe --batch 1", 8, &["no agent was found", "--agent", "runbook"]);
    refused(&test, "batchprp exe --batch 1 --dry-run", 8, &["no agent was found"]);
    test.shell(RUNBOOK).expect_code(0);
}

#[test]
fn an_agent_is_not_known() {
    let test = project();
    refused(
        &test,
        "batchprp exe --batch 1 --agent runbok",
        8,
        &["no agent `runbok` (--agent)", "did you mean `runbook`"],
    );
    refused(&test, "batchprp gen PLAN.md --agent templat", 8, &["no agent `templat`", "did you mean `template`"]);
    test.write(".ce/batchprp.toml", "\n[agent]\nname = \"runbok\"\n");
    refused(&test, "batchprp exe --batch 1", 8, &["agent.name in .ce/batchprp.toml:3", "did you mean `runbook`"]);
    refused(&test, "batchprp review --batch 1 --mode full", 8, &["no agent `runbok`"]);
}

#[test]
fn the_program_of_an_agent_is_not_there() {
    let test = project();
    refused(
        &test,
        "batchprp exe --batch 1 --agent claude",
        8,
        &["program of the agent `claude` (--agent)", "install it"],
    );
    let asked = refused(&test, "batchprp exe --batch 1 --agent command", 8, &["adapter.command.argv` is not set"]);
    let line = asked.stderr.lines().find_map(|line| line.split_once("batchprp config set")).expect("a command").1;
    test.shell(&format!("batchprp config set{line}")).expect_code(0);
    test.write(".ce/batchprp.toml", "[adapter.command]\nargv = [\"no-such-program\"]\n");
    refused(
        &test,
        "batchprp exe --batch 1 --agent command",
        8,
        &["no program `no-such-program`", ".ce/batchprp.toml:2"],
    );
}

#[test]
fn a_model_is_a_slip() {
    let test = project();
    let line = "batchprp exe --batch 1 --agent runbook --model hiaku";
    refused(&test, line, 8, &["no model `hiaku` (--model)", "did you mean `haiku`"]);
}

#[test]
fn the_file_of_an_adapter_is_torn() {
    let test = project();
    test.write(".ce/agents/mine.rhai", "const ADAPTER = #{ about: \"x\" };\n\nfn detect( {\n");
    refused(&test, "batchprp exe --batch 1 --agent mine", 3, &[".ce/agents/mine.rhai:3", "`mine` cannot be used"]);
    test.write(".ce/agents/mine.rhai", "const ADAPTER = #{ about: \"x\" };\nfn detect() { () }\n");
    refused(
        &test,
        "batchprp exe --batch 1 --agent mine",
        3,
        &["no function `command`, `on_line`, `outcome`", "batchprp check"],
    );
    test.shell("batchprp check").expect_code(6);
}

#[test]
fn the_checks_are_red_before_any_work() {
    let test = project();
    test.write(".ce/batchprp.toml", "[validate]\nl1 = [\"true\"]\nl3 = [\"echo tried >> $HOME/tried; false\"]\n");
    test.write("marks.sh", "");
    test.shell("batchprp config set validate.env_pass '[\"HOME\"]'").expect_code(0);
    let tried = |test: &Test| std::fs::read_to_string(test.home().join("tried")).map_or(0, |text| text.lines().count());
    // A dry run and gen start none.
    test.shell(&format!("{RUNBOOK} --dry-run")).expect_code(0).expect_stdout("batchprp doctor");
    assert_eq!(tried(&test), 0);
    refused(&test, RUNBOOK, 6, &["level 3", "before any agent has worked", "--allow-red"]);
    refused(&test, RUNBOOK, 6, &["level 3"]);
    test.shell("batchprp doctor").expect_code(3).expect_stdout("level 3 fails");
    assert_eq!(tried(&test), 1, "once for a commit and a set of commands");
    test.shell(&format!("{RUNBOOK} --dry-run")).expect_code(0).expect_stdout("the checks are red");
    test.shell(&format!("{RUNBOOK} --level 1")).expect_code(0);
    test.shell("batchprp config set validate.baseline warn").expect_code(0);
    test.shell(&format!("{RUNBOOK} --allow-red --restart")).expect_code(10);
}

#[test]
fn a_program_that_was_missing_is_found_once_it_is_there() {
    let test = project();
    test.write(".ce/batchprp.toml", "[validate]\nl3 = [\"\\\"$HOME/tool\\\"\"]\n");
    refused(&test, RUNBOOK, 6, &["level 3", "exit code 127"]);
    std::fs::write(test.home().join("tool"), "#!/bin/sh\n").expect("written");
    std::fs::set_permissions(test.home().join("tool"), PermissionsExt::from_mode(0o755)).expect("a program");
    test.shell(RUNBOOK).expect_code(0);
}

#[test]
fn issues_are_wanted_where_nobody_can_open_them() {
    let test = Test::with_git();
    test.shell("batchprp new plan").expect_code(0);
    refused(
        &test,
        "PATH=\"$(dirname \"$(command -v batchprp)\")\":/nowhere batchprp gen PLAN.md --issues github",
        3,
        &["`gh` is not", "--issues none"],
    );
    refused(&test, "batchprp gen PLAN.md --issues linear", 3, &["LINEAR_API_KEY is not set", "--issues none"]);
    test.shell("batchprp gen PLAN.md --issues none").expect_code(0);
}

#[test]
fn the_sandbox_is_not_installed() {
    let test = project();
    test.write(".ce/batchprp.toml", "[run]\nsandbox = \"bwrap\"\n");
    let line = format!("PATH=\"$(dirname \"$(command -v batchprp)\")\" {RUNBOOK}");
    refused(&test, &line, 3, &["no program `bwrap`", "run.sandbox = \"none\""]);
}

#[test]
fn there_is_no_repository_or_no_commit() {
    let test = Test::new();
    test.shell("batchprp new plan && batchprp gen PLAN.md --agent template").expect_code(0);
    let output = test.shell(RUNBOOK).expect_code(7);
    assert!(output.stderr.contains("git init") || output.stderr.contains("not a git repository"), "{}", output.stderr);
    test.shell("git init -q").expect_code(0);
    test.shell(RUNBOOK).expect_code(7).expect_stderr("commit");
}

#[test]
fn a_detached_head_and_a_dirty_tree_are_told_and_go_on() {
    let test = project();
    test.write("README.md", "# Changed\n");
    test.git(["checkout", "-q", "--detach"]);
    test.shell(RUNBOOK).expect_code(0).expect_stdout("uncommitted");
    assert_eq!(test.read("README.md"), "# Changed\n");
}

#[test]
fn there_is_no_plan_or_a_bad_one() {
    let test = Test::with_git();
    refused(&test, "batchprp gen PLAN.md", 5, &["PLAN.md"]);
    test.write("PLAN.md", "# Work\n\n### Phase 1: One\nGoal: x\n\n### Phase 2: Two\nGoal: y\n");
    let says = ["cannot parse Phases 1, 2 (lines 3, 6)", "Validation Gates", "**Dependencies**: None"];
    let output = refused(&test, "batchprp gen PLAN.md", 5, &says);
    assert_eq!(output.stderr.matches("missing_fields").count(), 1, "told once");
    test.shell("batchprp inspect PLAN.md").expect_code(5).expect_stdout("plan: Work");
    test.shell("rm PLAN.md && batchprp new plan && batchprp gen PLAN.md").expect_code(0);
}

#[test]
fn one_phase_of_the_plan_is_bad() {
    let test = Test::with_git();
    test.shell("batchprp new plan").expect_code(0);
    let plan = test.read("PLAN.md").replace("**Goal**: Say how the greeting is used\n", "");
    test.write("PLAN.md", plan);
    test.shell("batchprp gen PLAN.md --agent template").expect_code(10).expect_stdout("missing Goal");
    assert!(test.exists("PRPs/feature-requests/PRP-1.1.1-greeting-script.md"));
}

#[test]
fn the_configuration_has_an_unknown_or_a_second_key() {
    let test = project();
    test.write(".ce/batchprp.toml", "[run]\njbos = 4\n");
    refused(&test, RUNBOOK, 3, &["batchprp.toml:2", "did you mean `run.jobs`"]);
    test.write(".ce/batchprp.toml", "[run]\njobs = 4\n\n[run]\nretries = 0\n");
    refused(&test, RUNBOOK, 3, &["batchprp.toml:4", "may stand once"]);
}

#[test]
fn words_of_other_programs_are_understood() {
    let test = Test::new();
    for (word, says) in
        [("exec", "batchprp exe"), ("resume", "goes on"), ("ls", "batchprp status"), ("start", "batchprp exe")]
    {
        refused_anywhere(&test, word, says);
    }
}

#[track_caller]
fn refused_anywhere(test: &Test, word: &str, says: &str) {
    test.run([word]).expect_code(2).expect_stderr(&format!("there is no command `{word}`")).expect_stderr(says);
}

#[test]
fn a_value_of_the_configuration_is_wrong() {
    let test = Test::with_git();
    test.shell("batchprp config set run.jbos 4").expect_code(2).expect_stderr("did you mean `run.jobs`");
    test.shell("batchprp config set run.jobs many").expect_code(2).expect_stderr("whole number");
    assert!(!test.exists(".ce/batchprp.toml"));
    test.shell("batchprp config set run.jobs 4").expect_code(0);
    test.shell("batchprp config show").expect_code(0).expect_stdout("run.jobs = 4");
}
