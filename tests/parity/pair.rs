//! One case in both worlds: a real repository with real agent processes, and the world in memory.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::project::Project;

/// The script that is run in both worlds.
fn script() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parity/parity.rhai")).expect("script")
}

/// What the script of a test does beside its cases.
const HEAD: &str = r#"//! Cases that were run for real.

import "parity" as parity;

/// The exit code with which a command ends.
fn code(args) {
    try {
        let ended = parity::main(args);
        return ended.exit_code;
    } catch (error) {
        return #{ "check-failed": 6, "policy": 12 }[error.kind];
    }
}

/// How a run went, in the form in which its journal was read.
fn went(code) {
    fake::end(code);
    let told = fake::events();
    let ends = #{};
    for event in told.filter(|event| event.event == "item_finished") {
        ends[event.item] = #{ status: event.status, reason: event.reason, value: if "value" in event { event.value } };
    }
    let last = told.filter(|event| event.event == "run_finished").pop();
    let starts = told.filter(|event| event.event == "item_started").map(|event| `${event.item}@${event.attempt}`);
    #{ code: code, ends: ends, starts: starts, said: last.exit_code, resume: last.resume, next: last.next }
}
"#;

/// The validation that a defect fails.
const CHECK: &str = "! grep -qs broken out/defect.txt";

