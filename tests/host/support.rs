//! A test agent that is a shell script and speaks batchprp's own event form, and what is needed to run it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use batchprp::bridge::{Adapter, AgentCall};
use batchprp::host::agent::{Fact, Setup, Timers, attempt};
use batchprp::host::process::{self, Marker};
use batchprp::host::redact::Secrets;
use batchprp::host::stop::StopToken;
use batchprp::model::agent::{AgentEvent, AgentReport, AgentSpec, AgentStatus, CommandLine, Exit, StopStyle};
use batchprp::model::agent_files::task::TaskSpec;
use tokio::sync::mpsc;

/// An adapter whose program is one shell script.
pub(crate) struct Shell {
    pub(crate) script: String,
    pub(crate) stdin: String,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) files: BTreeMap<String, String>,
    answer: String,
}

impl Adapter for Shell {
    fn command(&mut self, _spec: &AgentSpec) -> Result<CommandLine, String> {
        Ok(CommandLine {
            argv: ["sh", "-c", &self.script].map(str::to_owned).into(),
            env: self.env.clone(),
            stdin: self.stdin.clone(),
            files: self.files.clone(),
            home: None,
        })
    }

    fn fresh(&self) -> Box<dyn Adapter> {
        Box::new(Self {
            script: self.script.clone(),
            stdin: self.stdin.clone(),
            env: self.env.clone(),
            files: self.files.clone(),
            answer: String::new(),
        })
    }

    fn on_line(&mut self, line: &str) -> Vec<AgentEvent> {
        self.answer = line.chars().take(1000).collect();
        serde_json::from_str(line).into_iter().collect()
    }

    fn outcome(&mut self, exit: Exit) -> (AgentStatus, String) {
        let status = if exit.code == Some(0) { AgentStatus::Ok } else { AgentStatus::Crashed };
        (status, std::mem::take(&mut self.answer))
    }
}

/// One attempt with everything that can be set.
pub(crate) struct Trial {
    temp: tempfile::TempDir,
    pub(crate) root: PathBuf,
    pub(crate) setup: Setup,
    pub(crate) shell: Shell,
    pub(crate) style: StopStyle,
    pub(crate) stop: StopToken,
}

/// What came of it.
pub(crate) struct Ran {
    pub(crate) report: AgentReport,
    pub(crate) facts: Vec<Fact>,
    pub(crate) took: Duration,
}

impl Trial {
    pub(crate) fn new(script: &str) -> Self {
        process::become_subreaper();
        let temp = tempfile::tempdir().unwrap();
        let root = temp.path().canonicalize().unwrap();
        let worktree = root.join("worktree");
        std::fs::create_dir(&worktree).unwrap();
        let setup = Setup {
            dir: root.join("runs/r1/PRP-1/a1"),
            worktree,
            marker: marker(),
            timers: Timers { grace: Duration::from_millis(300), ..Timers::default() },
            env: BTreeMap::from([("PATH".to_owned(), std::env::var("PATH").unwrap())]),
            env_pass: Vec::new(),
            env_set: BTreeMap::new(),
            env_deny: Vec::new(),
            keys: Vec::new(),
            secrets: Secrets::default(),
            ledger: std::sync::Arc::default(),
            touch: batchprp::host::agent::Touch::default(),
            sandbox: process::Sandbox::Off,
        };
        let shell = Shell {
            script: script.to_owned(),
            stdin: String::new(),
            env: BTreeMap::new(),
            files: BTreeMap::new(),
            answer: String::new(),
        };
        Self { temp, root, setup, shell, style: StopStyle::Term, stop: StopToken::new() }
    }

    pub(crate) async fn run(self) -> (Ran, Left) {
        let spec = AgentSpec {
            prompt: "do it".to_owned(),
            item: "PRP-1".to_owned(),
            phase: "2A".to_owned(),
            attempt: 1,
            ..AgentSpec::default()
        };
        let call = AgentCall {
            name: "shell".to_owned(),
            adapter: Box::new(self.shell),
            spec,
            phase: Some(2),
            task: TaskSpec::default(),
            heartbeat: false,
            stop: self.style,
            env_pass: Vec::new(),
            state: Vec::new(),
            expects_changes: false,
            caches: false,
        };
        let (sender, mut receiver) = mpsc::unbounded_channel();
        let begin = Instant::now();
        // A task of its own, as the dispatcher does it: an attempt can be sent to one.
        let task = tokio::spawn(attempt(Box::new(call), self.setup, sender, self.stop));
        let report = task.await.unwrap();
        let took = begin.elapsed();
        let mut facts = Vec::new();
        while let Ok(fact) = receiver.try_recv() {
            facts.push(fact);
        }
        (
            Ran { report, facts, took },
            Left { dir: self.root.join("runs/r1/PRP-1/a1"), root: self.root, _temp: self.temp },
        )
    }
}

/// What an attempt left on disk.
pub(crate) struct Left {
    _temp: tempfile::TempDir,
    pub(crate) root: PathBuf,
    pub(crate) dir: PathBuf,
}

impl Left {
    pub(crate) fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&std::fs::read(self.dir.join(name)).unwrap()).into_owned()
    }
}

impl Ran {
    pub(crate) fn warnings(&self) -> Vec<&str> {
        let warning = |fact| match fact {
            &Fact::Event(AgentEvent::Warning { ref text }) => Some(text.as_str()),
            _ => None,
        };
        self.facts.iter().filter_map(warning).collect()
    }
}

/// A marker that no other test has.
pub(crate) fn marker() -> Marker {
    Marker { run: format!("test-{}", uuid::Uuid::new_v4()), item: "PRP-1".to_owned(), attempt: 1 }
}

/// Waits until a file holds pids, one a line, and returns them.
pub(crate) fn pids(path: &Path, count: usize) -> Vec<i32> {
    for _ in 0..400 {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let pids: Vec<i32> = text.lines().filter_map(|line| line.trim().parse().ok()).collect();
        if pids.len() >= count && text.ends_with('\n') {
            return pids;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("`{}` never held {count} pids", path.display());
}

/// Tells whether a process runs (and is not merely waiting to be waited for).
pub(crate) fn runs(pid: i32) -> bool {
    process::table::process(pid).is_some_and(|process| process.is_alive())
}

pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}
