//! The slash commands that `init` writes, given to the program that they are for.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::model_server::ModelServer;
use crate::project::{Project, ended, installed};
use crate::real_agents::no_orphan;

/// How long the batch may take after the agent that started it has ended.
const LIMIT: Duration = Duration::from_secs(300);

fn status(project: &Project) -> Value {
    let said = ended(&mut project.batchprp(&["status", "47", "--json"]));
    serde_json::from_str(&said.output).unwrap_or_default()
}

#[test]
#[ignore = "drives a real agent"]
fn claude_starts_a_batch_that_completes_and_looks_at_its_status() {
    if !installed("claude") {
        return;
    }
    let project = Project::bare("claude", ModelServer::start().expect("a server"));
    // The model looks once where the run stands; scripts in PRPs come later in a prompt and go before this one.
    let script = r#"@model {"steps":[{"bash":"batchprp status"}],"say":"The batch runs in the background."}"#;
    project.write("CLAUDE.md", &format!("# Rules\n\n{script}\n"));
    project.batch(47, "");
    let made = ended(&mut project.batchprp(&["init", "--claude"]));
    assert_eq!(made.code, Some(0), "{}", made.output);

    let mut claude = Command::new("claude");
    project.environment(&mut claude);
    let folder = Path::new(env!("CARGO_BIN_EXE_batchprp")).parent().expect("a folder");
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").expect("a search path"));
    claude.env("PATH", path).args(["-p", "/batch-exe-prp --batch 47", "--output-format", "stream-json", "--verbose"]);
    let said = ended(&mut claude);
    assert_eq!(said.code, Some(0), "{}", said.output);
    let mut lines = said.output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let last = lines.rfind(|line| line["type"] == "result").expect("a result");
    assert_eq!(last["result"], "The batch runs in the background.", "{}", said.output);
    assert_eq!(last["permission_denials"], serde_json::json!([]), "{}", said.output);
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
