//! The built-in agents as child processes of the real binary.

use std::path::Path;
use std::process::{Command, Output};

use batchprp::model::agent::AgentEvent;
use batchprp::model::read;
use serde_json::{Value, json};

struct Call {
    temp: tempfile::TempDir,
    command: Command,
}

impl Call {
    fn new(name: &str, spec: &Value) -> Self {
        let temp = tempfile::tempdir().unwrap();
        std::fs::create_dir(temp.path().join("work")).unwrap();
        let place = |name: &str| temp.path().join(name);
        std::fs::write(place("spec.json"), spec.to_string()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchprp"));
        command.args(["builtin-agent", name]).current_dir(place("work"));
        command.env("BATCHPRP_SPEC", place("spec.json")).env("BATCHPRP_RESULT", place("result.json"));
        command.env("BATCHPRP_HEARTBEAT", place("heartbeat.json"));
        command.env("BATCHPRP_ITEM", "PRP-1.1.1").env("BATCHPRP_PHASE", "1").env("BATCHPRP_ATTEMPT", "1");
        Self { temp, command }
    }

    fn run(&mut self) -> (Output, Vec<AgentEvent>) {
        let output = self.command.output().unwrap();
        let lines = String::from_utf8(output.stdout.clone()).unwrap();
        (output, lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
    }

    fn work(&self, name: &str) -> String {
        std::fs::read_to_string(self.temp.path().join("work").join(name)).unwrap_or_default()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.temp.path().join(name)).unwrap()).unwrap()
    }
}

fn last(events: &[AgentEvent]) -> (bool, &str, &str) {
    match events.last() {
        Some(AgentEvent::Finished { ok, reason, text }) => (*ok, reason, text),
        other => panic!("{other:?}"),
    }
}

const PRP: &str = "---\nprp_id: PRP-1.1.1\n---\n# PRP-1.1.1: T\n\n## Problem\n\n```bash\necho never > never\n```\n
## Implementation\n\n### Phase 1: One (1 hour)\n\n```bash\n# make\nx=1\necho one >> log\n```\n\nThen:\n\n```sh\n$ echo $((1 + 1)) >> log\nshown output\n```\n
#### Validation\n\n```bash\necho gate >> log\n```\n
### Phase 2: Two\n\n```bash\necho two >> log\nfalse | true\necho unreached >> log\n```\n
### Phase 3: Words\n\nNothing to run here, only `words`.\n";

fn task(phase: u32, content: &str) -> Value {
    json!({
        "work_item_id": "PRP-1.1.1", "prp_path": "PRP.md",
        "input": {"type": "prp", "path": "PRP.md", "content": content},
        "phase": {"label": phase.to_string(), "ordinal": phase, "title": "x"},
        "context": {"project_root": "."},
    })
}

#[test]
fn the_runbook_runs_the_blocks_of_its_phase_and_no_gate() {
    let mut call = Call::new("runbook", &task(1, PRP));
    let (output, events) = call.run();
    assert!(output.status.success(), "{output:?}");
    assert_eq!((call.work("log").as_str(), call.work("never").as_str()), ("one\n2\n", ""));
    assert_eq!(last(&events), (true, "done", "phase 1: ran 2 shell blocks"));
    let result = call.json("result.json");
    assert_eq!((&result["status"], &result["phases_completed"]), (&json!("completed"), &json!(["phase_1"])));
    assert_eq!(call.json("heartbeat.json")["status"], "complete");
}

#[test]
fn the_runbook_names_the_place_where_a_block_failed() {
    let phase = PRP[PRP.find("### Phase 2").unwrap()..PRP.find("### Phase 3").unwrap()].to_owned();
    let mut call = Call::new("runbook", &task(2, &phase));
    std::fs::write(call.temp.path().join("work/PRP.md"), PRP).unwrap();
    let (output, events) = call.run();
    let line = PRP[..PRP.find("echo two").unwrap()].lines().count();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        last(&events),
        (false, "failed", format!("PRP.md:{line}: the shell block ended with exit code 1").as_str())
    );
    assert_eq!(call.work("log"), "two\n");
    assert_eq!(call.json("result.json")["status"], "failed");
}

#[test]
fn a_phase_of_words_is_no_work() {
    let (output, events) = Call::new("runbook", &task(3, PRP)).run();
    assert_eq!(
        (output.status.code(), last(&events)),
        (Some(0), (false, "no_work", "phase 3 has no shell block to run"))
    );
}

