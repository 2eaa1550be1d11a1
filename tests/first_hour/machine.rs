//! What the machine refuses: a full disk, folders that cannot be written, a batch that another run holds; and a machine
//! that speaks another language.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::Test;

const RUNBOOK: &str = "batchprp exe --batch 1 --agent runbook";

fn project() -> Test {
    let test = Test::with_git();
    test.shell("batchprp new plan && batchprp gen PLAN.md --agent template").expect_code(0);
    test
}

fn made(test: &Test) -> String {
    test.shell("git for-each-ref; git worktree list; ls .. .ce/tmp/runs .ce/tmp/open").stdout
}

/// Wraps a line so that a small file system lies at `../small` while it runs; `None` where none can be mounted.
fn on_a_small_disk(test: &Test, size: &str, line: &str) -> Option<String> {
    let alone = if nix::unistd::geteuid().is_root() { "unshare -m" } else { "unshare -rm" };
    let mount = format!("mkdir -p ../small && mount -t tmpfs -o size={size} none ../small");
    let can = test.shell(&format!("{alone} sh -c '{mount}'")).code == 0;
    can.then(|| format!("{alone} sh -c '{mount} && {line}'"))
}

#[test]
fn a_disk_that_is_nearly_full_is_refused_with_its_path() {
    let test = project();
    test.shell("batchprp config set paths.worktrees ../small/worktrees").expect_code(0);
    let Some(line) = on_a_small_disk(&test, "50m", RUNBOOK) else { return };
    let before = made(&test);
    let refused = test.shell(&line).expect_code(3);
    refused.expect_stderr("only 50 MiB are free at `").expect_stderr("config set paths.worktrees FOLDER");
    assert_eq!(made(&test), before);
    let checks = test.shell(&line.replace(RUNBOOK, "batchprp doctor")).expect_code(3);
    checks.expect_stdout("worktree folder: only 50 MiB are free");
    // Little is told, and enough.
    let roomy = on_a_small_disk(&test, "400m", RUNBOOK).expect("a small disk");
    test.shell(&roomy).expect_code(0).expect_stdout("MiB are free at");
    test.shell("batchprp config set paths.worktrees ../worktrees").expect_code(0);
    test.shell(&format!("{RUNBOOK} --restart")).expect_code(0);
}

#[test]
fn a_folder_that_may_not_be_written_is_refused_with_its_path() {
    // Root may write everywhere.
    if nix::unistd::geteuid().is_root() {
        return;
    }
    let test = project();
    test.shell("mkdir ../closed && batchprp config set paths.worktrees ../closed/worktrees").expect_code(0);
    let closed = test.root().with_file_name("closed");
    let set = |mode| fs::set_permissions(&closed, fs::Permissions::from_mode(mode)).expect("permissions");
    set(0o500);
    let before = made(&test);
    let refused = test.shell(RUNBOOK).expect_code(3).expect_stderr("cannot write in `");
    assert_eq!(made(&test), before);
    let typed = refused.stderr.split('`').find(|text| text.starts_with("chmod")).expect("a command").to_owned();
    test.shell(&typed).expect_code(0);
    test.shell(RUNBOOK).expect_code(0);
}

#[test]
fn a_batch_that_another_run_holds_is_left_to_it() {
    let test = project();
    test.write("agent.sh", "cat > /dev/null\ntouch \"$HOME/began\"\nsleep 600\n");
    test.shell("batchprp config set adapter.command.argv '[\"sh\", \"{root}/agent.sh\"]'").expect_code(0);
    let line = ["exe", "--batch", "1", "--agent", "command"];
    let mut first = test.command(line).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !test.home().join("began").exists() {
        assert!(Instant::now() < deadline, "the agent never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    let before = made(&test);
    let refused = test.shell(RUNBOOK).expect_code(7);
    assert_eq!(made(&test), before);
    assert!(refused.stderr.contains("batchprp stop"), "{}", refused.stderr);
    test.shell("batchprp stop").expect_code(0);
    assert_eq!(first.wait().expect("an end").code(), Some(130));
    test.shell(RUNBOOK).expect_code(0);
}

#[test]
fn a_machine_that_speaks_german_changes_nothing() {
    let test = project().env("LC_ALL", "de_DE.UTF-8").env("LANGUAGE", "de");
    test.shell("batchprp doctor").expect_code(0).expect_stdout("git version");
    test.shell(RUNBOOK).expect_code(0).expect_stdout("batchprp land 1");
    let nowhere = Test::new().env("LC_ALL", "de_DE.UTF-8").env("LANGUAGE", "de");
    nowhere.shell("batchprp new plan && batchprp gen PLAN.md --agent template").expect_code(0);
    nowhere.shell(RUNBOOK).expect_code(7).expect_stderr("is not in a git repository");
}
