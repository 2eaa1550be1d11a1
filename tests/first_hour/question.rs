//! `gen` leaves documents that nobody has committed, and proposes to commit them: one question, to a person only.

use crate::support::Test;
use crate::terminal::Terminal;

const QUESTION: &str = "commit each PRP that is written? [y/N]";
const GEN: [&str; 4] = ["gen", "PLAN.md", "--agent", "template"];

fn project() -> Test {
    let test = Test::with_git();
    test.run(["new", "plan"]).expect_code(0);
    test
}

fn commits(test: &Test) -> usize {
    test.git(["log", "--format=%s"]).lines().filter(|subject| subject.starts_with("Add PRP-")).count()
}

/// Generates on a terminal, answers what is asked, and returns how many PRPs are committed.
fn answered(keys: &str) -> usize {
    let test = project();
    let mut terminal = Terminal::start(test.command(GEN), 24, 100);
    terminal.wait_for(QUESTION);
    terminal.keys(keys);
    assert_eq!(terminal.end(), 0);
    assert_eq!(terminal.rows().join("\n").matches(QUESTION).count(), 1, "asked once");
    assert!(test.exists("PRPs/feature-requests/PRP-1.1.1-greeting-script.md"));
    commits(&test)
}

#[test]
fn a_clear_yes_commits_and_everything_else_does_not() {
    assert_eq!(answered("y\n"), 3);
    assert_eq!(answered("\n"), 0);
}

#[test]
fn nobody_is_asked_who_has_said_it_or_is_not_there() {
    let test = project();
    let mut terminal = Terminal::start(test.command([&GEN[..], &["--commit"]].concat()), 24, 100);
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.rows().join("\n").contains(QUESTION));
    assert_eq!(commits(&test), 3);
    let test = project();
    let mut terminal = Terminal::start(test.command([&GEN[..], &["--dry-run"]].concat()), 24, 100);
    assert_eq!(terminal.end(), 0);
    assert!(!terminal.rows().join("\n").contains(QUESTION));
    let piped = test.run(GEN).expect_code(0);
    assert!(!piped.stderr.contains(QUESTION));
    assert_eq!(commits(&test), 0);
}

#[test]
fn who_is_there_says_which_tool_wrote_a_list_that_two_could_have_written() {
    let plan = "# Login\n\n### Task 1: Form\n- [ ] draw it\n\n### Task 2: Session\n- [ ] keep it\n";
    for (keys, read) in [("2\n", "ralphex"), ("ralphex\n", "ralphex"), ("\n", "superpowers"), ("7\n2\n", "ralphex")] {
        let test = Test::with_git();
        test.write("docs/plans/login.md", plan);
        let mut terminal =
            Terminal::start(test.command(["exe", "docs/plans/login.md", "--dry-run", "--agent", "runbook"]), 40, 160);
        terminal.wait_for("which tool wrote docs/plans/login.md? [1 = superpowers, 2 = ralphex; Enter: 1]");
        for key in keys.split_inclusive('\n') {
            terminal.keys(key);
            if key == "7\n" {
                terminal.wait_for("`7` is none of them");
            }
        }
        assert_eq!(terminal.end(), 0);
        let shown = terminal.rows().join("\n");
        assert!(shown.contains(&format!("is read as {read}")), "{shown}");
        assert!(!shown.contains("could be `ralphex` as well"), "it was said: {shown}");
    }
    let test = Test::with_git();
    test.write("docs/plans/login.md", plan);
    let piped = test.run(["exe", "docs/plans/login.md", "--dry-run", "--agent", "runbook"]).expect_code(0);
    let shown = [piped.stdout, piped.stderr].concat();
    assert!(shown.contains("is read as superpowers") && shown.contains("could be `ralphex` as well"), "{shown}");
}
