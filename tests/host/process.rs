//! Programs run by argv, bounded and stopped with everything that they started.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use batchprp::host::process::{self, Command, Marker, SpawnError, run, sweep};
use batchprp::host::stop::{StopLevel, StopToken};

use crate::support::{marker, pids, runs};

fn shell(script: &str) -> Command {
    process::become_subreaper();
    let argv = ["sh", "-c", script].map(str::to_owned).into();
    Command {
        env: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]),
        timeout: Duration::from_secs(20),
        grace: Duration::from_millis(200),
        ..Command::new(argv, std::env::temp_dir(), marker())
    }
}

#[tokio::test]
async fn input_output_code_and_environment_are_what_was_asked_for() {
    let mut command = shell("cat; echo \"$BATCHPRP_ITEM $BATCHPRP_ATTEMPT ${HOME-none}\"; echo no >&2; exit 3");
    command.stdin = "from us\n".to_owned();
    let output = run(command, StopToken::new()).await.unwrap();
    assert_eq!(output.stdout, b"from us\nPRP-1 1 none\n");
    assert_eq!((output.stderr.as_slice(), output.code, output.signal), (b"no\n".as_slice(), Some(3), None));
    assert!(!output.success() && !output.timed_out && !output.cancelled);
}

#[tokio::test]
async fn arguments_never_reach_a_shell() {
    let argv = ["printf", "%s", "$(id); `id`"].map(str::to_owned).into();
    let output = run(Command { argv, ..shell("") }, StopToken::new()).await.unwrap();
    assert_eq!(output.stdout, b"$(id); `id`");
}

#[tokio::test]
async fn what_cannot_start_is_explained() {
    let fail = async |argv: &[&str], cwd: &str| {
        let argv = argv.iter().map(|arg| (*arg).to_owned()).collect();
        run(Command { argv, cwd: PathBuf::from(cwd), ..shell("") }, StopToken::new()).await.unwrap_err()
    };
    assert!(matches!(fail(&[], "/").await, SpawnError::Empty));
    assert!(matches!(fail(&["no-such-program-here"], "/").await, SpawnError::NotFound(_)));
    assert!(matches!(fail(&["/etc/passwd"], "/").await, SpawnError::NotExecutable(_)));
    assert!(matches!(fail(&["true"], "/no/such/directory").await, SpawnError::NoDirectory(_)));
    assert!(matches!(fail(&["true", &"x".repeat(200_000)], "/").await, SpawnError::TooLong(_)));
    let stopped = StopToken::new();
    stopped.raise(StopLevel::Graceful);
    assert!(matches!(run(shell("true"), stopped).await, Err(SpawnError::Stopped(_))));
}

#[tokio::test]
async fn a_program_that_ignores_the_signal_is_killed_after_its_grace_period() {
    let command =
        Command { timeout: Duration::from_millis(100), ..shell("trap '' TERM INT; while :; do sleep 1; done") };
    let output = run(command, StopToken::new()).await.unwrap();
    assert!(output.timed_out && output.signal == Some(9), "{output:?}");
    assert!(output.duration < Duration::from_secs(2), "{output:?}");
}

#[tokio::test]
async fn a_program_that_hears_the_signal_may_clean_up() {
    let command =
        Command { timeout: Duration::from_millis(200), ..shell("trap 'echo bye; exit 7' TERM; sleep 9 & wait") };
    let output = run(command, StopToken::new()).await.unwrap();
    assert_eq!((output.stdout.as_slice(), output.code, output.timed_out), (b"bye\n".as_slice(), Some(7), true));
}

#[tokio::test]
async fn the_second_request_to_stop_does_not_wait() {
    let stop = StopToken::new();
    let both = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.raise(StopLevel::Now);
    };
    let command = Command { grace: Duration::from_secs(30), ..shell("trap '' TERM; while :; do sleep 1; done") };
    let (output, ()) = tokio::join!(run(command, stop.clone()), both);
    let output = output.unwrap();
    assert!(output.cancelled && output.duration < Duration::from_secs(2), "{output:?}");
}

