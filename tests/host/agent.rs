//! A whole attempt: papers, environment, events, figures, report.

use std::time::Duration;

use batchprp::host::agent::Fact;
use batchprp::host::redact::Secrets;
use batchprp::host::stop::StopLevel;
use batchprp::model::agent::{AgentEvent, AgentStatus, Limit, StopStyle, TimerKind};
use batchprp::model::usage::Tokens;

use crate::support::{Trial, mode};

#[tokio::test]
async fn an_attempt_leaves_private_papers_and_a_full_report() {
    let mut trial = Trial::new(
        r#"echo '{"kind":"started","session":"s1","model":"m1","version":null}'
           echo '{"kind":"progress","text":"Phase 2A: half","percent":50}'
           echo '{"kind":"usage","scope":"run","model":null,"input":1,"cache_read":2,"cache_write":3,"output":4}'
           echo '{"kind":"usage","scope":"run","model":null,"input":1}'
           echo '{"kind":"permission_denied","tool":"Bash"}'
           echo '{"kind":"rate_limited","until":1800000000}'
           echo "not an event"; echo trouble >&2
           cat > got; cat "$BATCHPRP_SPEC" > spec
           echo '{"status":"success","output":{}}' > "$BATCHPRP_RESULT"
           printf '{"kind":"finished","ok":true,"reason":"done","text":"bye"}'"#,
    );
    trial.shell.stdin = "the prompt".to_owned();
    trial.shell.files.insert("conf/a.json".to_owned(), "{}".to_owned());
    let (result, left) = trial.run().await;
    let report = &result.report;
    assert_eq!((report.status, report.exit.code, report.timer), (AgentStatus::Ok, Some(0), None), "{report:?}");
    assert_eq!((report.session.as_deref(), report.model.as_deref()), (Some("s1"), Some("m1")));
    let tokens = Tokens { input: 2, cache_read: 2, cache_write: 3, output: 4 };
    assert_eq!((report.usage.tokens, report.usage.cost), (Some(tokens), None));
    assert_eq!(
        (report.denied.as_slice(), report.limit),
        (["Bash".to_owned()].as_slice(), Some(Limit { until: Some(1_800_000_000) }))
    );
    assert_eq!(report.result.as_ref().unwrap()["status"], "success");
    assert!(report.text.contains("bye"), "the last line needs no line end: {}", report.text);
    assert!(matches!(&result.facts[0], Fact::Spawned { pid, dir } if *pid > 1 && *dir == left.dir));
    assert!(result.facts.iter().any(|fact| matches!(fact, Fact::Event(AgentEvent::Finished { ok: true, .. }))));

    assert_eq!(std::fs::read_to_string(left.root.join("worktree/got")).unwrap(), "the prompt");
    let spec: serde_json::Value = serde_json::from_str(&left.text("spec.json")).unwrap();
    assert_eq!((&spec["operation"], &spec["work_item_id"]), (&"execute".into(), &"PRP-1".into()));
    assert_eq!((&spec["schema_version"], &spec["timeout_minutes"]), (&1.into(), &60.0.into()));
    let beat: serde_json::Value = serde_json::from_str(&left.text("heartbeat.json")).unwrap();
    assert_eq!(
        (&beat["status"], &beat["progress"], &beat["step"]),
        (&"complete".into(), &50.0.into(), &"Phase 2A: half".into())
    );
    assert!(left.text("transcript.jsonl").contains("not an event\n"));
    assert_eq!((left.text("stderr.log").as_str(), left.text("prompt.md").as_str()), ("trouble\n", "do it"));
    assert_eq!(mode(&left.dir), 0o700);
    assert_eq!(mode(&left.dir.join("conf")), 0o700);
    for name in ["spec.json", "prompt.md", "heartbeat.json", "transcript.jsonl", "stderr.log", "conf/a.json"] {
        assert_eq!(mode(&left.dir.join(name)), 0o600, "{name}");
    }
}

#[tokio::test]
async fn an_agent_gets_only_what_is_allowed() {
    let mut trial = Trial::new("env | cut -d= -f1 | sort");
    for name in ["HOME", "OTHER_API_KEY", "MY_API_KEY", "CLAUDECODE", "GIT_DIR", "LC_ALL"] {
        trial.setup.env.insert(name.to_owned(), "C".to_owned());
    }
    trial.setup.keys = vec!["MY_API_KEY".to_owned()];
    trial.shell.env.insert("FROM_ADAPTER".to_owned(), "1".to_owned());
    let (_, left) = trial.run().await;
    let transcript = left.text("transcript.jsonl");
    let names: Vec<&str> = transcript.lines().filter(|name| !["PWD", "_", "SHLVL", "OLDPWD"].contains(name)).collect();
    let ours =
        ["ATTEMPT", "HEARTBEAT", "ITEM", "PHASE", "RESULT", "RUN", "SPEC"].map(|name| format!("BATCHPRP_{name}"));
    let mut wanted = ["FROM_ADAPTER", "HOME", "LC_ALL", "MY_API_KEY", "PATH", "TERM"].map(str::to_owned).to_vec();
    wanted.extend(ours);
    wanted.sort();
    assert_eq!(names, wanted);
}

