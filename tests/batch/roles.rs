//! What a role works with: who has the last word, and that a preview says what the call gets.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::project::Project;

const PLAN: &str = "# Plan\n\n## Phases\n\n### Phase 1: First\n\n**Goal**: It works\n\n**Estimated Hours**: 3\n\n\
                    **Complexity**: high\n\n**Files Modified**:\n- src/a.rs\n\n**Dependencies**: None\n\n\
                    **Implementation Steps**:\n1. Do it\n\n**Validation Gates**:\n- L1: `true`\n";

/// Each command that asks an agent, with its arguments, its role and the item.
const COMMANDS: [(&[&str], &str); 3] = [
    (&["gen", "PLAN.md"], "generator"),
    (&["exe", "--batch", "1"], "executor"),
    (&["review", "--batch", "1", "--mode", "full"], "reviewer"),
];

const ITEM: &str = "PRP-1.1.1";

/// What an agent works with; times are seconds.
#[derive(Clone, Debug, PartialEq)]
struct Terms {
    agent: String,
    model: Option<String>,
    timeout: f64,
    tools: Vec<String>,
    max_turns: Option<u64>,
}

/// One way to say something about a role.
#[derive(Clone, Copy, Default)]
struct Said {
    /// Lines of the configuration, with whole keys; `{role}` stands for the role.
    config: &'static str,
    environment: &'static [(&'static str, &'static str)],
    flags: &'static [&'static str],
}

fn project(command: &str, said: Said, role: &str) -> Project {
    let project = Project::new();
    match command {
        "gen" => drop(project.write("PLAN.md", PLAN)),
        _ => drop(project.prp(ITEM, &[], &[], 1)),
    }
    let agent = project.tools().join("agent.sh");
    let base = format!(
        "agent.env_pass = [\"LEDGER\", \"TOOLS\"]\nadapter.command.argv = [\"sh\", \"{}\"]\n{}",
        agent.display(),
        if said.config.contains("agent.name") { "" } else { "agent.name = \"command\"\n" }
    );
    project.write(".ce/batchprp.toml", &(base + &said.config.replace("{role}", role))).commit("Work");
    project
}

fn output(project: &Project, arguments: &[&str], said: Said, role: &str, more: &[&str]) -> String {
    let mut command = project.command(arguments);
    command.args(said.flags).args(more);
    let variable = role.to_uppercase();
    command.envs(said.environment.iter().map(|(name, value)| (name.replace("{role}", &variable), value)));
    let output = command.output().expect("batchprp starts");
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Reads `--explain-prompt`.
#[track_caller]
fn explained(text: &str) -> Terms {
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix("  ")?.strip_prefix(name)?.strip_prefix("  "));
        line.and_then(|line| Some(line.trim().rsplit_once(" (")?.0.to_owned()))
    };
    let timeout = value("time-out").expect(text);
    Terms {
        agent: value("agent").expect("an agent"),
        model: value("model").filter(|model| model != "its own choice"),
        timeout: seconds(&timeout),
        tools: value("tools").map(|tools| tools.split(", ").map(str::to_owned).collect()).expect("tools"),
        max_turns: value("turns").map(|turns| turns.parse().expect("a number")),
    }
}

/// Reads `1h 30m`.
fn seconds(text: &str) -> f64 {
    let part = |word: &str| {
        let (number, unit) = word.split_at(word.len() - 1);
        let each =
            [("h", 3600.0), ("m", 60.0), ("s", 1.0)].into_iter().find(|(name, _)| *name == unit).expect("a unit");
        number.parse::<f64>().expect("a number") * each.1
    };
    text.split(' ').map(part).sum()
}

fn runs(project: &Project) -> Vec<PathBuf> {
    let runs = fs::read_dir(project.root().join(".ce/tmp/runs")).into_iter().flatten().flatten();
    runs.map(|run| run.path()).collect()
}

/// Reads what the agent was really given: its `spec.json`, and the event of its start.
#[track_caller]
fn called(project: &Project, output: &str) -> Terms {
    let runs = runs(project);
    assert_eq!(runs.len(), 1, "{output}");
    let events = fs::read_to_string(runs[0].join("events.jsonl")).expect("a journal");
    let events = events.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event"));
    let start = events.into_iter().find(|event| event["event"] == "attempt_started").expect(output);
    let spec = fs::read_to_string(start["spec"].as_str().expect("a path")).expect("spec.json");
    let spec: Value = serde_json::from_str(&spec).expect("spec.json");
    assert_eq!(spec["model"], start["model"]);
    Terms {
        agent: start["agent"].as_str().expect("an agent").to_owned(),
        model: spec["model"].as_str().map(str::to_owned),
        timeout: spec["timeout_minutes"].as_f64().expect("minutes") * 60.0,
        tools: serde_json::from_value(spec["tools"].clone()).expect("tools"),
        max_turns: spec["max_turns"].as_u64(),
    }
}

