//! PRPs that git does not track are their user's only copy: whatever happens, they keep every byte.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::Test;

const FOLDER: &str = "PRPs/feature-requests";

fn documents(test: &Test) -> Vec<(String, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(test.path(FOLDER))
        .expect("PRPs")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("a PRP")))
        .collect();
    found.sort();
    found
}

fn project(agent: &str) -> Test {
    let test = Test::with_git();
    test.write("agent.sh", format!("cat > /dev/null\n{agent}\n"));
    test.write(
        ".ce/batchprp.toml",
        "[agent]\nname = \"command\"\n[adapter.command]\nargv = [\"sh\", \"agent.sh\"]\n[validate]\ngates = \"ignore\"\n",
    );
    test.commit("agent");
    test.shell("batchprp new plan && batchprp gen PLAN.md --agent template").expect_code(0);
    test
}

#[test]
fn success_failure_and_a_second_batch_leave_them_alone() {
    let test = project(
        "test \"$BATCHPRP_ITEM\" != PRP-1.2.1 || exit 1\necho \"$BATCHPRP_ITEM $BATCHPRP_PHASE\" >> \"$BATCHPRP_ITEM.txt\"",
    );
    let before = documents(&test);
    test.shell("batchprp exe --batch 1 --retries 0").expect_code(10);
    assert_eq!(documents(&test), before, "after a failure");
    test.shell("batchprp status 1").expect_code(0).expect_stdout("PRP-1.2.1").expect_stdout("1 failed");
    test.write("agent.sh", "cat > /dev/null\necho \"$BATCHPRP_ITEM $BATCHPRP_PHASE\" >> \"$BATCHPRP_ITEM.txt\"\n");
    test.git(["commit", "-qam", "mended"]);
    test.shell("batchprp exe --batch 1 --restart").expect_code(0);
    assert_eq!(documents(&test), before, "after a success");
    test.shell("batchprp gen PLAN.md --agent template").expect_code(0);
    test.shell("batchprp exe --batch 2").expect_code(0);
    let after = documents(&test);
    assert!(before.iter().all(|document| after.contains(document)), "after a second batch");
}

#[test]
fn a_kill_and_what_follows_it_leave_them_alone() {
    let test = project(
        "echo \"$BATCHPRP_PHASE\" >> \"$BATCHPRP_ITEM.txt\"\ntest -f \"$HOME/go\" || { touch \"$HOME/began\"; sleep 600; }",
    );
    let before = documents(&test);
    let mut child =
        test.command(["exe", "--batch", "1"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !test.home().join("began").exists() {
        assert!(Instant::now() < deadline, "the agent never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("a kill");
    child.wait().expect("an end");
    assert_eq!(documents(&test), before, "after a kill");
    fs::write(test.home().join("go"), "").expect("a file");
    test.shell("batchprp exe --batch 1").expect_code(0);
    assert_eq!(documents(&test), before, "after what followed");
}