const PHASE: &str = "### Phase 2: Token \"rotation\"\n\n**Goal**: Rotate tokens without a break\n\n**Estimated Hours**: 3\n
**Complexity**: high\n\n**Files Modified**:\n- `src/token.rs` - new\n- docs/*.md\n\n**Dependencies**: Phase 1\n
**Implementation Steps**:\n1. Read `src/token.rs` first\n2. Create the module: `mkdir -p src && echo mod > src/token.rs`\n3. Write the test:\n   ```bash\n   cat > test.txt <<EOF\n   kept\n   EOF\n   ```\n4. Tell the team\n
**Validation Gates**:\n- L1: `test -e src/token.rs`\n- L3: A person reads it\n";

#[test]
fn the_template_writes_a_prp_that_reads_back_and_runs() {
    let draft = json!({
        "id": "PRP-47.2.1", "title": "Token \"rotation\"", "batch": 47, "stage": 2, "order": 1, "intro": "Why.\n\n## Head\nx",
        "dependencies": ["PRP-47.1.1"], "files": ["src/token.rs", "docs/*.md"], "plan": "PLAN.md", "plan_phase": "2",
        "hours": 3.0, "complexity": "high", "goal": "Rotate tokens without a break",
    });
    let spec = json!({"work_item_id": "PRP-47.2.1", "input": {"type": "phase", "path": "PLAN.md", "content": PHASE, "draft": draft}});
    let (output, events) = Call::new("template", &spec).run();
    assert!(output.status.success(), "{output:?}");
    let text = last(&events).2.to_owned();
    let (again, _) = Call::new("template", &spec).run();
    assert_eq!(again.stdout, output.stdout, "the same every time");

    let (prp, problems) = read::prp(Path::new("PRPs/feature-requests/PRP-47.2.1-token.md"), text.as_bytes());
    assert_eq!(
        problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>(),
        Vec::<String>::new(),
        "{text}"
    );
    assert_eq!(prp.id.as_ref().unwrap().as_str(), "PRP-47.2.1");
    assert_eq!((prp.title.as_deref(), prp.hours, prp.stage), (Some("Token \"rotation\""), Some(3.0), Some(2)));
    assert_eq!(prp.files, ["src/token.rs", "docs/*.md"]);
    assert_eq!(prp.dependencies[0].id.as_str(), "PRP-47.1.1");
    let titles: Vec<&str> = prp.phases.iter().map(|phase| phase.title.as_str()).collect();
    assert_eq!(titles, ["Create the module", "Write the test"]);
    assert!(prp.phase_text(&prp.phases[0]).contains("Read `src/token.rs` first"));
    assert!(prp.phase_text(&prp.phases[1]).contains("Tell the team"));
    assert!(prp.gates.iter().filter(|gate| gate.command.is_some()).count() >= 5, "{:?}", prp.gates);
    assert!(prp.gates.iter().any(|gate| gate.level == 3 && gate.command.is_none() && gate.text == "A person reads it"));
    assert!(batchprp::review::structural(&prp).score >= 9.5, "{text}");

    let mut spec = task(2, &text);
    spec["phase"] = json!({"label": "2", "ordinal": 2});
    let mut call = Call::new("runbook", &spec);
    assert!(call.run().0.status.success());
    assert_eq!(call.work("test.txt"), "kept\n");
}

#[test]
fn the_fake_does_what_its_script_says_and_keeps_a_ledger() {
    let script = json!({"items": {
        "PRP-1.1.1:1": [
            {"do": "write", "files": {"a/b.txt": "x"}}, {"do": "usage", "input": 3, "output": 4, "usd": 0.5},
            {"do": "heartbeat", "progress": 30, "step": "s"}, {"do": "flood", "lines": 3}, {"do": "succeed", "text": "all done"},
        ],
        "PRP-1.1.1:1@2": {"do": "limit", "seconds": 60},
        "PRP-1.1.1:1@3": {"do": "die", "signal": 9},
        "PRP-1.1.1:1@4": {"do": "write", "files": {"../out": "x"}},
    }});
    let mut call = Call::new("fake", &Value::Null);
    let (file, ledger) = (call.temp.path().join("script.json"), call.temp.path().join("ledger"));
    std::fs::write(&file, script.to_string()).unwrap();
    call.command.arg("--script").arg(&file).env("BATCHPRP_FAKE_LEDGER", &ledger);
    let (output, events) = call.run();
    assert!(output.status.success(), "{output:?}");
    assert_eq!((call.work("a/b.txt").as_str(), last(&events)), ("x", (true, "done", "all done")));
    assert!(events.iter().any(|event| matches!(event, AgentEvent::Usage { tokens, .. } if tokens.total() == 7)));
    assert_eq!(call.json("heartbeat.json")["progress"], 30.0);

    let (output, events) = {
        call.command.env("BATCHPRP_ATTEMPT", "2");
        call.run()
    };
    assert_eq!((output.status.code(), last(&events).1), (Some(1), "rate_limited"));
    let (output, _) = {
        call.command.env("BATCHPRP_ATTEMPT", "3");
        call.run()
    };
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&output.status), Some(9));
    let (output, events) = {
        call.command.env("BATCHPRP_ATTEMPT", "4");
        call.run()
    };
    assert_eq!((output.status.code(), last(&events).1), (Some(2), "protocol"));

    let lines = std::fs::read_to_string(ledger).unwrap();
    let entries: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<(&str, u64)> =
        entries.iter().map(|entry| (entry["event"].as_str().unwrap(), entry["attempt"].as_u64().unwrap())).collect();
    assert_eq!(told, [("start", 1), ("end", 1), ("start", 2), ("end", 2), ("start", 3), ("start", 4)]);
}

#[test]
fn the_fake_ignores_the_signal_when_it_is_told_to() {
    let mut call = Call::new("fake", &Value::Null);
    let file = call.temp.path().join("script.json");
    std::fs::write(&file, r#"{"items": {"*": [{"do": "ignore_term"}, {"do": "stall"}]}}"#).unwrap();
    call.command.env("BATCHPRP_FAKE", &file).stdout(std::process::Stdio::piped());
    let mut child = call.command.spawn().unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut line).unwrap();
    let pid = nix::unistd::Pid::from_raw(child.id().cast_signed());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(100));
    assert!(child.try_wait().unwrap().is_none());
    child.kill().unwrap();
    child.wait().unwrap();
}
