//! Records what the real agents print, case by case, into `tests/agents/`. Does nothing unless `RECORD=1` is set.
//!
//! Each case runs the command line of the adapter itself. Beside the lines it keeps how the process ended and what the
//! adapter made of it; that part is to be read before it is committed.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use batchprp::bridge::{Bridge, Origin, Request};
use batchprp::config::{Config, Layers};
use batchprp::error::{Error, ExitCode};
use batchprp::model::agent::{AgentEvent, AgentSpec, Exit};
use batchprp::script::search::SearchPath;
use batchprp::script::{HostParts, ScriptHost, host};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::cases::{CASES, Case, Stop};
use crate::model_server::ModelServer;
use crate::project::{KEYS, installed};
use crate::scrub::scrub;

/// How long a case may take; an agent that goes on for longer is left out.
const LIMIT: Duration = Duration::from_secs(300);

/// Adapters compute, they do not ask.
struct Nobody;

impl Bridge for Nobody {
    fn send(&self, _origin: Origin, request: Request) {
        request.refuse(Error::new(ExitCode::Internal, "nobody answers here").into());
    }
}

fn adapters(root: &Path) -> ScriptHost {
    host(HostParts {
        bridge: Arc::new(Nobody),
        root: root.to_owned(),
        config: Arc::new(Config::from_layers(Layers::default())),
        cancel: Arc::default(),
        search: SearchPath::default(),
    })
}

struct Studio {
    temp: tempfile::TempDir,
    server: ModelServer,
    agent: String,
}

struct Take {
    lines: String,
    exit: Exit,
}

