//! The commands that `init` writes, given to the programs that they are for.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::model_server::ModelServer;
use crate::project::{Project, ended, installed};
use crate::real_agents::no_orphan;

/// How long the batch may take after the agent that started it has ended.
const LIMIT: Duration = Duration::from_secs(300);

fn status(project: &Project) -> Value {
    let said = ended(&mut project.batchprp(&["status", "47", "--json"]));
    serde_json::from_str(&said.output).unwrap_or_default()
}

/// How an agent is asked for the command, and the document of the project that it reads.
struct Way {
    agent: &'static str,
    document: &'static str,
    arguments: &'static [&'static str],
    /// The model does what the command says, where the agent does not do it by itself.
    by_model: bool,
}

const CLAUDE: Way = Way {
    agent: "claude",
    document: "CLAUDE.md",
    arguments: &["-p", "/batch-exe-prp --batch 47", "--output-format", "stream-json", "--verbose"],
    by_model: false,
};
const GEMINI: Way = Way {
    agent: "gemini",
    document: "GEMINI.md",
    arguments: &[
        "-p",
        "/batch-exe-prp --batch 47",
        "-o",
        "stream-json",
        "--approval-mode",
        "yolo",
        "--skip-trust",
        "-m",
        "test-model",
    ],
    by_model: true,
};
/// The sandbox of Codex would hold the batch in as well: it could not write to the repository beside its worktree.
const CODEX: Way = Way {
    agent: "codex",
    document: "AGENTS.md",
    arguments: &[
        "exec",
        "--json",
        "--dangerously-bypass-approvals-and-sandbox",
        "--disable",
        "plugins",
        "-m",
        "test-model",
        "$batch-exe-prp --batch 47",
    ],
    by_model: true,
};

fn starts_a_batch_that_completes(way: &Way) {
    let Way { agent, document, arguments, by_model } = way;
    if !installed(agent) {
        return;
    }
    let project = Project::bare(agent, ModelServer::start().expect("a server"));
    // The model looks once where the run stands; scripts in PRPs come later in a prompt and go before this one.
    let start = json!({ "bash": "batchprp run commands/exe.rhai --batch 47 --detach" });
    let steps: Vec<Value> =
        by_model.then_some(start).into_iter().chain([json!({ "bash": "batchprp status" })]).collect();
    let script = json!({ "steps": steps, "say": "The batch runs in the background." });
    // Outside of a fence Gemini CLI would take the marker for the import of a file.
    project.write(document, &format!("# Rules\n\n```text\n@model {script}\n```\n"));
    project.batch(47, "");
    let made = ended(&mut project.batchprp(&["init", &format!("--{agent}")]));
    assert_eq!(made.code, Some(0), "{}", made.output);
    // A fresh repository says nothing of agents; the first that is installed would be Claude Code.
    if *agent != "claude" {
        project.write(".ce/batchprp.toml", &format!("[agent]\nname = \"{agent}\"\nmodel = \"test-model\"\n"));
    }

    let mut program = Command::new(agent);
    project.environment(&mut program);
    let folder = Path::new(env!("CARGO_BIN_EXE_batchprp")).parent().expect("a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").expect("a search path"));
    // Codex starts login shells, which make a search path of their own; Gemini CLI wants to know how to sign in.
    fs::write(project.path("home/.profile"), format!("export PATH='{path}'\n")).expect("a profile");
    fs::create_dir(project.path("home/.gemini")).expect("a folder");
    let settings = json!({ "security": { "auth": { "selectedType": "gemini-api-key" } } });
    fs::write(project.path("home/.gemini/settings.json"), settings.to_string()).expect("settings");
    program.env("PATH", path).args(*arguments);
    if *agent == "codex" {
        program.args(provider(&project));
    }
    let said = ended(&mut program);
    assert_eq!(said.code, Some(0), "{}", said.output);
    // Gemini CLI prints the answer in pieces.
    assert!(said.output.contains("The batch runs in the ba"), "{}", said.output);
    // What the command says reached the model, and the words of the user are in it.
    let log = project.server().log();
    let asks = |told: &str| told.contains("commands/exe.rhai") || told.contains("goes on in the background");
    assert!(log.iter().any(|seen| asks(&seen.told) && seen.told.contains("The batch goes on in the background when")));
    assert!(said.output.contains("is at work") || said.output.contains("ended with exit code 0"), "{}", said.output);

    let end = Instant::now() + LIMIT;
    while status(&project)["state"] == "running" && Instant::now() < end {
        thread::sleep(Duration::from_millis(500));
    }
    let status = status(&project);
    assert_eq!((&status["state"], &status["exit_code"]), (&"ended".into(), &0.into()), "{status:#}");
    for number in 1..=3 {
        let want = [1, 2].map(|phase| format!("PRP-47.1.{number}: Phase {phase} - Part {phase}"));
        assert_eq!(project.checkpoints_of(47, number), want);
        project.git(&["cat-file", "-e", &format!("prp-47:out/PRP-47.1.{number}-2.txt")]);
    }
    no_orphan(&project);
}

/// Leads Codex to our server: its built-in provider takes no address.
fn provider(project: &Project) -> Vec<String> {
    let url = format!("\"{}/v1\"", project.server().url());
    let settings = [
        ("model_provider", "\"here\""),
        ("model_providers.here.name", "\"here\""),
        ("model_providers.here.base_url", &url),
        ("model_providers.here.env_key", "\"OPENAI_API_KEY\""),
        ("model_providers.here.wire_api", "\"responses\""),
    ];
    settings.iter().flat_map(|(key, value)| ["-c".to_owned(), format!("{key}={value}")]).collect()
}

#[test]
#[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
fn claude() {
    starts_a_batch_that_completes(&CLAUDE);
}

#[test]
#[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
fn codex() {
    starts_a_batch_that_completes(&CODEX);
}

#[test]
#[ignore = "drives a real agent: cargo test --test real_agents -- --ignored"]
fn gemini() {
    starts_a_batch_that_completes(&GEMINI);
}
