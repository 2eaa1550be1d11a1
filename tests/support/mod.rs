//! What the tests that drive the real binary share: a temp dir, a clean environment, git, and the output of a run.
#![allow(dead_code, unreachable_pub, clippy::panic, reason = "every test binary uses a part of it, and tests panic")]

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Programs of agents that batchprp looks for by itself.
const AGENTS: [&str; 5] = ["claude", "codex", "gemini", "opencode", "qwen"];

/// What one run of the program came to.
#[derive(Debug)]
pub struct Output {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Fails with the whole output unless the exit code is the wanted one.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless standard output holds the text.
    #[track_caller]
    pub fn expect_stdout(self, text: &str) -> Self {
        assert!(self.stdout.contains(text), "no {text:?} in\n--- stdout\n{}\n--- stderr\n{}", self.stdout, self.stderr);
        self
    }

    /// Fails unless standard error holds the text.
    #[track_caller]
    pub fn expect_stderr(self, text: &str) -> Self {
        assert!(self.stderr.contains(text), "no {text:?} in\n--- stderr\n{}\n--- stdout\n{}", self.stderr, self.stdout);
        self
    }

    /// Reads standard output as one JSON value.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e} in {}", self.stdout))
    }
}

/// One test: a project folder of its own below a temp dir of its own, removed at the end.
pub struct Test {
    temp: tempfile::TempDir,
    env: Vec<(String, String)>,
}

impl Test {
    /// Makes an empty project folder without git.
    pub fn new() -> Self {
        let temp = tempfile::Builder::new().prefix("batchprp-").tempdir().expect("a temp dir");
        let test = Self { temp, env: Vec::new() };
        fs::create_dir_all(test.root()).expect("a project folder");
        fs::create_dir_all(test.home()).expect("a home folder");
        test
    }

    /// Makes a project that is a git repository with one commit on `main`.
    pub fn with_git() -> Self {
        let test = Self::new();
        test.git(["init", "-q", "-b", "main"]);
        test.git(["config", "user.name", "Test"]);
        test.git(["config", "user.email", "test@example.com"]);
        test.write("README.md", "# Project\n");
        test.commit("start");
        test
    }

    /// Sets a variable for every later run of the program.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.env.push((name.to_owned(), value.into()));
        self
    }

    /// Returns the project folder.
    pub fn root(&self) -> PathBuf {
        self.temp.path().join("project")
    }

    /// Returns the home folder that the program sees.
    pub fn home(&self) -> PathBuf {
        self.temp.path().join("home")
    }

    /// Returns a path below the project folder.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root().join(path)
    }

    /// Writes a file below the project folder, with the folders that it needs.
    pub fn write(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a written file");
    }

    /// Reads a file below the project folder.
    #[track_caller]
    pub fn read(&self, path: impl AsRef<Path>) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Tells whether something is there.
    pub fn exists(&self, path: impl AsRef<Path>) -> bool {
        self.path(path).exists()
    }

    /// Runs git in the project folder, fails when git fails, and returns its trimmed output.
    #[track_caller]
    pub fn git<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> String {
        let mut command = Command::new("git");
        command.args(args).current_dir(self.root()).stdin(Stdio::null());
        self.clean(&mut command);
        let output = command.output().expect("git");
        assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Commits everything and returns the commit.
    #[track_caller]
    pub fn commit(&self, message: &str) -> String {
        self.git(["add", "-A"]);
        self.git(["commit", "-q", "--allow-empty", "-m", message]);
        self.git(["rev-parse", "HEAD"])
    }

    /// Returns the program, ready to start in the project folder with a clean environment.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchprp"));
        command.args(args).current_dir(self.root()).stdin(Stdio::null());
        self.clean(&mut command);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program to its end.
    pub fn run<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Output {
        finished(&mut self.command(args))
    }

    /// Types a line in a shell that finds the program, and none of the agents that this machine may have.
    pub fn shell(&self, line: &str) -> Output {
        let mut command = Command::new("sh");
        command.args(["-c", line]).current_dir(self.root()).stdin(Stdio::null());
        self.clean(&mut command);
        let program = Path::new(env!("CARGO_BIN_EXE_batchprp")).parent().expect("a folder").to_owned();
        let has_agent = |folder: &PathBuf| AGENTS.iter().any(|agent| folder.join(agent).exists());
        let path = std::env::var_os("PATH").unwrap_or_default();
        let others = std::env::split_paths(&path).filter(|folder| !has_agent(folder));
        command.env("PATH", std::env::join_paths(std::iter::once(program).chain(others)).expect("a path"));
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        finished(&mut command)
    }

    /// Runs the program to its end with text on standard input.
    pub fn run_with_input<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>, input: &str) -> Output {
        let mut command = self.command(args);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        // The program may end before it has read everything.
        drop(stdin.write_all(input.as_bytes()));
        drop(stdin);
        output(&child.wait_with_output().expect("an end"))
    }

    fn clean(&self, command: &mut Command) {
        command.env_clear();
        for name in ["PATH", "TMPDIR", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE", "BATCHPRP_COVERAGE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if let Some(language) = std::env::var("LC_ALL").ok().filter(|name| name.ends_with(".UTF-8")) {
            command.env("LC_ALL", language);
        }
        command
            .env("HOME", self.home())
            .env("XDG_CONFIG_HOME", self.home().join(".config"))
            .env("LANG", "C.UTF-8")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0");
        // What lies above the folder of the test is not part of it.
        if let Some(above) = self.temp.path().parent() {
            command.env("GIT_CEILING_DIRECTORIES", above);
        }
    }
}

impl Default for Test {
    fn default() -> Self {
        Self::new()
    }
}

/// Runs a command to its end.
pub fn finished(command: &mut Command) -> Output {
    output(&command.output().expect("the program starts"))
}

fn output(output: &std::process::Output) -> Output {
    use std::os::unix::process::ExitStatusExt;
    let signal = output.status.signal().map(|signal| 128 + signal);
    Output {
        code: output.status.code().or(signal).unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