impl Studio {
    fn new(agent: &str) -> Self {
        let temp = tempfile::TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        for folder in ["tree", "home", "papers"] {
            fs::create_dir(temp.path().join(folder)).expect("a folder");
        }
        let git = Command::new("git").args(["init", "-q"]).current_dir(temp.path().join("tree")).status();
        assert!(git.expect("git starts").success());
        Self { temp, server: ModelServer::start().expect("a server"), agent: agent.to_owned() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.temp.path().join(name)
    }

    fn spec(&self, case: &Case, script: &str, session: Option<String>) -> AgentSpec {
        let url = self.server.url();
        let mut env: std::collections::BTreeMap<String, String> =
            KEYS.iter().map(|(name, key)| ((*name).to_owned(), (*key).to_owned())).collect();
        env.insert("ANTHROPIC_BASE_URL".to_owned(), url.clone());
        env.insert("OPENAI_BASE_URL".to_owned(), format!("{url}/v1"));
        env.insert("GOOGLE_GEMINI_BASE_URL".to_owned(), url);
        let model = if self.agent == "opencode" { "openai/test-model" } else { "test-model" };
        let tools = if case.may_edit { ["Read", "Edit", "Write", "Bash"].as_slice() } else { ["Read"].as_slice() };
        AgentSpec {
            program: self.agent.clone(),
            prompt: format!("Do what the model decides.\n\n@model {script}\n"),
            role: "executor".to_owned(),
            item: "PRP-7.1.1".to_owned(),
            cwd: self.path("tree").display().to_string(),
            dir: self.path("papers").display().to_string(),
            kept: self.path("papers").display().to_string(),
            model: Some(model.to_owned()),
            tools: tools.iter().map(|tool| (*tool).to_owned()).collect(),
            max_turns: case.max_turns,
            max_cost: case.max_cost,
            session,
            env,
            ..AgentSpec::default()
        }
    }

    fn take(&self, case: &Case, spec: &AgentSpec) -> Option<Take> {
        let line = adapters(self.temp.path()).adapter(&self.agent).expect("an adapter").command(spec).expect("a line");
        for (name, text) in &line.files {
            fs::write(self.path("papers").join(name), text).expect("a file");
        }
        let mut command = Command::new(&line.argv[0]);
        if let Some(home) = &line.home {
            let place = self.path("papers/home");
            fs::create_dir_all(place.join(&home.folder)).expect("a folder");
            fs::write(place.join(&home.folder).join(&home.settings), home.defaults.to_string()).expect("a file");
            command.env(&home.variable, place);
        }
        command.args(&line.argv[1..]).env_clear().current_dir(&spec.cwd).process_group(0);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("HOME", self.path("home"));
        command.env("LANG", "C.UTF-8").env("TERM", "dumb").envs(&spec.env).envs(&line.env);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the agent starts");
        drop(child.stdin.take().expect("a pipe").write_all(line.stdin.as_bytes()));
        let mut stdout = child.stdout.take().expect("a pipe");
        let reader = thread::spawn(move || {
            let mut bytes = Vec::new();
            drop(stdout.read_to_end(&mut bytes));
            String::from_utf8_lossy(&bytes).into_owned()
        });
        let exit = self.end_of(&mut child, case.stop)?;
        Some(Take { lines: reader.join().expect("a reader"), exit })
    }

    /// Waits for the end; stops the agent where the case wants that, once the model hangs.
    fn end_of(&self, child: &mut Child, stop: Stop) -> Option<Exit> {
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a process id"));
        let group = Pid::from_raw(-pid.as_raw());
        let by_leader = ["claude", "codex"].contains(&self.agent.as_str());
        let (begin, mut stopped) = (Instant::now(), false);
        loop {
            if let Some(status) = child.try_wait().expect("a child") {
                kill(group, Signal::SIGKILL).ok();
                return Some(Exit { code: status.code(), signal: status.signal() });
            }
            if !stopped && self.server.log().iter().any(|seen| seen.fault.is_some()) && stop != Stop::No {
                thread::sleep(Duration::from_millis(500));
                let (to, signal) = match stop {
                    Stop::Gently if by_leader => (pid, Signal::SIGINT),
                    Stop::Gently => (group, Signal::SIGTERM),
                    Stop::Killed | Stop::No => (group, Signal::SIGKILL),
                };
                kill(to, signal).ok();
                stopped = true;
            }
            if begin.elapsed() > LIMIT {
                kill(group, Signal::SIGKILL).ok();
                drop(child.wait());
                eprintln!("{}: still busy after {} s", self.agent, LIMIT.as_secs());
                return None;
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn record(&self, case: &Case, version: &str) {
        let mut spec = self.spec(case, case.script, None);
        let Some(mut take) = self.take(case, &spec) else { return };
        if let Some(second) = case.resumed_with {
            let mut adapter = adapters(self.temp.path()).adapter(&self.agent).expect("an adapter");
            let session = take.lines.lines().flat_map(|line| adapter.on_line(line)).find_map(|event| match event {
                AgentEvent::Started { session, .. } => session,
                _ => None,
            });
            if session.is_none() {
                return;
            }
            spec = self.spec(case, second, session);
            let Some(again) = self.take(case, &spec) else { return };
            take = again;
        }
        let mut lines = scrub(&take.lines, self.temp.path(), &self.server.url());
        assert!(KEYS.iter().all(|(_, key)| !lines.contains(key)), "{}: a key is printed", self.agent);
        if !lines.ends_with('\n') && !lines.is_empty() {
            lines.push('\n');
        }
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agents").join(&self.agent);
        fs::write(folder.join(format!("{}.jsonl", case.name)), &lines).expect("a file");
        let mut adapter = adapters(self.temp.path()).adapter(&self.agent).expect("an adapter");
        let events: Vec<AgentEvent> = lines.lines().flat_map(|line| adapter.on_line(line)).collect();
        let (status, text) = adapter.outcome(take.exit);
        let kinds: Vec<Value> =
            events.iter().map(|event| serde_json::to_value(event).expect("plain data")["kind"].clone()).collect();
        let expected = json!({
            "case": case.about, "recorded": version, "exit": take.exit, "status": status, "text": text, "events": kinds,
        });
        let expected = format!("{expected:#}\n");
        fs::write(folder.join(format!("{}.expected.json", case.name)), expected).expect("a file");
        eprintln!("{} {}: {status:?} {:?}", self.agent, case.name, take.exit);
    }
}

/// Records every case with one agent.
pub fn record(agent: &str) {
    if std::env::var_os("RECORD").is_none() || !installed(agent) {
        return;
    }
    let version =
        Command::new(agent).arg("--version").env("HOME", env!("CARGO_TARGET_TMPDIR")).output().expect("it starts");
    let version = String::from_utf8_lossy(&version.stdout);
    let number = version.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    let wanted = std::env::var("RECORD").unwrap_or_default();
    for case in CASES.iter().filter(|case| case.agents.is_empty() || case.agents.contains(&agent)) {
        if wanted == "1" || wanted.split(',').any(|name| name == case.name) {
            Studio::new(agent).record(case, number.unwrap_or_default());
        }
    }
}
