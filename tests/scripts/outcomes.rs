//! The tables of outcomes in `docs/agents/`: made from the recordings, and stale when an adapter judges otherwise.

use std::fs;
use std::path::{Path, PathBuf};

use batchprp::model::agent::Exit;
use batchprp::script::ScriptHost;
use serde_json::Value;

use super::adapters::{host, replay};
use super::fake::Project;

/// Agents whose lines are records; what else they print is noise.
const AGENTS: [&str; 5] = ["claude", "codex", "gemini", "opencode", "qwen"];
/// What is there for each of them, by the name of the recording or its beginning.
const WANTED: [&str; 16] = [
    "success",
    "failed_tool",
    "denied_tools",
    "retry_then_success",
    "rate_limited",
    "quota",
    "unauthorized",
    "refusal",
    "max_tokens",
    "max_budget",
    "empty_answer",
    "disconnected",
    "killed",
    "garbage",
    "two_results",
    "resumed",
];
/// What a program cannot come to, and why.
const CANNOT: [(&str, &str, &str); 4] = [
    ("codex", "max_budget", "it has no cap on money; `--max-cost` of batchprp holds"),
    ("gemini", "max_budget", "it has no cap on money; `--max-cost` of batchprp holds"),
    ("opencode", "max_budget", "it has no cap on money; `--max-cost` of batchprp holds"),
    ("qwen", "max_budget", "it has no cap on money; `--max-cost` of batchprp holds"),
];
const BEGIN: &str = "<!-- outcomes: made by a test, see docs/agents.md -->\n";
const END: &str = "<!-- end of outcomes -->\n";

fn cases(agent: &str) -> Vec<(String, PathBuf, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agents").join(agent);
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).expect("recordings").flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    paths.sort();
    let read = |path: PathBuf| {
        let text = fs::read_to_string(path.with_extension("expected.json")).expect("an expectation");
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        (name, path, serde_json::from_str(&text).expect("json"))
    };
    paths.into_iter().map(read).collect()
}

fn exit_of(expected: &Value) -> Exit {
    serde_json::from_value(expected["exit"].clone()).expect("an exit")
}

fn row(host: &ScriptHost, agent: &str, (name, path, expected): &(String, PathBuf, Value)) -> String {
    let mut adapter = host.adapter(agent).expect("an adapter");
    let exit = exit_of(expected);
    let (_, status, text) = replay(adapter.as_mut(), &fs::read_to_string(path).expect("lines"), exit);
    let about = expected["case"].as_str().map_or_else(|| name.replace('_', " "), str::to_owned);
    let ended = match (exit.code, exit.signal) {
        (_, Some(signal)) => format!("signal {signal}"),
        (Some(code), None) => code.to_string(),
        (None, None) => "?".to_owned(),
    };
    let source = expected["recorded"].as_str().unwrap_or("by hand");
    let short: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(90).collect();
    format!("| {about} | {ended} | `{status}` | {} | {source} |\n", short.replace('|', "\\|"))
}

fn table(host: &ScriptHost, agent: &str) -> String {
    let mut rows: String = cases(agent).iter().map(|case| row(host, agent, case)).collect();
    rows.extend(
        CANNOT
            .iter()
            .filter(|(name, ..)| *name == agent)
            .map(|(_, case, reason)| format!("| {} | – | – | cannot happen: {reason} | – |\n", case.replace('_', " "))),
    );
    format!("{BEGIN}\n| case | exit | outcome | what is told | recorded with |\n|---|---|---|---|---|\n{rows}\n{END}")
}

#[test]
fn the_tables_of_outcomes_are_what_the_adapters_make_of_the_recordings() {
    let project = Project::new();
    let host = host(&project);
    for agent in AGENTS.into_iter().chain(["command"]) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/agents").join(format!("{agent}.md"));
        let page = fs::read_to_string(&path).expect("a page for each agent");
        let (head, rest) = page.split_once(BEGIN).expect("the beginning of the table");
        let (_, tail) = rest.split_once(END).expect("the end of the table");
        let want = format!("{head}{}{tail}", table(&host, agent));
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&path, want).expect("a written page");
        } else {
            assert!(page == want, "{} is stale: run this test with UPDATE=1", path.display());
        }
    }
}

#[test]
fn each_agent_has_a_recording_of_every_case_or_a_reason_why_not() {
    for agent in AGENTS {
        let there = cases(agent);
        for wanted in WANTED {
            let cannot = CANNOT.iter().any(|(name, case, _)| *name == agent && *case == wanted);
            let recorded = there.iter().any(|(name, ..)| name.starts_with(wanted));
            assert!(recorded != cannot, "{agent}: {wanted}");
        }
    }
}

#[test]
fn garbage_between_the_lines_changes_no_outcome() {
    let garbage =
        ["", "not json", "{\"type\":", "[1,2]", "null", "{\"type\":\"unheard_of\"}", "{\"type\":7}", "\u{fffd}\u{0}"];
    let project = Project::new();
    let host = host(&project);
    for agent in AGENTS {
        for (name, path, expected) in cases(agent) {
            let lines = fs::read_to_string(&path).expect("lines");
            let noisy: String =
                lines.lines().map(|line| format!("{}\n{line}\n", garbage.join("\n"))).collect::<String>() + "{\"cut\":";
            let judge = |lines: &str| {
                let mut adapter = host.adapter(agent).expect("an adapter");
                let (events, status, text) = replay(adapter.as_mut(), lines, exit_of(&expected));
                (events.len(), status, text)
            };
            assert_eq!(judge(&noisy), judge(&lines), "{agent} {name}");
        }
    }
}
