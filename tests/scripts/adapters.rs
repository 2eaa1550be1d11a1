//! Replays lines of every agent through its adapter: `tests/agents/NAME/CASE.jsonl` with what must come of them beside.

use std::fs;
use std::path::Path;

use batchprp::bridge::Adapter;
use batchprp::model::agent::{AgentEvent, AgentSpec, AgentStatus, CommandLine, Exit, Scope};
use batchprp::model::usage::Tokens;
use batchprp::script::ScriptHost;
use serde_json::{Value, json};

use super::fake::{Project, report};

pub(crate) fn host(project: &Project) -> ScriptHost {
    project.host(|_| report(AgentStatus::Ok, ""))
}

/// What a replay came to, in the words of the expectation.
pub(crate) fn replay(adapter: &mut dyn Adapter, lines: &str, exit: Exit) -> (Vec<AgentEvent>, String, String) {
    let events = lines.lines().flat_map(|line| adapter.on_line(line)).collect();
    let (status, text) = adapter.outcome(exit);
    let status = serde_json::to_value(status).expect("a status is a word");
    (events, status.as_str().unwrap_or_default().to_owned(), text)
}

fn kind(event: &AgentEvent) -> String {
    let value = serde_json::to_value(event).expect("an event is plain data");
    value["kind"].as_str().unwrap_or_default().to_owned()
}

/// Adds up what counts for this run; a cumulative figure replaces the one before.
fn tokens(events: &[AgentEvent]) -> Option<Tokens> {
    events.iter().fold(None, |sum, event| match event {
        AgentEvent::Usage { scope: Scope::Run, tokens, .. } => Some(sum.unwrap_or_default().plus(*tokens)),
        AgentEvent::Usage { tokens, .. } => Some(*tokens),
        _ => sum,
    })
}

fn cost(events: &[AgentEvent]) -> Option<f64> {
    events.iter().fold(None, |sum: Option<f64>, event| match event {
        AgentEvent::Cost { scope: Scope::Run, usd } => Some(sum.unwrap_or_default() + usd),
        AgentEvent::Cost { usd, .. } => Some(*usd),
        _ => sum,
    })
}

/// With `UPDATE=1` the judgement is written down instead of compared; it is to be read before it is committed.
fn update(path: &Path, mut expected: Value, (events, status, text): (&[AgentEvent], &str, &str)) {
    expected["status"] = status.into();
    expected["events"] = events.iter().map(kind).collect::<Vec<_>>().into();
    expected["text"] = text.into();
    expected["tokens"] = serde_json::to_value(tokens(events)).expect("plain data");
    fs::write(path, format!("{expected:#}\n")).expect("a written file");
}

fn check(case: &Path, host: &ScriptHost) -> Result<(), String> {
    let agent = case.parent().and_then(Path::file_name).and_then(|name| name.to_str()).ok_or("no agent")?;
    let expected = fs::read_to_string(case.with_extension("expected.json")).map_err(|error| error.to_string())?;
    let expected: Value = serde_json::from_str(&expected).map_err(|error| error.to_string())?;
    let exit: Exit = serde_json::from_value(expected["exit"].clone()).map_err(|error| error.to_string())?;
    let lines = fs::read_to_string(case).map_err(|error| error.to_string())?;
    let mut adapter = host.adapter(agent).map_err(|error| error.to_string())?;
    let (events, status, text) = replay(adapter.as_mut(), &lines, exit);
    if std::env::var_os("UPDATE").is_some() && expected.get("recorded").is_some() {
        update(&case.with_extension("expected.json"), expected, (&events, &status, &text));
        return Ok(());
    }
    let same = |what: &str, got: Value, want: &Value| {
        if got == *want { Ok(()) } else { Err(format!("{what}: {got} instead of {want}")) }
    };
    same("status", status.into(), &expected["status"])?;
    same("events", events.iter().map(kind).collect::<Vec<_>>().into(), &expected["events"])?;
    if expected.get("text").is_some() {
        same("text", text.into(), &expected["text"])?;
    }
    if expected.get("tokens").is_some() {
        same("tokens", serde_json::to_value(tokens(&events)).unwrap_or_default(), &expected["tokens"])?;
    }
    if expected.get("cost").is_some() {
        let close = (cost(&events).unwrap_or(-1.0) - expected["cost"].as_f64().unwrap_or(-1.0)).abs() < 1e-9;
        if !close {
            return Err(format!("cost: {:?}", cost(&events)));
        }
    }
    if expected.get("session").is_some() {
        let started = events.iter().find_map(|event| match event {
            AgentEvent::Started { session, .. } => session.clone(),
            _ => None,
        });
        same("session", started.into(), &expected["session"])?;
    }
    if expected.get("until").is_some() {
        let until = events.iter().find_map(|event| match event {
            AgentEvent::RateLimited { until } => *until,
            _ => None,
        });
        same("until", until.into(), &expected["until"])?;
    }
    Ok(())
}