/// Says it to each command, and compares what the preview tells with what the agent then gets. Returns the latter.
#[track_caller]
fn agreed(said: Said) -> Vec<Terms> {
    let mut all = Vec::new();
    for (arguments, role) in COMMANDS {
        let project = project(arguments[0], said, role);
        let preview = output(&project, arguments, said, role, &["--explain-prompt", ITEM]);
        assert!(runs(&project).is_empty(), "{preview}");
        let (preview, call) = (explained(&preview), output(&project, arguments, said, role, &[]));
        assert_eq!(preview, called(&project, &call), "{role}: {call}");
        all.push(preview);
    }
    all
}

fn models(all: &[Terms]) -> Vec<&str> {
    all.iter().map(|terms| terms.model.as_deref().unwrap_or("-")).collect()
}

#[test]
fn nobody_says_anything() {
    let all = agreed(Said::default());
    assert_eq!(models(&all), ["sonnet", "haiku", "sonnet"], "the executor is `auto`, and its item scores 38");
    let (agents, times): (Vec<_>, Vec<_>) = all.iter().map(|terms| (terms.agent.as_str(), terms.timeout)).unzip();
    assert_eq!((agents, times), (vec!["command"; 3], vec![300.0, 3600.0, 120.0]));
    assert_eq!(all[2].tools, ["Read", "Grep", "Glob"]);
    assert_eq!(all[1].tools.len(), 6);
    assert!(all.iter().all(|terms| terms.max_turns.is_none()));
}

/// From the weakest to the strongest; all that are weaker hold as well.
#[test]
fn the_strongest_word_names_the_model() {
    let adapter = Said { config: "adapter.command.model = \"of-adapter\"\n", ..Said::default() };
    assert_eq!(models(&agreed(adapter)), ["of-adapter"; 3]);
    let config = "adapter.command.model = \"of-adapter\"\nagent.model = \"my-model\"\n";
    assert_eq!(models(&agreed(Said { config, ..Said::default() })), ["my-model"; 3]);
    let config = "agent.model = \"my-model\"\nagent.roles.{role}.model = \"of-role\"\n";
    let role = Said { config, ..Said::default() };
    assert_eq!(models(&agreed(role)), ["of-role"; 3]);
    let all = Said { environment: &[("BATCHPRP_AGENT_MODEL", "of-env")], ..role };
    assert_eq!(models(&agreed(all)), ["of-env"; 3]);
    let environment: &[_] = &[("BATCHPRP_AGENT_MODEL", "of-env"), ("BATCHPRP_AGENT_ROLES_{role}_MODEL", "of-env-role")];
    let own = Said { environment, ..role };
    assert_eq!(models(&agreed(own)), ["of-env-role"; 3]);
    assert_eq!(models(&agreed(Said { flags: &["--model", "of-flag"], ..own })), ["of-flag"; 3]);
}

#[test]
fn auto_scores_the_item_in_every_command() {
    let auto = ["opus", "haiku", "haiku"];
    assert_eq!(models(&agreed(Said { flags: &["--model", "auto"], ..Said::default() })), auto);
    assert_eq!(models(&agreed(Said { config: "agent.model = \"auto\"\n", ..Said::default() })), auto);
    let config = "agent.model = \"my-model\"\nagent.roles.{role}.model = \"auto\"\n";
    assert_eq!(models(&agreed(Said { config, ..Said::default() })), auto);
    let sizes = "adapter.command.models = [\"\", \"midi\", \"maxi\"]\n";
    let named = agreed(Said { config: sizes, flags: &["--model", "auto"], ..Said::default() });
    assert_eq!(models(&named), ["maxi", "-", "-"], "what the agent calls the sizes; empty is its own choice");
    let word = agreed(Said { config: sizes, flags: &["--model", "sonnet"], ..Said::default() });
    assert_eq!(models(&word), ["midi"; 3]);
}

