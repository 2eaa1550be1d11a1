//! A repository, mostly with three PRPs of two phases, a home of its own, and the environment that leads an agent to our server.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::model_server::ModelServer;

/// Keys that must turn up nowhere.
pub const KEYS: [(&str, &str); 3] = [
    ("ANTHROPIC_API_KEY", "sk-ant-planted-6f1e0c5b9d2a4873"),
    ("OPENAI_API_KEY", "sk-planted-openai-83b1c7d2e9f04a56"),
    ("GEMINI_API_KEY", "AIzaPlanted2c94d7be1f60a835AIzaPlanted0"),
];

pub struct Project {
    temp: TempDir,
    server: ModelServer,
    agent: String,
}

pub struct Ran {
    pub code: Option<i32>,
    pub output: String,
}

/// Returns where an agent is installed, or says that it is skipped.
pub fn installed(agent: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Some speak two languages.
    let program = agent.strip_suffix("-acp").unwrap_or(agent);
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    if !found {
        eprintln!("skipped: `{agent}` is not on the search path");
    }
    found
}

impl Project {
    /// Makes a project with batch 7; `fault` is put into the script of the first phase of the first PRP.
    pub fn new(agent: &str, fault: &str) -> Self {
        let project = Self::bare(agent, ModelServer::start().expect("a server"));
        project.write(".ce/batchprp.toml", &format!("[agent]\nname = \"{agent}\"\n\n[run]\njobs = 3\n"));
        project.batch(7, fault);
        project
    }

    /// Makes an empty folder for a project, and a home.
    pub fn bare(agent: &str, server: ModelServer) -> Self {
        // Not below the system's temporary folder: Codex refuses to set up its sandbox there.
        let temp = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let project = Self { temp, server, agent: agent.to_owned() };
        fs::create_dir(project.path("home")).expect("a folder");
        fs::create_dir(project.path("repo")).expect("a folder");
        project
    }

    /// Writes the three PRPs of a batch and commits everything.
    pub fn batch(&self, batch: u32, fault: &str) {
        for number in 1..=3 {
            let id = format!("PRP-{batch}.1.{number}");
            let dependencies = if number == 3 { format!("PRP-{batch}.1.1") } else { String::new() };
            let fault = if number == 1 { fault } else { "" };
            self.write(&format!("PRPs/feature-requests/{id}-work.md"), &prp(&id, &dependencies, fault));
        }
        self.start();
    }

