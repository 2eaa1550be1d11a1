//! Agents that write what nobody should trust.

use std::time::Duration;

use batchprp::host::agent::Fact;
use batchprp::model::agent::AgentStatus;

use crate::support::{Trial, pids, runs};

#[tokio::test]
async fn a_line_of_100_megabytes_needs_little_memory() {
    let (result, left) = Trial::new("head -c 100000000 /dev/zero | tr '\\0' x; echo; echo end").run().await;
    assert_eq!((result.report.status, result.report.text.as_str()), (AgentStatus::Ok, "end"));
    let kept = std::fs::metadata(left.dir.join("transcript.jsonl")).unwrap().len();
    assert!(kept < 66 * 1024 * 1024, "{kept}");
    let transcript = left.text("transcript.jsonl");
    assert!(transcript.contains("bytes left out") && transcript.ends_with("x\nend\n"));
    drop(transcript);
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    // The transcript that was just read counts, too.
    assert!(peak.unwrap() < 400_000, "{peak:?} kB");
}

#[tokio::test]
async fn heartbeats_that_are_no_files_are_ignored_and_never_waited_for() {
    let make = [
        "rm -f \"$BATCHPRP_HEARTBEAT\"; mkfifo \"$BATCHPRP_HEARTBEAT\"",
        "ln -sf /etc/passwd \"$BATCHPRP_HEARTBEAT\"",
        "rm -f \"$BATCHPRP_HEARTBEAT\"; mkdir \"$BATCHPRP_HEARTBEAT\"",
        "head -c 70000 /dev/zero > \"$BATCHPRP_HEARTBEAT\"",
        "printf '{\"progress\":5' > \"$BATCHPRP_HEARTBEAT\"",
        "echo '{\"work_item_id\":\"PRP-2\",\"progress\":99}' > \"$BATCHPRP_HEARTBEAT\"",
    ];
    for script in make {
        let (result, _) = Trial::new(&format!("{script}; sleep 0.3")).run().await;
        assert_eq!(result.report.status, AgentStatus::Ok, "{script}");
        assert!(!result.facts.iter().any(|fact| matches!(fact, Fact::Heartbeat { .. })), "{script}");
        assert!(result.took < Duration::from_secs(3), "{script}: {:?}", result.took);
    }
    assert!(std::fs::read_to_string("/etc/passwd").unwrap().contains("root"), "nothing is written through a link");
}

#[tokio::test]
async fn results_that_cannot_be_read_lower_the_verdict_with_a_reason() {
    let cases = [
        ("ln -s /etc/passwd \"$BATCHPRP_RESULT\"", "link"),
        ("mkfifo \"$BATCHPRP_RESULT\"", "not a regular file"),
        ("head -c 1100000 /dev/zero > \"$BATCHPRP_RESULT\"", "larger than"),
        ("head -c 100000 /dev/zero | tr '\\0' '[' > \"$BATCHPRP_RESULT\"", "recursion limit"),
        ("echo '{\"a\":' > \"$BATCHPRP_RESULT\"", "EOF"),
        ("echo '[1]' > \"$BATCHPRP_RESULT\"", "not a JSON object"),
    ];
    for (script, reason) in cases {
        let (result, _) = Trial::new(script).run().await;
        let warning = result.warnings().concat();
        assert!(warning.contains("`result.json` cannot be read") && warning.contains(reason), "{script}: {warning}");
        // The agent has something to say of its work, and it may be that it failed.
        let said = result.report.result.expect("a stand-in");
        assert!(said["status"] == "partial" && said["error"].to_string().contains(reason), "{script}: {said}");
    }
}

#[tokio::test]
async fn bytes_that_are_no_text_are_kept_raw_and_read_lossily() {
    let (result, left) = Trial::new("printf '\\377\\000\\033[31m\\n'").run().await;
    assert_eq!(std::fs::read(left.dir.join("transcript.jsonl")).unwrap(), b"\xff\0\x1b[31m\n");
    assert_eq!(result.report.text, "\u{fffd}\0\u{1b}[31m");
}

#[tokio::test]
async fn a_grandchild_that_holds_the_pipe_is_not_waited_for() {
    let script = "setsid sh -c 'echo $$ >> pids; exec sleep 60' & while [ ! -s pids ]; do sleep 0.02; done; echo over";
    let (result, left) = Trial::new(script).run().await;
    assert_eq!((result.report.status, result.report.text.as_str()), (AgentStatus::Ok, "over"));
    assert!(result.took < Duration::from_secs(2), "{:?}", result.took);
    assert!(!runs(pids(&left.root.join("worktree/pids"), 1)[0]));
}

#[tokio::test]
async fn a_directory_that_is_there_already_is_not_written_into() {
    let trial = Trial::new("echo hello");
    std::fs::create_dir_all(trial.root.join("runs/r1/PRP-1/a1")).unwrap();
    std::fs::write(trial.root.join("runs/r1/PRP-1/a1/transcript.jsonl"), "old").unwrap();
    let (result, left) = trial.run().await;
    assert_eq!(left.text("transcript.jsonl"), "old");
    let Fact::Spawned { dir, .. } = &result.facts[0] else { panic!("{:?}", result.facts) };
    assert_eq!(std::fs::read_to_string(dir.join("transcript.jsonl")).unwrap(), "hello\n");
}
