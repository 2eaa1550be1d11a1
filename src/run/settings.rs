//! What a run must know of the project and its configuration, resolved to absolute paths and typed values.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use crate::config::GuardSettings;
use crate::error::Result;
use crate::host::agent::Timers;
use crate::host::git::plumbing::repo::{GitPolicy, Repo};
use crate::host::process::Sandbox;
use crate::host::process::command_line::going_on;
use crate::model::price::prices::Prices;
use crate::model::read::dialect::Readers;

/// Everything that configuration decides about a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Project root: the top level of the user's checkout, or the directory given where there is no repository.
    pub root: PathBuf,
    /// Folder of PRPs to carry out, relative to the root.
    pub requests: PathBuf,
    /// Folder of executed PRPs, relative to the root.
    pub executed: PathBuf,
    /// Folder in which worktrees are made, absolute.
    pub worktrees: PathBuf,
    /// Readers of formats that the project brings along.
    pub readers: Readers,
    /// Folder of batchprp's own files (`.ce`), absolute.
    pub state: PathBuf,
    pub timers: Timers,
    /// How long a service that is overloaded or out of reach is asked again.
    pub patience: Duration,
    /// Shell command lines of each level.
    pub validate: BTreeMap<u8, Vec<String>>,
    /// Shell command lines for merged trees, in place of all levels.
    pub validate_merge: Vec<String>,
    pub validate_timeout: Duration,
    /// How often a command that fails is tried again on the same files.
    pub validate_retries: u32,
    /// Committed files, folders or globs that validation commands may change.
    pub may_change: Vec<String>,
    /// Names of variables that validation commands get besides the harmless ones; a `*` stands for any text.
    pub validate_env_pass: Vec<String>,
    /// What the guard does before a merge.
    pub guard: GuardSettings,
    /// Gates found in a PRP are run.
    pub gates: bool,
    /// Names of variables that agents may see besides the standard ones; a `*` stands for any text.
    pub env_pass: Vec<String>,
    /// Variables that agents get with these values, and names of those that they never get.
    pub env_set: BTreeMap<String, String>,
    pub env_deny: Vec<String>,
    /// For costs that an agent does not report.
    pub prices: Prices,
    pub git: GitPolicy,
    /// Names and globs of branches on which nothing is landed.
    pub protected: Vec<String>,
    /// Files copied from the checkout into new worktrees.
    pub copy: Vec<String>,
    /// Shell command lines run once in a new worktree.
    pub setup: Vec<String>,
    /// Remotes of the project that workspaces have too.
    pub remotes: Vec<String>,
    /// Longest silence of git while it fills a workspace.
    pub checkout_silence: Duration,
    pub sandbox: Sandbox,
    /// Each start gets a PID namespace, where the system allows it.
    pub namespaces: bool,
    /// Processes and threads that may come besides those that are there at the start; 0 sets no limit.
    pub max_processes: u64,
    /// The command line of this program, for people and for resuming.
    pub argv: Vec<String>,
    /// The run belongs to no terminal: one that is closed does not end it.
    pub detached: bool,
    /// The repository, once something asked for it.
    pub opened: OnceLock<Repo>,
}

impl Settings {
    /// Makes the settings of a run that happens in memory.
    pub(crate) fn in_memory() -> Self {
        Self {
            root: PathBuf::from("/fake"),
            requests: PathBuf::from("PRPs/feature-requests"),
            executed: PathBuf::from("PRPs/executed"),
            worktrees: PathBuf::from("/fake/worktrees"),
            readers: Readers::default(),
            state: PathBuf::from("/fake/.ce"),
            timers: Timers::default(),
            patience: Duration::ZERO,
            validate: BTreeMap::new(),
            validate_merge: Vec::new(),
            validate_timeout: Duration::from_secs(600),
            validate_retries: 0,
            may_change: Vec::new(),
            validate_env_pass: Vec::new(),
            guard: GuardSettings::default(),
            gates: true,
            env_pass: Vec::new(),
            env_set: BTreeMap::new(),
            env_deny: Vec::new(),
            prices: Prices::default(),
            git: GitPolicy::default(),
            protected: Vec::new(),
            copy: Vec::new(),
            setup: Vec::new(),
            remotes: Vec::new(),
            checkout_silence: Duration::ZERO,
            sandbox: Sandbox::default(),
            namespaces: false,
            max_processes: 0,
            argv: vec!["batchprp".to_owned()],
            detached: false,
            opened: OnceLock::new(),
        }
    }

    /// Returns the repository of the project, which is opened once.
    pub fn repo(&self) -> Result<Repo> {
        if let Some(repo) = self.opened.get() {
            return Ok(repo.clone());
        }
        let repo = Repo::open(&self.root, self.git)?;
        Ok(self.opened.get_or_init(|| repo).clone())
    }

    /// Returns the folder of everything that belongs to one run.
    pub fn run_dir(&self, run: &str) -> PathBuf {
        self.runs_dir().join(run)
    }

    /// Returns the folder of all runs.
    pub fn runs_dir(&self) -> PathBuf {
        self.state.join("tmp").join("runs")
    }

    /// Returns the folder of the metrics of finished runs.
    pub fn archive(&self) -> PathBuf {
        self.state.join("completed-batches")
    }

    /// Returns the folder in which every open run has a mark.
    pub fn open_runs_dir(&self) -> PathBuf {
        self.state.join("tmp").join("open")
    }

    /// Returns the folder that says which call of an agent was the latest for each item.
    pub fn calls_dir(&self) -> PathBuf {
        self.state.join("tmp").join("calls")
    }

    /// Returns the folder in which documents are made before they get their name.
    pub fn staging(&self) -> PathBuf {
        self.state.join("tmp").join("new")
    }

    /// Returns the command line that goes on where this run stopped.
    pub fn resume_command(&self) -> String {
        going_on(&self.argv)
    }

    /// Returns such a command line without some words of this one.
    pub fn command_without(&self, left_out: &[&str]) -> String {
        let words = self.argv.iter().filter(|word| !left_out.contains(&word.as_str()));
        going_on(&words.cloned().collect::<Vec<_>>())
    }
}
