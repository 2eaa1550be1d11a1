//! Validation levels: in order, the first failure ends it, and nothing passes that did not run.

use std::collections::BTreeMap;
use std::time::Duration;

use batchprp::host::check_output::LogFolder;
use batchprp::host::process::Sandbox;
use batchprp::host::redact::Secrets;
use batchprp::host::stop::{StopLevel, StopToken};
use batchprp::host::validate::{Told, Validation, run};
use batchprp::model::gate::ManualGate;
use batchprp::model::validation::LevelVerdict::{self, Failed, Manual, Passed, Skipped};

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
        env_pass: Vec::new(),
        marker: marker(),
        secrets: Secrets::values(["hunter2-hunter2".to_owned()]),
        logs: None,
        files: None,
        may_change: Vec::new(),
        retries: 0,
        earlier: None,
        sandbox: Sandbox::Off,
    }
}

async fn verdicts(request: &Validation) -> (Vec<(u8, LevelVerdict)>, Vec<String>) {
    let mut told = Vec::new();
    let tell = |said: Told<'_>| {
        if let Told::Level(level) = said {
            told.push((level.level, level.result));
        }
    };
    let record = run(request, StopToken::new(), tell).await.unwrap().unwrap();
    let kept: Vec<(u8, LevelVerdict)> = record.levels.iter().map(|level| (level.level, level.result)).collect();
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
    request.manual = [2, 3].map(|level| ManualGate { level, text: format!("a person looks at {level}") }).to_vec();
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
    let (record, ()) = tokio::join!(run(&request, stop.clone(), |_| ()), cancel);
    assert_eq!(record.unwrap(), None);
}

#[tokio::test]
async fn commands_see_what_is_harmless_and_what_is_named_and_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let mut request = validation(&directory, &[(1, &["env > seen"])]);
    let ours = [
        ("HOME", "/home/me"),
        ("CARGO_HOME", "/home/me/.cargo"),
        ("https_proxy", "http://proxy:8080"),
        ("BATCHPRP_SLOT", "3"),
        ("CI", "true"),
        ("GITHUB_TOKEN", "a"),
        ("MY_DB_PASS", "b"),
        ("CARGO_REGISTRY_TOKEN", "c"),
        ("SSH_AUTH_SOCK", "/tmp/agent"),
        ("AWS_PROFILE", "dev"),
        ("FEATURE_X", "1"),
    ];
    request.env.extend(ours.map(|(name, value)| (name.to_owned(), value.to_owned())));
    request.env_pass = vec!["AWS_*".to_owned(), "FEATURE_X".to_owned()];
    assert_eq!(verdicts(&request).await.0[0], (1, Passed));
    let seen = std::fs::read_to_string(directory.path().join("seen")).unwrap();
    let mut seen: Vec<&str> = seen.lines().filter_map(|line| line.split('=').next()).collect();
    // The shell's own, and the marker by which processes are found.
    seen.retain(|name| !["PWD", "OLDPWD", "SHLVL", "_"].contains(name));
    seen.sort_unstable();
    let marker = ["BATCHPRP_ATTEMPT", "BATCHPRP_ITEM", "BATCHPRP_RUN"];
    let wanted = ["AWS_PROFILE", marker[0], marker[1], marker[2], "BATCHPRP_SLOT", "CARGO_HOME", "CI", "FEATURE_X"];
    assert_eq!(seen, [&wanted[..], &["HOME", "PATH", "https_proxy"]].concat());
}

#[tokio::test]
async fn a_command_that_names_a_variable_which_it_does_not_get_is_told_how_it_would() {
    let directory = tempfile::tempdir().unwrap();
    let mut request = validation(&directory, &[(1, &["echo \"DATABASE_URL is not set\" >&2; exit 1"])]);
    request.env.insert("DATABASE_URL".to_owned(), "postgres://me:hunter22@localhost/x".to_owned());
    request.env.insert("OTHER_URL".to_owned(), "http://localhost".to_owned());
    let (_, errors) = verdicts(&request).await;
    assert!(errors.iter().any(|line| line.contains("validate.env_pass = [\"DATABASE_URL\"]")), "{errors:?}");
    assert!(!errors.iter().any(|line| line.contains("OTHER_URL")), "{errors:?}");
    request.env_pass = vec!["DATABASE_URL".to_owned()];
    let (_, errors) = verdicts(&request).await;
    assert!(!errors.iter().any(|line| line.contains("env_pass")), "{errors:?}");
}

#[tokio::test]
async fn what_commands_print_of_their_environment_stands_redacted_in_the_record() {
    let directory = tempfile::tempdir().unwrap();
    let secrets = [("MY_DB_PASS", "pa55"), ("SESSION_COOKIE", "sid=abc.def"), ("ACME_CREDENTIALS", "me:hunter2")];
    let mut request = validation(&directory, &[(1, &["env; echo \"$MY_DB_PASS\" >&2; exit 1"])]);
    request.env.extend(secrets.map(|(name, value)| (name.to_owned(), value.to_owned())));
    request.env.insert("HOME".to_owned(), directory.path().display().to_string());
    request.env_pass = vec!["*".to_owned()];
    request.secrets = Secrets::of(request.env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let record = run(&request, StopToken::new(), |_| ()).await.unwrap().unwrap();
    let note = serde_json::to_string(&record).unwrap();
    for (name, value) in secrets {
        assert!(!note.contains(value) && note.contains(&format!("{name}=[redacted]")), "{name}: {note}");
    }
    assert!(note.contains(&format!("HOME={}", directory.path().display())), "{note}");
}

#[tokio::test]
async fn the_whole_output_of_a_failed_check_is_in_a_file_of_its_own_without_secrets() {
    let directory = tempfile::tempdir().unwrap();
    let logs = directory.path().join("checks");
    let folder = LogFolder { path: logs.clone(), shown: "run/checks".into(), prefix: "p1".to_owned() };
    let lines: &[(u8, &[&str])] = &[(1, &["true", "seq 1 5000; echo hunter2-hunter2 >&2; exit 4"])];
    let request = Validation { logs: Some(folder), ..validation(&directory, lines) };
    for time in 1..=2 {
        let record = run(&request, StopToken::new(), |_| ()).await.unwrap().unwrap();
        let failure = record.failure().unwrap();
        assert_eq!(failure.log, Some(format!("run/checks/p1-l1-2-{time}.log")));
        assert!(failure.errors.len() < 30 && failure.errors.contains(&"[4984 more lines]".to_owned()), "{failure:?}");
        let text = std::fs::read_to_string(logs.join(format!("p1-l1-2-{time}.log"))).unwrap();
        assert!(text.contains("\n2500\n") && text.contains("ended with exit code 4"), "{text}");
        assert!(text.contains("[redacted]") && !text.contains("hunter2"), "{text}");
    }
    assert!(logs.join("p1-l1-1-1.log").exists(), "what passed is kept as well");
}
