//! The one place that starts git: by argument vector, without terminal, pager, editor or hooks, and bounded in time.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::child::{self, Patience};
use super::intent::Intent;
use super::locks;
use crate::error::{Error, ExitCode, Result};
use crate::host::failpoint;

/// Longest run of one git command.
const LIMIT: Duration = Duration::from_secs(120);
/// How long a lock of somebody else is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Variables that would make git look elsewhere than where it is told to.
const FOREIGN: [&str; 20] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_CONFIG",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_QUARANTINE_PATH",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_ATTR_SOURCE",
    "GIT_IMPLICIT_WORK_TREE",
];

/// Gemini CLI hides the configuration of its user from what its shell tool starts; ours is to commit as that user.
const HIDING: [&str; 3] = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"];

/// What we commit and point at survives a power failure; one flush for all objects of a command.
pub(crate) const DURABLE: &str = "core.fsync=objects,reference";

/// Settings of every call, whatever the user's configuration says.
const SETTINGS: [&str; 18] = [
    "core.fsmonitor=false",
    DURABLE,
    "core.fsyncMethod=batch",
    "core.quotePath=false",
    "core.filesRefLockTimeout=1000",
    "core.packedRefsTimeout=2000",
    "protocol.ext.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "color.ui=false",
    "log.showSignature=false",
    "merge.autoStash=false",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    "advice.detachedHead=false",
    "advice.addEmbeddedRepo=false",
    "core.safecrlf=false",
];

/// Whether our own commits and merges run the user's hooks and are signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GitPolicy {
    pub hooks: bool,
    pub sign: bool,
}

/// Commands that write objects or an index of our own, and therefore need no intent.
const WRITES: [&str; 7] =
    ["commit-tree", "hash-object", "merge-tree", "mktree", "read-tree", "update-index", "write-tree"];

/// One git command.
#[derive(Clone, Debug)]
pub(crate) struct Git {
    cwd: PathBuf,
    /// Where intents are written; `None` for commands that change nothing.
    common_dir: Option<PathBuf>,
    args: Vec<OsString>,
    /// Index of the subcommand in `args`.
    verb: usize,
    env: Vec<(OsString, OsString)>,
    identity: Option<Identity>,
    input: Option<Input>,
    limit: Duration,
    /// The limit counts from the last sign of life, not from the start.
    silence: bool,
    max_bytes: usize,
}

/// What a command reads.
#[derive(Clone, Debug)]
enum Input {
    Bytes(Vec<u8>),
    File(PathBuf),
}

/// Finds out the variables that name who commits, when a command needs them.
#[derive(Clone)]
struct Identity(Arc<dyn Fn() -> Vec<(&'static str, &'static str)> + Send + Sync>);

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity")
    }
}

/// What a git command said.
#[derive(Debug)]
pub(crate) struct Output {
    /// Exit code; -1 when a signal ended it.
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    /// More was printed than was asked for.
    pub(crate) truncated: bool,
}

impl Output {
    /// Returns the output without its last line end.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).trim_end_matches('\n').to_owned()
    }
}

impl Git {
    /// Prepares a command in a directory.
    pub(crate) fn new(cwd: &Path, policy: GitPolicy) -> Self {
        let mut args: Vec<OsString> =
            vec!["--no-pager".into(), "--no-optional-locks".into(), "--no-replace-objects".into()];
        let mut set = |setting: &str| args.extend(["-c".into(), setting.into()]);
        for setting in SETTINGS {
            set(setting);
        }
        if !policy.hooks {
            set("core.hooksPath=/dev/null");
        }
        if !policy.sign {
            set("commit.gpgSign=false");
            set("tag.gpgSign=false");
        }
        let verb = args.len();
        Self {
            cwd: cwd.to_owned(),
            common_dir: None,
            args,
            verb,
            env: Vec::new(),
            identity: None,
            input: None,
            limit: LIMIT,
            silence: false,
            max_bytes: usize::MAX,
        }
    }

    /// Names the repository and its working tree instead of letting git look for them.
    pub(crate) fn within(mut self, git_dir: &Path, work_tree: &Path) -> Self {
        let mut option = |name: &str, path: &Path| {
            let mut text = OsString::from(name);
            text.push(path);
            self.args.push(text);
        };
        option("--git-dir=", git_dir);
        option("--work-tree=", work_tree);
        self.verb = self.args.len();
        self
    }