#[tokio::test]
async fn secrets_reach_no_file_and_no_event() {
    let script = r#"printf 'before hunter'; sleep 0.2; echo '2-hunter2 after'; echo "hunter2-hunter2" >&2
                    printf '{"kind":"message","text":"the key is %s"}\n' "$MY_TOKEN"
                    echo '{"key":"hunter2-hunter2"}' > "$BATCHPRP_RESULT""#;
    let mut trial = Trial::new(script);
    trial.setup.env.insert("MY_TOKEN".to_owned(), "hunter2-hunter2".to_owned());
    trial.setup.keys = vec!["MY_TOKEN".to_owned()];
    trial.setup.secrets = Secrets::of(trial.setup.env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let (result, left) = trial.run().await;
    let transcript = left.text("transcript.jsonl");
    assert!(
        transcript.contains("before [redacted] after") && transcript.contains("the key is [redacted]"),
        "{transcript}"
    );
    assert_eq!(left.text("stderr.log"), "[redacted]\n");
    let said = format!("{:?} {:?}", result.facts, result.report);
    assert!(!said.contains("hunter2") && said.contains("the key is [redacted]"), "{said}");
}

#[tokio::test]
async fn a_resumed_session_is_not_counted_twice() {
    let line = |output: u32, usd: f64| {
        format!(
            r#"echo '{{"kind":"started","session":"s1","model":null,"version":null}}'
               echo '{{"kind":"usage","scope":"session","model":"m","input":0,"output":{output}}}'
               echo '{{"kind":"cost","scope":"session","usd":{usd}}}'"#
        )
    };
    let first = Trial::new(&line(100, 1.0));
    let ledger = std::sync::Arc::clone(&first.setup.ledger);
    let (first, _) = first.run().await;
    let mut second = Trial::new(&line(130, 1.5));
    second.setup.ledger = ledger;
    let (second, _) = second.run().await;
    let figures = |usage: batchprp::model::usage::Usage| (usage.tokens.map(Tokens::total), usage.cost);
    assert_eq!(figures(first.report.usage), (Some(100), Some(1.0)));
    assert_eq!(figures(second.report.usage), (Some(30), Some(0.5)));
}

#[tokio::test]
async fn a_cancelled_agent_may_still_say_what_it_cost() {
    let mut trial = Trial::new(
        r#"trap 'echo "{\"kind\":\"cost\",\"scope\":\"run\",\"usd\":0.5}"; exit 0' INT
           echo ready; while :; do sleep 0.05; done"#,
    );
    trial.style = StopStyle::Int;
    let stop = trial.stop.clone();
    let cancel = async {
        tokio::time::sleep(Duration::from_millis(250)).await;
        stop.raise(StopLevel::Graceful);
    };
    let ((result, _), ()) = tokio::join!(trial.run(), cancel);
    assert!(result.report.cancelled && !result.report.ended_by_itself(), "{:?}", result.report);
    assert_eq!(result.report.usage.cost, Some(0.5));
    assert!(result.took < Duration::from_secs(2));
}

#[tokio::test]
async fn what_cannot_be_started_is_a_report_too() {
    let mut missing = Trial::new("true");
    missing.setup.worktree = missing.root.join("gone");
    let (result, _) = missing.run().await;
    assert_eq!((result.report.status, result.report.exit.code), (AgentStatus::Crashed, Some(127)));
    assert!(result.report.text.contains("is not there"), "{}", result.report.text);
    let mut escaping = Trial::new("true");
    escaping.shell.files.insert("../out".to_owned(), String::new());
    let (result, left) = escaping.run().await;
    assert_eq!(result.report.status, AgentStatus::Crashed);
    assert!(!left.dir.join("../out").exists());
}

#[tokio::test]
async fn a_kill_from_outside_is_named() {
    let (result, _) = Trial::new("kill -9 $$").run().await;
    assert_eq!((result.report.status, result.report.exit.signal), (AgentStatus::Crashed, Some(9)));
    assert!(result.warnings()[0].contains("killed from outside"), "{:?}", result.facts);
    assert_eq!(result.report.timer, None::<TimerKind>);
}
