//! The way of somebody who has read the README and nothing else.

use crate::support::Test;

/// A project with a check of its own and one commit.
fn project() -> Test {
    let test = Test::with_git();
    test.write("Makefile", "test:\n\ttest -f README.md\n");
    test.commit("checks");
    test
}

#[test]
fn six_commands_lead_from_a_repository_to_a_merged_batch() {
    let test = project();
    test.shell("batchprp init").expect_code(0).expect_stdout("l3 passes");
    test.shell("batchprp doctor").expect_code(0).expect_stdout("next: batchprp new plan");
    test.shell("batchprp new plan").expect_code(0).expect_stdout("next: batchprp gen PLAN.md");
    test.shell("batchprp gen PLAN.md").expect_code(0).expect_stdout("batchprp exe --batch 1");
    test.shell("batchprp exe --batch 1 --agent runbook").expect_code(0).expect_stdout("batchprp land 1");
    test.shell("batchprp land 1").expect_code(0).expect_stdout("`prp-1` is landed");
    assert_eq!(test.shell("sh example/test.sh").expect_code(0).stdout, "passed\n");
}

#[test]
fn one_prp_is_written_and_carried_out_as_it_stands() {
    let test = project();
    let wrote = test.shell("batchprp new prp").expect_code(0).stdout;
    let next = wrote.lines().find_map(|line| line.strip_prefix("next: ")).expect("a command");
    let (command, _) = next.split_once(" (").expect("a remark");
    test.shell(&format!("{command} --agent runbook")).expect_code(0);
    assert_eq!(test.git(["show", "prp-1:example/hello.sh"]), "#!/bin/sh\necho \"Hello, ${1:-world}!\"");
    // The next one has an id of its own; one that is there stays.
    test.shell("batchprp new prp").expect_code(0).expect_stdout("PRP-2.1.1-greeting.md");
    let there = test.shell("batchprp new prp PRP-2.1.1-greeting.md").expect_code(12);
    there.expect_stderr("batchprp new prp PRP-1.1.2-OTHER.md");
    test.shell("batchprp new prp greeting.md").expect_code(2).expect_stderr("does not begin with the id");
    test.shell("batchprp new prp PRPs/PRP-2.3.4-x.md").expect_code(0);
    test.shell("batchprp inspect PRPs/PRP-2.3.4-x.md").expect_code(0).expect_stdout("PRP-2.3.4: Greeting script");
}

#[test]
fn an_agent_of_ones_own_is_asked_for_until_it_is_committed() {
    let test = project();
    test.shell("batchprp new plan && batchprp gen PLAN.md").expect_code(0);
    test.write("agent.sh", "cat > /dev/null\necho \"$BATCHPRP_PHASE\" >> \"$BATCHPRP_ITEM.txt\"\n");
    let config = "[agent]\nname = \"command\"\n\n[adapter.command]\nargv = [\"sh\", \"agent.sh\"]\n\n[validate]\ngates = \"ignore\"\n";
    test.write(".ce/batchprp.toml", config);
    let refused = test.shell("batchprp exe --batch 1").expect_code(8).expect_stderr("`agent.sh`");
    assert!(test.git(["branch", "--list", "prp-*"]).is_empty(), "nothing is made");
    let typed = refused.stderr.lines().find_map(|line| line.split_once("commit it: ")).expect("a command").1.to_owned();
    test.shell(&typed).expect_code(0);
    test.shell("batchprp doctor").expect_code(0).expect_stdout("exe uses `command`");
    test.shell("batchprp exe --batch 1").expect_code(0);
    assert_eq!(test.git(["show", "prp-1:PRP-1.1.1.txt"]), "1\n2");
}

#[test]
fn the_file_of_the_checkout_may_be_the_agent() {
    let test = project();
    test.shell("batchprp new plan && batchprp gen PLAN.md").expect_code(0);
    test.write("agent.sh", "cat > /dev/null\necho \"$BATCHPRP_PHASE\" >> \"$BATCHPRP_ITEM.txt\"\n");
    test.write(".git/info/exclude", "agent.sh\n");
    test.shell("batchprp config set agent.name command").expect_code(0);
    test.shell("batchprp config set adapter.command.argv '[\"sh\", \"{root}/agent.sh\"]'").expect_code(0);
    test.shell("batchprp config set validate.gates ignore").expect_code(0);
    test.shell("batchprp exe --batch 1").expect_code(0);
}