    /// Sets a value of the configuration for this command; before any argument.
    pub(crate) fn set(mut self, setting: impl AsRef<OsStr>) -> Self {
        self.args.extend(["-c".into(), setting.as_ref().to_owned()]);
        self.verb = self.args.len();
        self
    }

    /// Adds arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.env.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Says how to find out who commits, for the commands that need it.
    pub(crate) fn identity(
        mut self,
        variables: impl Fn() -> Vec<(&'static str, &'static str)> + Send + Sync + 'static,
    ) -> Self {
        self.identity = Some(Identity(Arc::new(variables)));
        self
    }

    /// Gives the command a standard input.
    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(Input::Bytes(input.into()));
        self
    }

    /// Lets the command read a file as its standard input.
    pub(crate) fn input_file(mut self, file: &Path) -> Self {
        self.input = Some(Input::File(file.to_owned()));
        self
    }

    /// Lets the command run as long as it likes, if only it prints something at least this often.
    pub(crate) fn silence(mut self, limit: Duration) -> Self {
        (self.limit, self.silence) = (limit, true);
        self
    }

    /// Stops reading the output after so many bytes.
    pub(crate) fn max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// Marks a command that changes the repository: an intent is recorded while it runs, and locks of others are waited
    /// for.
    pub(crate) fn changes(mut self, common_dir: &Path) -> Self {
        self.common_dir = Some(common_dir.to_owned());
        self
    }

    /// Runs the command to its end, whatever its exit code is.
    pub(crate) fn run(self) -> Result<Output> {
        match self.fail_point() {
            Some(name) => failpoint::around(&name, || self.attempts()),
            None => self.start(),
        }
    }

    /// Runs a command that writes, again when a lock of somebody else was in its way.
    fn attempts(&self) -> Result<Output> {
        let Some(common_dir) = &self.common_dir else { return self.start() };
        let deadline = Instant::now() + LOCK_WAIT;
        let intent = Intent::record(common_dir, &self.name())?;
        let result = loop {
            let output = self.start()?;
            if output.code == 0 || !locks::wait(common_dir, &output.stderr, deadline) {
                break output;
            }
        };
        intent.done();
        Ok(result)
    }

    /// Runs the command and refuses every exit code but 0.
    pub(crate) fn ok(self) -> Result<Output> {
        let name = self.name();
        let output = self.run()?;
        if output.code == 0 { Ok(output) } else { Err(failure(&name, &output)) }
    }

    /// Runs the command and returns its output as one text.
    pub(crate) fn text(self) -> Result<String> {
        self.ok().map(|output| output.text())
    }

    /// Runs the command and returns its NUL-separated output.
    pub(crate) fn list(self) -> Result<Vec<String>> {
        self.ok().map(|output| split(&output.stdout))
    }

    /// Names the fail point of a command that writes by what it is about to do; `None` for one that reads.
    fn fail_point(&self) -> Option<String> {
        if !self.writes() {
            return None;
        }
        let mut words = self.args[self.verb..].iter().map(|word| word.to_string_lossy());
        let verb = words.next()?;
        let reason = words.skip_while(|word| word != "-m").nth(1).unwrap_or_default();
        let plain = |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase());
        let reason = reason.trim_start_matches("batchprp: ").split(' ').filter(plain).collect::<Vec<_>>().join("-");
        Some(if reason.is_empty() { format!("git.{verb}") } else { format!("git.{verb}.{reason}") })
    }

    /// Tells whether the command changes the repository or writes objects.
    fn writes(&self) -> bool {
        let verb = self.args.get(self.verb).map(|verb| verb.to_string_lossy());
        self.common_dir.is_some() || verb.is_some_and(|verb| WRITES.contains(&&*verb))
    }

    fn name(&self) -> String {
        let words = self.args[self.verb..].iter().take(2).map(|word| word.to_string_lossy());
        words.filter(|word| !word.starts_with('-')).collect::<Vec<_>>().join(" ")
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.args(&self.args).current_dir(&self.cwd);
        for name in FOREIGN {
            command.env_remove(name);
        }
        if std::env::var_os("GEMINI_CLI").is_some() {
            for name in HIDING {
                command.env_remove(name);
            }
        }
        command
            .envs([
                ("LC_ALL", "C"),
                ("GIT_TERMINAL_PROMPT", "0"),
                ("GIT_EDITOR", "true"),
                ("GIT_SEQUENCE_EDITOR", "true"),
            ])
            .envs([
                ("GIT_ASKPASS", "true"),
                ("SSH_ASKPASS", "true"),
                ("GIT_MERGE_AUTOEDIT", "no"),
                ("GIT_PAGER", "cat"),
            ])
            .envs(self.writes().then_some(&self.identity).into_iter().flatten().flat_map(|identity| identity.0()))
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0);
        command
    }

    fn start(&self) -> Result<Output> {
        let mut command = self.command();
        let mut bytes = None;
        match &self.input {
            Some(Input::Bytes(input)) => bytes = Some(input.as_slice()),
            Some(Input::File(file)) => {
                let opened = File::open(file);
                let failed = |e| Error::new(ExitCode::GitRefuses, format!("cannot read `{}`: {e}", file.display()));
                command.stdin(opened.map_err(failed)?);
            }
            None => {}
        }
        let patience = if self.silence { Patience::silence(self.limit) } else { Patience::total(self.limit) };
        let mut child = command.spawn().map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound if self.cwd.is_dir() => {
                Error::new(ExitCode::Config, "the git program is missing")
                    .help("install git 2.38 or later and put it on `PATH`")
            }
            _ => Error::new(ExitCode::GitRefuses, format!("cannot start git in `{}`: {e}", self.cwd.display())),
        })?;
        let Some(heard) = child::hear(&mut child, bytes, self.max_bytes, patience) else {
            kill(&mut child);
            return Err(self.overdue());
        };
        Ok(Output {
            code: heard.status.code().unwrap_or(-1),
            stdout: heard.stdout,
            stderr: String::from_utf8_lossy(&heard.stderr).trim().to_owned(),
            truncated: heard.truncated,
        })
    }

    fn overdue(&self) -> Error {
        let (name, seconds) = (self.name(), self.limit.as_secs());
        let message = if self.silence {
            format!("`git {name}` said nothing for {seconds} s and was killed")
        } else {
            format!("`git {name}` did not end within {seconds} s and was killed")
        };
        Error::new(ExitCode::GitRefuses, message)
            .help("a hook, filter, merge driver or credential prompt may be waiting; run the command by hand to see it")
    }
}