    /// Makes the folder a repository with one commit.
    pub fn start(&self) {
        self.git(&["init", "-q", "-b", "main"]);
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "Start"]);
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.temp.path().join(path)
    }

    pub fn server(&self) -> &ModelServer {
        &self.server
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path("repo").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a written file");
    }

    pub fn configure(&self, lines: &str) {
        let path = self.path("repo/.ce/batchprp.toml");
        let text = fs::read_to_string(&path).expect("the configuration");
        fs::write(path, format!("{text}{lines}\n")).expect("a written file");
    }

    /// Leads a command to our home and our server.
    pub fn environment(&self, command: &mut Command) {
        let url = self.server.url();
        command.env_clear().current_dir(self.path("repo")).env("HOME", self.path("home")).stdin(Stdio::null());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).env("LANG", "C.UTF-8");
        command.env("ANTHROPIC_BASE_URL", &url).env("OPENAI_BASE_URL", format!("{url}/v1"));
        command.env("GOOGLE_GEMINI_BASE_URL", &url).envs(KEYS).env("GIT_CONFIG_NOSYSTEM", "1");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Tester").env(format!("GIT_{role}_EMAIL"), "tester@example.org");
        }
    }

    /// Returns the program with arguments, ready to start.
    pub fn batchprp(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchprp"));
        self.environment(&mut command);
        command.args(arguments);
        command
    }

    /// Returns the execution of batch 7, ready to start.
    pub fn execution(&self) -> Command {
        let model = if self.agent.starts_with("opencode") { "openai/test-model" } else { "test-model" };
        self.batchprp(&["exe", "--batch", "7", "--model", model])
    }

    /// Executes the batch to its end.
    pub fn execute(&self) -> Ran {
        ended(&mut self.execution())
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        self.environment(&mut command);
        let output = command.args(arguments).output().expect("git starts");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Returns the subjects of the checkpoints of an item of batch 7, oldest first.
    pub fn checkpoints(&self, number: u32) -> Vec<String> {
        self.checkpoints_of(7, number)
    }

    /// Returns the subjects of the checkpoints of an item, oldest first.
    pub fn checkpoints_of(&self, batch: u32, number: u32) -> Vec<String> {
        let range = format!("main..prp-{batch}-1-{number}");
        let log = self.git(&["log", "--reverse", "--format=%s", &range]);
        let own = format!("PRP-{batch}.1.{number}: Phase ");
        log.lines().filter(|line| line.starts_with(&own)).map(str::to_owned).collect()
    }

    /// Returns every file that batchprp wrote about its runs, with its path.
    pub fn papers(&self) -> Vec<(PathBuf, String)> {
        let files = walkdir::WalkDir::new(self.path("repo/.ce")).sort_by_file_name().into_iter().flatten();
        let files = files.filter(|entry| entry.file_type().is_file());
        files
            .map(|entry| {
                let text = fs::read(entry.path()).unwrap_or_default();
                (entry.path().to_owned(), String::from_utf8_lossy(&text).into_owned())
            })
            .collect()
    }

    /// Returns the events of all runs.
    pub fn events(&self) -> Vec<serde_json::Value> {
        let papers = self.papers();
        let journals = papers.iter().filter(|(path, _)| path.ends_with("events.jsonl"));
        journals.flat_map(|(_, text)| text.lines().filter_map(|line| serde_json::from_str(line).ok())).collect()
    }

    /// Returns the processes that carry the marker of a run and our home: id and command line.
    pub fn processes(&self) -> Vec<(u32, String)> {
        let home = self.path("home").to_string_lossy().into_owned();
        let pids = fs::read_dir("/proc").expect("proc").flatten().filter_map(|e| e.file_name().to_str()?.parse().ok());
        pids.filter(|pid: &u32| {
            let environ = read(&Path::new("/proc").join(pid.to_string()).join("environ"));
            environ.contains("BATCHPRP_RUN=") && environ.contains(&home)
        })
        .map(|pid| (pid, read(&Path::new("/proc").join(pid.to_string()).join("cmdline")).replace('\0', " ")))
        .collect()
    }
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
}

/// Runs a command to its end.
pub fn ended(command: &mut Command) -> Ran {
    let output = command.output().expect("it starts");
    let text = [output.stdout, output.stderr].concat();
    Ran { code: output.status.code(), output: String::from_utf8_lossy(&text).into_owned() }
}

/// Two phases, each with a script for the model; the second one is carried out by the shell.
fn prp(id: &str, dependencies: &str, fault: &str) -> String {
    let first = format!(
        r#"@model {{"steps":[{{"write":["out/{id}.txt","one\n"]}}],"say":"Part 1 is done.","usage":{{"input":1000,"cache_read":400,"output":50}}{fault}}}"#
    );
    let second = format!(
        r#"@model {{"steps":[{{"bash":"mkdir -p out && echo two > out/{id}-2.txt"}}],"say":"Part 2 is done.","usage":{{"input":2000,"cache_read":800,"output":70}}}}"#
    );
    let mut text = format!(
        "---\nprp_id: {id}\ntitle: Work of {id}\nstatus: planning\ncomplexity: low\nestimated_hours: 1\n\
         dependencies: [{dependencies}]\nfiles_modified: [out/{id}.txt, out/{id}-2.txt]\n---\n\n# {id}: Work of {id}\n\n\
         ## Problem\n\nNothing is there.\n\n## Solution\n\nMake it.\n\n## Implementation\n"
    );
    for (phase, script) in [(1, first), (2, second)] {
        write!(text, "\n### Phase {phase}: Part {phase} (10 minutes)\n\nDo part {phase}.\n\n{script}\n").expect("text");
    }
    text + "\n## Validation\n\n### L1 Structure\n\n```bash\ntest -d out\n```\n\n## Acceptance Criteria\n\n- [ ] it is there\n"
}
