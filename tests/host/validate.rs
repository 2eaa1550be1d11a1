//! Validation levels: in order, the first failure ends it, and nothing passes that did not run.

use std::collections::BTreeMap;
use std::time::Duration;

use batchprp::host::redact::Secrets;
use batchprp::host::stop::{StopLevel, StopToken};
use batchprp::host::validate::{Validation, run};
use batchprp::model::validation::Verdict::{self, Failed, Manual, Passed, Skipped};

use crate::support::marker;

fn validation(directory: &tempfile::TempDir, commands: &[(u8, &[&str])]) -> Validation {
    let owned = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
    Validation {
        worktree: directory.path().to_owned(),
        prp: "PRP-1".to_owned(),
        phase: 1,
        level: 4,
        commands: commands.iter().map(|(level, lines)| (*level, owned(lines))).collect(),
        gates: Vec::new(),
        manual: Vec::new(),
        timeout: Duration::from_secs(10),
        env: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]),
        marker: marker(),
        secrets: Secrets::values(["hunter2-hunter2".to_owned()]),
    }
}

async fn verdicts(request: &Validation) -> (Vec<(u8, Verdict)>, Vec<String>) {
    let mut told = Vec::new();
    let record = run(request, StopToken::new(), |level, verdict, _| told.push((level, verdict))).await.unwrap();
    let kept: Vec<(u8, Verdict)> = record.levels.iter().map(|level| (level.level, level.result)).collect();
    assert_eq!(kept, told);
    (kept, record.failure().map(|level| level.errors.clone()).unwrap_or_default())
}

#[tokio::test]
async fn levels_run_in_order_and_the_first_failure_ends_them() {
    let directory = tempfile::tempdir().unwrap();
    let lines: &[(u8, &[&str])] = &[
        (1, &["echo 1 >> log"]),
        (
            2,
            &[
                "echo 2a >> log",
                "echo out; printf '\\033[31mtests hunter2-hunter2 broke\\033[0m\\n' >&2; exit 3",
                "echo 2b >> log",
            ],
        ),
        (3, &["echo 3 >> log"]),
    ];
    let (verdicts, errors) = verdicts(&validation(&directory, lines)).await;
    assert_eq!(verdicts, [(1, Passed), (2, Failed)]);
    assert!(errors[0].ends_with("ended with exit code 3"), "{errors:?}");
    assert_eq!(&errors[1..], ["out", "tests [redacted] broke"]);
    assert_eq!(std::fs::read_to_string(directory.path().join("log")).unwrap(), "1\n2a\n");
}

#[tokio::test]
async fn what_has_no_command_is_skipped_or_manual_and_never_passed() {
    let directory = tempfile::tempdir().unwrap();
    let mut request = validation(&directory, &[(2, &["true"])]);
    request.gates = vec![batchprp::bridge::GateLine { level: 4, command: "test -d .".to_owned() }];
    request.manual = vec![2, 3];
    let (verdicts, _) = verdicts(&request).await;
    assert_eq!(verdicts, [(1, Skipped), (2, Passed), (2, Manual), (3, Manual), (4, Passed)]);
    request.level = 1;
    assert_eq!(self::verdicts(&request).await.0, [(1, Skipped)]);
}

#[tokio::test]
async fn a_command_that_does_not_end_fails_and_a_stopped_run_knows_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut request = validation(&directory, &[(1, &["sleep 30"])]);
    request.timeout = Duration::from_millis(200);
    let (verdicts, errors) = verdicts(&request).await;
    assert_eq!(
        (verdicts.as_slice(), errors[0].as_str()),
        ([(1, Failed)].as_slice(), "`sleep 30` did not end within 0.2 s")
    );
    request.timeout = Duration::from_secs(30);
    let stop = StopToken::new();
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.raise(StopLevel::Graceful);
    };
    let (record, ()) = tokio::join!(run(&request, stop.clone(), |_, _, _| ()), cancel);
    assert_eq!(record, None);
}