/// Splits NUL-separated output.
pub(crate) fn split(bytes: &[u8]) -> Vec<String> {
    let parts = bytes.split(|byte| *byte == 0).filter(|part| !part.is_empty());
    parts.map(|part| String::from_utf8_lossy(part).into_owned()).collect()
}

/// Makes the error of a git command that failed.
pub(crate) fn failure(name: &str, output: &Output) -> Error {
    let reason = output.stderr.lines().filter(|line| !line.starts_with("hint:")).take(6).collect::<Vec<_>>().join("; ");
    let reason = if reason.is_empty() { format!("exit code {}", output.code) } else { reason };
    if output.stderr.contains("Permission denied") {
        return Error::new(ExitCode::Config, format!("`git {name}` failed: {reason}"))
            .help("you may not write there: give yourself the right to (`chown`, `chmod`), and run the command again");
    }
    let error = Error::new(ExitCode::GitRefuses, format!("`git {name}` failed: {reason}"));
    match locks::named(&output.stderr) {
        Some(lock) => error.help(format!(
            "another git process holds `{0}`, or one was killed and left it; when none is running, remove it: `rm {0}`",
            lock.display()
        )),
        None if output.stderr.contains("No space left") => error.help("free disk space and run the command again"),
        None => error,
    }
}

fn kill(child: &mut Child) {
    if let Ok(group) = i32::try_from(child.id()) {
        nix::sys::signal::killpg(nix::unistd::Pid::from_raw(group), nix::sys::signal::Signal::SIGKILL).ok();
    }
    drop(child.kill());
    drop(child.wait());
}