#[tokio::test]
async fn nothing_that_was_started_survives_whatever_it_did() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("pids");
    // A child in the group, one in a session of its own, and one that was forked twice and dropped the marker's parent;
    // all hold the pipe open and ignore polite signals.
    let script = format!(
        "trap '' TERM HUP
         export PIDS='{0}'
         sleep 60 & echo $! >> \"$PIDS\"
         setsid sh -c 'echo $$ >> \"$PIDS\"; exec sleep 60' &
         (setsid sh -c '(setsid sh -c \"echo \\$\\$ >> \\\"\\$PIDS\\\"; exec sleep 60\") & exit 0' &)
         while [ $(wc -l < \"$PIDS\") -lt 3 ]; do sleep 0.02; done
         echo ready",
        file.display()
    );
    let output = run(shell(&script), StopToken::new()).await.unwrap();
    assert_eq!((output.code, output.stdout.as_slice()), (Some(0), b"ready\n".as_slice()));
    assert!(output.duration < Duration::from_secs(2), "{output:?}");
    let left: Vec<i32> = pids(&file, 3).into_iter().filter(|pid| runs(*pid)).collect();
    assert_eq!(left, Vec::<i32>::new());
}

#[tokio::test]
async fn endless_output_is_bounded() {
    let command = Command { max_output: 10_000, ..shell("echo first; yes | head -c 30000000; echo last") };
    let output = run(command, StopToken::new()).await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.len() < 11_000 && text.starts_with("first\n") && text.ends_with("last\n"), "{}", text.len());
    assert!(text.contains("bytes left out"));
}

/// Some programs do not wait for a full pipe when they exit: what they said last would be lost on a busy machine.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_is_said_at_once_has_room_until_we_read_it() {
    let command = shell("sleep 0.3; exec dd if=/dev/zero bs=4k count=200 oflag=nonblock 2>/dev/null");
    let busy = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        // Nobody reads meanwhile.
        std::thread::sleep(Duration::from_millis(1500));
    };
    let (output, ()) = tokio::join!(run(command, StopToken::new()), busy);
    assert_eq!(output.unwrap().code, Some(0), "the pipe was full");
}

#[tokio::test]
async fn input_that_nobody_reads_does_not_block() {
    let command = Command { stdin: "x".repeat(10_000_000), ..shell("exit 0") };
    let output = run(command, StopToken::new()).await.unwrap();
    assert!(output.success() && output.duration < Duration::from_secs(2));
}

#[test]
fn leftovers_of_dead_runs_are_swept_and_others_are_not() {
    let start = |run: &str| {
        let mut command = std::process::Command::new("setsid");
        command.args(["sleep", "60"]).env("BATCHPRP_RUN", run);
        command.spawn().unwrap()
    };
    let (dead, live): (Marker, Marker) = (marker(), marker());
    let (mut lost, mut kept) = (start(&dead.run), start(&live.run));
    while process::table::process(lost.id().cast_signed()).is_some_and(|process| process.session != process.pid) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let begin = Instant::now();
    let found = sweep(&dead.run);
    assert!(begin.elapsed() < Duration::from_secs(2));
    assert_eq!(found, [lost.id().cast_signed()]);
    lost.wait().unwrap();
    assert!(kept.try_wait().unwrap().is_none());
    kept.kill().unwrap();
    kept.wait().unwrap();
}

/// Not a test: the parent that `children_die_with_their_parent` kills.
#[tokio::test]
#[ignore = "not a test: a process that another test starts"]
async fn helper_parent() {
    let Ok(file) = std::env::var("HELPER_PIDS") else { return };
    let script = format!("echo $$ >> '{file}'; exec sleep 60");
    run(shell(&script), StopToken::new()).await.unwrap();
}

#[test]
fn children_die_with_their_parent() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join("pids");
    let mut parent = std::process::Command::new(std::env::current_exe().unwrap());
    parent.args(["--exact", "process::helper_parent", "--ignored"]).env("HELPER_PIDS", &file);
    let mut parent = parent.stdout(std::process::Stdio::null()).spawn().unwrap();
    let child = pids(&file, 1)[0];
    assert!(runs(child));
    parent.kill().unwrap();
    parent.wait().unwrap();
    let begin = Instant::now();
    while runs(child) {
        assert!(begin.elapsed() < Duration::from_secs(2), "the child of a killed parent lives on");
        std::thread::sleep(Duration::from_millis(5));
    }
}