#[test]
fn every_recorded_run_is_read_and_judged_as_expected() {
    let project = Project::new();
    let host = host(&project);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agents");
    let cases = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten();
    let cases: Vec<_> = cases.filter(|e| e.path().extension().is_some_and(|x| x == "jsonl")).collect();
    assert!(cases.len() > 50, "{} cases", cases.len());
    let complaints: Vec<_> = cases
        .iter()
        .filter_map(|case| check(case.path(), &host).err().map(|error| format!("{}: {error}", case.path().display())))
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn spec(model: Option<&str>, tools: &[&str], session: Option<&str>) -> AgentSpec {
    AgentSpec {
        program: "/bin/agent".to_owned(),
        prompt: "PROMPT $(rm -rf /)".to_owned(),
        model: model.map(str::to_owned),
        tools: tools.iter().map(|tool| (*tool).to_owned()).collect(),
        session: session.map(str::to_owned),
        max_turns: Some(40),
        max_cost: Some(2.5),
        ..AgentSpec::default()
    }
}

fn argv(agent: &str, spec: &AgentSpec) -> Vec<String> {
    let project = Project::new();
    let mut adapter = host(&project).adapter(agent).expect("a built-in adapter");
    let line = adapter.command(spec).expect("a command line");
    assert_eq!(line.stdin, spec.prompt, "{agent}: the prompt goes through standard input");
    assert!(!line.argv.iter().any(|word| word.contains("PROMPT")), "{agent}: {:?}", line.argv);
    line.argv
}

#[test]
fn claude_gets_tools_model_session_and_caps() {
    let words = argv("claude", &spec(Some("opus"), &["Read", "Edit"], Some("abc"))).join(" ");
    assert!(words.contains("--permission-mode acceptEdits"), "{words}");
    assert!(words.contains("--model opus --resume abc --max-turns 40 --max-budget-usd 2.5"), "{words}");
    assert!(words.ends_with("--allowedTools Read Edit -p"), "{words}");
    let reader = argv("claude", &spec(None, &["Read"], None)).join(" ");
    assert!(reader.contains("--permission-mode default") && !reader.contains("--model"), "{reader}");
}

/// Versions differ in whether a resumed session is counted on: a run costs the same by both.
#[test]
fn claude_is_counted_by_its_session_or_by_this_run_alone() {
    let result = |input: u64, all: u64, usd: f64| {
        let (usage, of_model) = (json!({ "input_tokens": input }), json!({ "inputTokens": all, "outputTokens": 0 }));
        json!({ "type": "result", "usage": usage, "modelUsage": { "m": of_model }, "total_cost_usd": usd }).to_string()
    };
    let told = |session: Option<&str>, lines: &[String]| {
        let project = Project::new();
        let mut adapter = host(&project).adapter("claude").expect("an adapter");
        adapter.command(&spec(None, &[], session)).expect("a command line");
        let events: Vec<AgentEvent> = lines.iter().flat_map(|line| adapter.on_line(line)).collect();
        let usage = events.iter().filter_map(|event| match event {
            AgentEvent::Usage { scope, tokens, .. } => Some((*scope, tokens.input)),
            _ => None,
        });
        let cost = events.iter().filter_map(|event| match event {
            AgentEvent::Cost { scope, usd } => Some((*scope, (*usd * 100.0).round())),
            _ => None,
        });
        (usage.collect::<Vec<_>>(), cost.collect::<Vec<_>>())
    };
    let session = |all, cents| (vec![(Scope::Session, all)], vec![(Scope::Session, cents)]);
    assert_eq!(told(None, &[result(5, 5, 0.05)]), session(5, 5.0));
    assert_eq!(told(Some("s"), &[result(4, 9, 0.09)]), session(9, 9.0));
    let run = |all, cents| (vec![(Scope::Run, all)], vec![(Scope::Run, cents)]);
    assert_eq!(told(Some("s"), &[result(4, 4, 0.04)]), run(4, 4.0));
    // A second result, of what ran in the background, counts this run on.
    let (usage, cost) = told(Some("s"), &[result(4, 4, 0.04), result(2, 6, 0.06)]);
    assert_eq!(usage, [(Scope::Run, 4), (Scope::Run, 2)]);
    assert_eq!(cost, [(Scope::Run, 4.0), (Scope::Run, 2.0)]);
}

/// A connection that is lost is no fault of the work, whichever words tell it.
#[test]
fn a_lost_connection_is_weather_in_the_words_of_every_library() {
    let project = Project::new();
    for said in [
        "API Error: Connection closed mid-response. The response above may be incomplete.",
        "request failed: socket hang up",
        "TypeError: terminated: other side closed",
        "connect EHOSTUNREACH 10.0.0.1:443",
    ] {
        let mut adapter = host(&project).adapter("claude").expect("an adapter");
        let line = json!({ "type": "result", "is_error": true, "terminal_reason": "api_error", "result": said });
        adapter.on_line(&line.to_string());
        let exit = Exit { code: Some(1), ..Exit::default() };
        assert_eq!(adapter.outcome(exit).0, AgentStatus::Overloaded, "{said}");
    }
}

#[test]
fn claude_gets_what_siblings_share_apart_from_the_task() {
    let project = Project::new();
    let shared = AgentSpec {
        prompt: "Rules é.\nShared.\nOwn.".to_owned(),
        common: "Rules é.\nShared.".to_owned(),
        dir: "/papers".to_owned(),
        ..spec(None, &["Read"], None)
    };
    let line = host(&project).adapter("claude").expect("an adapter").command(&shared).expect("a command line");
    assert_eq!((line.stdin.as_str(), line.files["common.md"].as_str()), ("\nOwn.", "Rules é.\nShared."));
    let words = line.argv.join(" ");
    let wanted =
        "--append-system-prompt-file /papers/common.md --exclude-dynamic-system-prompt-sections --allowedTools";
    assert!(words.contains(wanted), "{words}");
    for agent in ["codex", "gemini", "qwen"] {
        let line = host(&project).adapter(agent).expect("an adapter").command(&shared).expect("a command line");
        assert_eq!(line.stdin, shared.prompt, "{agent}: its service caches any beginning");
    }
}

#[test]
fn codex_is_sandboxed_by_what_the_role_may_do() {
    let writer = argv("codex", &spec(None, &["Edit"], Some("t1"))).join(" ");
    assert!(writer.contains("--sandbox workspace-write") && writer.ends_with("resume t1 -"), "{writer}");
    let confined = AgentSpec { sandboxed: true, ..spec(None, &["Edit"], None) };
    assert!(argv("codex", &confined).join(" ").contains("--sandbox danger-full-access"), "ours holds it");
    assert!(!writer.contains("-m "), "codex chooses for itself: {writer}");
    let reader = argv("codex", &spec(Some("gpt-5"), &["Read"], None)).join(" ");
    assert!(reader.contains("--sandbox read-only") && reader.contains("-m gpt-5"), "{reader}");
}

#[test]
fn gemini_and_qwen_approve_edits_only_for_roles_that_edit() {
    assert!(argv("gemini", &spec(None, &["Edit"], None)).join(" ").contains("--approval-mode yolo --skip-trust"));
    assert!(argv("gemini", &spec(None, &["Read"], None)).join(" ").contains("--approval-mode default"));
    assert!(argv("qwen", &spec(None, &["Edit"], None)).join(" ").contains("--approval-mode yolo"));
    assert!(argv("qwen", &spec(None, &["Read"], None)).join(" ").contains("--approval-mode default"));
}

#[test]
fn opencode_never_starts_without_a_model() {
    let project = Project::new();
    let mut adapter = host(&project).adapter("opencode").expect("a built-in adapter");
    let refused = adapter.command(&spec(Some("haiku"), &[], None));
    assert!(refused.is_err_and(|error| error.contains("needs a model")));
    let words = argv("opencode", &spec(Some("anthropic/claude"), &[], None)).join(" ");
    assert!(words.contains("-m anthropic/claude"), "{words}");
}

#[test]
fn the_built_in_agents_are_this_program() {
    for agent in ["runbook", "template", "fake"] {
        assert_eq!(argv(agent, &spec(None, &[], None))[1..], ["builtin-agent".to_owned(), agent.to_owned()]);
    }
}

#[test]
fn agents_that_speak_the_protocol_are_spoken_to_by_this_program() {
    let project = Project::new();
    let mut adapter = host(&project).adapter("codex-acp").expect("an agent that is known");
    let order = AgentSpec { dir: "/papers".to_owned(), ..spec(None, &["Read"], Some("s1")) };
    let line = adapter.command(&order).expect("a command line");
    assert_eq!(line.argv[1..], ["builtin-agent", "acp", "/papers/acp.json"]);
    assert_eq!(line.stdin, order.prompt);
    let told: Value = serde_json::from_str(&line.files["acp.json"]).expect("json");
    assert_eq!((&told["argv"][0], &told["session"]), (&"/bin/agent".into(), &"s1".into()));
    assert_eq!(
        (&told["reading_mode"], &told["auth"]["OPENAI_API_KEY"]),
        (&"read-only".into(), &"openai-api-key".into())
    );
    let keyed = AgentSpec { env: [("GEMINI_API_KEY".to_owned(), "k".to_owned())].into(), ..order };
    for (over, native) in [("gemini-acp", "gemini"), ("qwen-acp", "qwen")] {
        let lines = [over, native].map(|name| {
            let mut adapter = host(&project).adapter(name).expect("an agent that is known");
            adapter.command(&keyed).expect("a command line")
        });
        let [spoken_to, own] = &lines;
        assert_eq!(spoken_to.home, own.home, "{over} has the settings of {native}, whoever starts it");
        let of_qwen = |line: &CommandLine| {
            let path = line.env.get("QWEN_CODE_SYSTEM_DEFAULTS_PATH").cloned();
            (path, line.files.get("qwen-defaults.json").cloned())
        };
        assert_eq!(of_qwen(spoken_to), of_qwen(own), "{over}");
        assert!(own.home.is_some() || of_qwen(own).1.is_some_and(|text| text.contains("maxRetries")), "{native}");
    }
    let mut opencode = host(&project).adapter("opencode-acp").expect("an agent that is known");
    assert!(opencode.command(&spec(None, &[], None)).is_err_and(|error| error.contains("needs a model")));
    assert!(host(&project).adapter("acp").is_err(), "the file for all of them is no agent");
}

#[test]
fn a_program_that_ends_without_a_result_is_told_by_what_it_said_about_it() {
    let project = Project::new();
    let host = host(&project);
    for (agent, stderr, status, text) in [
        (
            "claude",
            "warning: x\nerror: unknown option '--exclude-dynamic-system-prompt-sections'",
            AgentStatus::Protocol,
            "its command line is not understood, another version may do: error: unknown option \
             '--exclude-dynamic-system-prompt-sections' (exit code 1)",
        ),
        (
            "codex",
            "bwrap: No permissions to create a new namespace",
            AgentStatus::Protocol,
            "its sandbox cannot start: bwrap: No permissions to create a new namespace (exit code 1)",
        ),
        ("qwen", "Loaded.\nNot logged in. Bye.", AgentStatus::Auth, "Not logged in. Bye. (exit code 1)"),
        ("gemini", "Error: fetch failed\n    at a.js:1", AgentStatus::Overloaded, "Error: fetch failed (exit code 1)"),
        ("opencode", "one\ntwo", AgentStatus::Crashed, "two (exit code 1)"),
        ("command", "connection refused", AgentStatus::Crashed, "connection refused (exit code 1)"),
        ("claude", "", AgentStatus::Crashed, "ended with exit code 1 and no result"),
    ] {
        let mut adapter = host.adapter(agent).expect("an adapter");
        for line in stderr.lines() {
            assert!(adapter.on_stderr(line).is_empty());
        }
        let outcome = adapter.outcome(Exit { code: Some(1), signal: None });
        assert_eq!(outcome, (status, text.to_owned()), "{agent}");
    }
}