#[test]
fn the_agent_of_a_role_is_named_by_the_same_order() {
    let agents = |said| agreed(said).into_iter().map(|terms| terms.agent).collect::<Vec<_>>();
    let config = "agent.name = \"runbook\"\nagent.roles.{role}.agent = \"command\"\n";
    let role = Said { config, ..Said::default() };
    assert_eq!(agents(role), ["command"; 3]);
    assert_eq!(agents(Said { environment: &[("BATCHPRP_AGENT_NAME", "fake")], ..role }), ["fake"; 3]);
    let flag = Said { flags: &["--agent", "fake"], environment: &[("BATCHPRP_AGENT_NAME", "runbook")], ..role };
    assert_eq!(agents(flag), ["fake"; 3]);
}

#[test]
fn time_tools_and_turns_follow_it_too() {
    let terms = |said| {
        let all = agreed(said);
        assert_eq!(all[0].timeout.to_bits(), all[2].timeout.to_bits());
        (all[0].timeout, all[0].tools.join(" "), all[0].max_turns)
    };
    let run = Said { config: "run.timeout = \"3m\"\n", ..Said::default() };
    assert_eq!(terms(run), (180.0, "Read Grep Glob".to_owned(), None));
    let config = "run.timeout = \"3m\"\nagent.roles.{role}.timeout = \"4m\"\nagent.roles.{role}.tools = [\"Bash\"]\n\
                  agent.roles.{role}.max_turns = 7\n";
    let role = Said { config, ..Said::default() };
    assert_eq!(terms(role), (240.0, "Bash".to_owned(), Some(7)));
    let all = Said { environment: &[("BATCHPRP_RUN_TIMEOUT", "5m")], ..role };
    assert_eq!(terms(all), (300.0, "Bash".to_owned(), Some(7)));
    let environment: &[_] = &[("BATCHPRP_RUN_TIMEOUT", "5m"), ("BATCHPRP_AGENT_ROLES_{role}_MAX_TURNS", "9")];
    let flag = Said { environment, flags: &["--timeout", "6m"], ..role };
    assert_eq!(terms(flag), (360.0, "Bash".to_owned(), Some(9)));
}

#[test]
fn agents_without_names_for_the_sizes_choose_for_themselves() {
    // Prompts are explained for agents that are there.
    let config = "adapter.codex.program = \"true\"\nadapter.gemini.program = \"true\"\n\
                  adapter.opencode.program = \"true\"\nadapter.qwen.program = \"true\"\n";
    for agent in ["codex", "gemini", "opencode", "qwen"] {
        let said = Said { config, flags: &["--model", "auto"], ..Said::default() };
        let project = project("exe", said, "executor");
        let arguments = ["exe", "--batch", "1", "--agent", agent];
        let preview = explained(&output(&project, &arguments, said, "executor", &["--explain-prompt", ITEM]));
        assert_eq!((preview.agent.as_str(), preview.model), (agent, None));
    }
}

#[test]
fn dry_runs_name_the_same_agent_and_model() {
    let said = Said { config: "agent.roles.{role}.model = \"of-role\"\n", ..Said::default() };
    for (arguments, role) in COMMANDS {
        let text = output(&project(arguments[0], said, role), arguments, said, role, &["--dry-run"]);
        assert!(text.contains("agent `command`, model `of-role`"), "{text}");
    }
}

#[test]
fn a_failed_validation_asks_for_the_next_size_where_auto_chose() {
    let said = Said { flags: &["--agent", "fake"], ..Said::default() };
    let project = project("exe", said, "executor");
    project.write("check.sh", "exit 1\n").commit("Check");
    let arguments: &[&str] = &["exe", "--batch", "1"];
    let check = [("BATCHPRP_VALIDATE_L2", "sh check.sh")];
    let started = |said: Said| {
        output(&project, arguments, said, "executor", &[]);
        let mut models = Vec::new();
        let mut runs = runs(&project);
        runs.sort();
        let events = fs::read_to_string(runs.last().expect("a run").join("events.jsonl")).expect("a journal");
        for event in events.lines().map(|line| serde_json::from_str::<Value>(line).expect("an event")) {
            if event["event"] == "attempt_started" {
                models.push(event["model"].as_str().unwrap_or("-").to_owned());
            }
        }
        models
    };
    let said = Said { environment: Box::leak(Box::new(check)), ..said };
    assert_eq!(started(said), ["haiku"]);
    assert_eq!(started(said), ["sonnet"], "validated again, and given to the next size");
    let named = Said { flags: &["--agent", "fake", "--model", "haiku"], ..said };
    assert_eq!(started(named), ["haiku"], "a model that somebody names stays");
}