/// What is done in both worlds, and what has to come of it.
#[derive(Default)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// Items that are maps; without any the PRPs below are the items.
    pub(crate) items: Vec<Value>,
    /// PRPs with their dependencies and the number of their phases.
    pub(crate) prps: Vec<(&'static str, &'static [&'static str], u32)>,
    pub(crate) options: Value,
    /// Calls by item, or by item and phase, in their order; the last one stays.
    pub(crate) agents: Vec<(&'static str, Vec<Call>)>,
    /// The script ends with a failure of this kind after its run.
    pub(crate) then: Option<&'static str>,
    /// Prepares the project of the run, and says the same to the test.
    pub(crate) scene: Scene,
    pub(crate) code: u8,
    /// The statuses of the items in the order of their ids.
    pub(crate) statuses: &'static [&'static str],
}

/// What stands in the way of the items.
#[derive(Clone, Copy, Default, PartialEq)]
pub(crate) enum Scene {
    #[default]
    Plain,
    /// The validation of the second phase of the first PRP fails.
    Defect,
    /// The first two PRPs change the same line.
    Conflict,
}

/// Runs all cases for real, and then as tests: what came of each must be the same.
pub(crate) fn check(cases: &[Case]) {
    let mut tests = HEAD.to_owned();
    let mut wrong = Vec::new();
    for case in cases {
        let real = case.run();
        let statuses: Vec<&str> = real.ends.values().filter_map(|end| end["status"].as_str()).collect();
        if (real.code, statuses.as_slice()) != (Some(i32::from(case.code)), case.statuses) {
            wrong.push(format!("{}: {:?} {statuses:?}\n{}", case.name, real.code, real.shown));
        }
        tests.push_str(&case.test(&real.went()));
    }
    assert!(wrong.is_empty(), "runs that end in another way than the table says:\n{}", wrong.join("\n"));
    let project = Project::new();
    project.write(".ce/commands/parity.rhai", &script()).write(".ce/commands/parity.test.rhai", &tests);
    adapters(&project);
    project.run(&["test", ".ce/commands"]).exits(0);
}

/// What a real run told.
struct Went {
    code: Option<i32>,
    ends: BTreeMap<String, Value>,
    starts: Vec<String>,
    last: Value,
    shown: String,
}

impl Went {
    fn went(&self) -> Value {
        let last = &self.last;
        assert!(last.is_object(), "the run has no end:\n{}", self.shown);
        json!({
            "code": self.code, "ends": self.ends, "starts": self.starts,
            "said": last["exit_code"], "resume": last["resume"], "next": last["next"],
        })
    }
}

impl Case {
    fn describe(&self) -> Value {
        let mut options = Map::from_iter([("resume".to_owned(), "batchprp parity".into())]);
        options.extend(self.options.as_object().cloned().unwrap_or_default());
        let mut case = json!({ "items": self.items, "prps": self.items.is_empty(), "options": options });
        if let Some(kind) = self.then {
            case["then"] = kind.into();
        }
        case
    }

    /// Runs the case in a repository of its own.
    fn run(&self) -> Went {
        let project = Project::new();
        // In a namespace of its own no program of a script could interrupt the run.
        project.configure("[run]\nnamespaces = false\n\n[validate]\ngates = \"ignore\"\n");
        project.write(".ce/commands/parity.rhai", &script()).write("case.json", &self.describe().to_string());
        adapters(&project);
        for (path, text) in self.documents() {
            project.write(&path, &text);
        }
        match self.scene {
            Scene::Plain => {}
            Scene::Defect => drop(project.configure(&format!("l3 = [\"{CHECK}\"]\n"))),
            Scene::Conflict => {
                project.configure("[guard]\nforeign_file = \"note\"\n").write("shared.txt", "old\n");
            }
        }
        project.commit("The case");
        let script = project.tools().join("fake.json");
        fs::write(&script, json!({ "items": self.steps() }).to_string()).expect("script");
        let mut command = project.command(&["parity", "--agent", "fake"]);
        // The world in memory knows the end of bad weather only.
        command.env("BATCHPRP_FAKE", &script).env("BATCHPRP_AGENT_PATIENCE", "1ms");
        let output = command.output().expect("batchprp starts");
        let shown = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        let told = events(&project);
        let of = |kind: &str| told.iter().filter(|event| event["event"] == kind).cloned().collect::<Vec<_>>();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let end = |event: &Value| {
            let end = json!({ "status": event["status"], "reason": event["reason"], "value": event["value"] });
            (text(&event["item"]), end)
        };
        Went {
            code: output.status.code(),
            ends: of("item_finished").iter().map(end).collect(),
            starts: of("item_started").iter().map(|e| format!("{}@{}", text(&e["item"]), e["attempt"])).collect(),
            last: of("run_finished").pop().unwrap_or_default(),
            shown,
        }
    }

    fn documents(&self) -> Vec<(String, String)> {
        let document = |(id, dependencies, phases): &(&str, &[&str], u32)| {
            let path = format!("PRPs/feature-requests/{id}-work.md");
            (path, crate::project::prp(id, dependencies, &[], *phases))
        };
        self.prps.iter().map(document).collect()
    }

    /// Returns the script of the scripted agent.
    fn steps(&self) -> Value {
        let mut items = Map::new();
        for (key, calls) in &self.agents {
            for (number, call) in (1..).zip(calls) {
                items.insert(format!("{key}@{number}"), call.steps());
            }
            items.extend(calls.last().map(|last| ((*key).to_owned(), last.steps())));
        }
        items.into()
    }

    /// Returns the test function that does the same in memory and wants the same.
    fn test(&self, went: &Value) -> String {
        let mut text = format!("\nfn test_{}() {{\n", self.name);
        let mut file = |path: &str, content: &str| {
            writeln!(text, "    fake::file({}, {});", quoted(path), quoted(content)).expect("text");
        };
        file("case.json", &self.describe().to_string());
        for (path, content) in self.documents() {
            file(&path, &content);
        }
        for (key, calls) in &self.agents {
            let item = key.split(':').next().unwrap_or_default();
            for call in calls {
                let map = format!("parse_json({})", quoted(&call.prescribed().to_string()));
                writeln!(text, "    fake::agent({}, {map});", quoted(item)).expect("text");
            }
        }
        let first = self.prps.first().map(|(id, ..)| quoted(id)).unwrap_or_default();
        match self.scene {
            Scene::Plain => {}
            Scene::Defect => {
                let error = quoted(&format!("`{CHECK}` ended with exit code 1"));
                writeln!(text, "    fake::defect({first}, #{{ phase: 2, error: {error} }});").expect("text");
            }
            Scene::Conflict => {
                writeln!(text, "    fake::conflict({}, #{{ files: [\"shared.txt\"] }});", quoted(self.prps[1].0))
                    .expect("text");
            }
        }
        text.push_str("    let went = went(code(#{ interrupt: || fake::cancel() }));\n");
        writeln!(text, "    assert_eq(went.to_json(), parse_json({}).to_json());\n}}", quoted(&went.to_string()))
            .expect("text");
        text
    }
}

/// A second agent, which differs from the first one only by its name.
fn adapters(project: &Project) {
    let fake = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/agents/fake.rhai");
    project.write(".ce/agents/other.rhai", &fs::read_to_string(fake).expect("adapter"));
}

/// Returns a text as a literal of the script, whatever it holds.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Returns the events of the run of a project.
fn events(project: &Project) -> Vec<Value> {
    let runs = fs::read_dir(project.root().join(".ce/tmp/runs")).into_iter().flatten().flatten();
    let text = runs.filter_map(|run| fs::read_to_string(run.path().join("events.jsonl")).ok()).collect::<String>();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}