#[test]
fn what_init_wrote_is_undone_unless_somebody_changed_it() {
    let test = project();
    test.shell("batchprp init --claude").expect_code(0).expect_stdout("wrote .claude/commands/batch-exe-prp.md");
    test.write(".claude/commands/batch-exe-prp.md", "mine\n");
    test.shell("batchprp init --undo").expect_code(0).expect_stdout("kept .claude/commands/batch-exe-prp.md");
    assert!(!test.exists(".ce/batchprp.toml") && !test.exists(".claude/commands/batch-gen-prp.md"));
    assert_eq!(test.read(".claude/commands/batch-exe-prp.md"), "mine\n");
    test.shell("rm -r .claude && batchprp init --undo").expect_code(0);
    assert_eq!(test.git(["status", "--porcelain"]), "");
    test.shell("batchprp init --undo").expect_code(4);
}

/// A generated batch, where no agent is installed.
fn generated() -> Test {
    let test = Test::with_git();
    test.shell("batchprp new plan").expect_code(0);
    test
}

#[test]
fn without_any_agent_every_printed_exe_names_one_that_is_there() {
    let test = generated();
    let runbook = "batchprp exe --batch 1 --agent runbook";
    test.shell("batchprp gen PLAN.md --agent template").expect_code(0).expect_stdout(runbook);
    test.shell("batchprp").expect_code(0).expect_stdout(runbook);
    test.commit("plan");
    test.shell("batchprp doctor").expect_stdout(&format!("next: {runbook} --dry-run"));
    test.shell("batchprp config set agent.name codex").expect_code(0);
    assert!(!test.shell("batchprp").stdout.contains("runbook"), "one that is named is used");
}

#[test]
fn phases_that_changed_are_named_when_only_what_is_missing_is_generated() {
    let test = generated();
    test.shell("batchprp gen PLAN.md --agent template").expect_code(0);
    let plan = test.read("PLAN.md").replace("sh -n example/hello.sh", "sh -n -x example/hello.sh");
    test.write("PLAN.md", plan);
    test.shell("rm PRPs/feature-requests/PRP-1.2.2*").expect_code(0);
    let again = test.shell("batchprp gen PLAN.md --agent template --batch 1 --retry-failed").expect_code(0);
    let said = again.stdout + &again.stderr;
    assert!(said.contains("PRP-1.1.1: the plan says something else now"), "{said}");
    assert!(said.contains("`batchprp gen PLAN.md --batch 1 --overwrite` writes the batch anew"), "{said}");
    test.shell("batchprp gen PLAN.md --batch 1 --overwrite --agent template").expect_code(0);
    assert!(test.shell("cat PRPs/feature-requests/PRP-1.1.1*").stdout.contains("sh -n -x example/hello.sh"));
}

#[test]
fn a_gate_that_reads_like_a_command_is_warned_of() {
    let test = generated();
    let plan = test.read("PLAN.md").replace("`sh -n example/hello.sh`", "sh -n example/hello.sh");
    test.write("PLAN.md", plan);
    let inspected = test.shell("batchprp inspect PLAN.md").expect_code(0);
    let said = inspected.stdout + &inspected.stderr;
    assert!(said.contains("`sh -n example/hello.sh` reads like a command"), "{said}");
    assert!(said.contains("put the command into back-ticks"), "{said}");
}

#[test]
fn who_has_an_item_is_told_by_the_overview() {
    let test = generated();
    test.shell("batchprp gen PLAN.md --agent template").expect_code(0);
    test.commit("plan");
    test.shell("batchprp take PRP-1.1.1").expect_code(0);
    let said = test.shell("batchprp").expect_code(0).stdout;
    assert!(said.contains("PRP-1.1.1 in the hands of ") && said.contains("(phase 1)"), "{said}");
    assert!(said.contains("\n  batchprp give PRP-1.1.1\n"), "{said}");
    test.shell("batchprp give PRP-1.1.1 --abandon").expect_code(0);
    assert!(!test.shell("batchprp").stdout.contains("in the hands of"));
}
