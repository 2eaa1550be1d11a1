//! The repository of the user: opened with precise refusals, and where it is.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::configuration::{self, ConfigEntry};
use super::identity::Identity;
use super::memory::Memory;
pub use super::run::GitPolicy;
use super::run::{Git, failure};
use super::store::Store;
use crate::error::{Error, ExitCode, Result};

/// Oldest git that can merge without a working tree.
pub const OLDEST: (u32, u32) = (2, 38);
/// First version of git that merges from a given base without a working tree.
pub(crate) const MERGES_FROM_A_BASE: (u32, u32) = (2, 40);

/// A repository that batchprp can work with. Cheap to clone: all clones share what is open.
#[derive(Clone, Debug)]
pub struct Repo {
    shared: Arc<Shared>,
    policy: GitPolicy,
    /// Further folders of objects, as git takes them from the environment.
    borrowed: Option<OsString>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
    object_format: String,
    version: (u32, u32),
    store: Store,
    /// Asked for when something is written for the first time, and then kept: what an agent does to the configuration
    /// meanwhile has no say in how we commit, or in what later workspaces are given.
    configuration: OnceLock<Vec<ConfigEntry>>,
    identity: OnceLock<Identity>,
    /// What was found in history.
    memory: Mutex<Option<Memory>>,
    /// Repositories beside this one that are read in process, by their folders.
    beside: Mutex<BTreeMap<PathBuf, Arc<Store>>>,
}

impl Repo {
    /// Opens the repository that holds a directory, or says exactly why it cannot be used.
    pub fn open(dir: &Path, policy: GitPolicy) -> Result<Self> {
        let dir = fs::canonicalize(dir).map_err(|e| refuse(format!("cannot open `{}`: {e}", dir.display())))?;
        let version = version(&dir, policy)?;
        let query = ["rev-parse", "--path-format=absolute", "--is-bare-repository", "--is-inside-work-tree"];
        // The top level comes last: without a working tree git fails there, after it has said the rest.
        let more = ["--git-common-dir", "--git-dir", "--show-object-format", "--show-toplevel"];
        let output = Git::new(&dir, policy).args(query).args(more).run()?;
        let text = output.text();
        let lines = text.lines().collect::<Vec<_>>();
        if let [bare, inside, ..] = lines[..]
            && (bare == "true" || inside != "true")
        {
            let what = if bare == "true" { "is a bare repository" } else { "is inside the git directory" };
            return Err(refuse(format!("`{}` {what}, without files to work on", dir.display()))
                .help("run batchprp in a checkout: `git worktree add ../checkout` makes one"));
        }
        if output.code != 0 {
            return Err(no_repository(&dir, &output));
        }
        let [_, _, common_dir, git_dir, object_format, root] = lines[..] else {
            return Err(Error::new(
                ExitCode::Internal,
                format!("git described its repository in an unknown way: {text}"),
            ));
        };
        let shared = Shared {
            root: root.into(),
            git_dir: git_dir.into(),
            common_dir: common_dir.into(),
            object_format: object_format.to_owned(),
            version,
            store: Store::open(Path::new(git_dir), Path::new(common_dir)),
            configuration: OnceLock::new(),
            identity: OnceLock::new(),
            memory: Mutex::default(),
            beside: Mutex::default(),
        };
        let repo = Self { shared: Arc::new(shared), policy, borrowed: None };
        if repo.commit("HEAD")?.is_none() {
            return Err(refuse("the repository has no commit yet").help("make a first one: `git add . && git commit`"));
        }
        Ok(repo)
    }

    /// Makes a repository that is not there, for worlds in memory, where nobody asks it anything.
    pub(crate) fn in_memory(root: &Path) -> Self {
        let git_dir = root.join(".git");
        let shared = Shared {
            root: root.to_owned(),
            common_dir: git_dir.clone(),
            store: Store::unreadable(&git_dir),
            git_dir,
            object_format: "sha1".to_owned(),
            version: OLDEST,
            configuration: OnceLock::new(),
            identity: OnceLock::new(),
            memory: Mutex::default(),
            beside: Mutex::default(),
        };
        Self { shared: Arc::new(shared), policy: GitPolicy::default(), borrowed: None }
    }

    /// Returns the top directory of the user's checkout.
    pub fn root(&self) -> &Path {
        &self.shared.root
    }

    /// Returns the git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.shared.common_dir
    }

    /// Returns the git directory of the user's checkout.
    pub fn git_dir(&self) -> &Path {
        &self.shared.git_dir
    }

    /// Returns `sha1` or `sha256`.
    pub fn object_format(&self) -> &str {
        &self.shared.object_format
    }

    /// Returns how our own commits are made.
    pub fn policy(&self) -> GitPolicy {
        self.policy
    }

    /// Returns the variables that give a commit an author where the user's identity is missing; empty otherwise.
    pub fn identity(&self) -> Vec<(&'static str, &'static str)> {
        self.who_commits().variables()
    }

    /// Returns what is configured for the repository.
    pub(crate) fn configuration(&self) -> Result<&[ConfigEntry]> {
        let known = &self.shared.configuration;
        if let Some(entries) = known.get() {
            return Ok(entries);
        }
        let entries = configuration::list(self.git())?;
        Ok(known.get_or_init(|| entries))
    }

    /// Returns who makes our commits.
    pub(crate) fn who_commits(&self) -> &Identity {
        // A configuration that cannot be read is left to the commands that meet it.
        self.shared.identity.get_or_init(|| self.configuration().map(Identity::of).unwrap_or_default())
    }

    /// Tells whether our own objects may be written without the git program, as durable as it would make them.
    pub(crate) fn writes_objects(&self) -> bool {
        self.store().is_readable() && self.who_commits().writes_objects()
    }

    /// Returns what was found in history the last time.
    pub(crate) fn remembered(&self) -> Option<Memory> {
        self.shared.memory.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps what was found in history.
    pub(crate) fn remember(&self, memory: Memory) {
        *self.shared.memory.lock().unwrap_or_else(PoisonError::into_inner) = Some(memory);
    }

    /// Returns what is read in process.
    pub(crate) fn store(&self) -> &Store {
        &self.shared.store
    }

    /// Returns a repository beside this one, opened once.
    pub(crate) fn beside(&self, folder: &Path) -> Arc<Store> {
        let mut beside = self.shared.beside.lock().unwrap_or_else(PoisonError::into_inner);
        beside.entry(folder.to_owned()).or_insert_with(|| Arc::new(Store::open(folder, folder))).clone()
    }

    /// Closes a repository beside this one, whose folder goes.
    pub(crate) fn leave(&self, folder: &Path) {
        self.shared.beside.lock().unwrap_or_else(PoisonError::into_inner).remove(folder);
    }

    /// Enters patterns into the exclude file of the repository, which no commit sees. Does nothing when they are there.
    pub fn exclude(&self, patterns: &[&str]) -> Result<()> {
        let path = self.common_dir().join("info").join("exclude");
        let failed = |e: std::io::Error| refuse(format!("cannot write `{}`: {e}", path.display()));
        let mut text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(e) => return Err(failed(e)),
        };
        let missing = patterns.iter().filter(|pattern| !text.lines().any(|line| line == **pattern));
        let missing: Vec<_> = missing.copied().collect();
        if missing.is_empty() {
            return Ok(());
        }
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        for pattern in missing {
            text.extend([pattern, "\n"]);
        }
        let write = || {
            fs::create_dir_all(self.common_dir().join("info"))?;
            let mut file = atomic_write_file::AtomicWriteFile::open(&path)?;
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.commit()
        };
        crate::host::failpoint::around("exclude.write", write).map_err(failed)
    }

    /// Prepares a git command on the user's checkout.
    pub(crate) fn git(&self) -> Git {
        self.git_in(self.git_dir(), self.root())
    }

    /// Prepares a git command on another working tree of the repository, without trusting its `.git` file.
    pub(crate) fn git_in(&self, git_dir: &Path, work_tree: &Path) -> Git {
        let cwd = if work_tree.is_dir() { work_tree } else { self.root() };
        let repo = self.clone();
        let git = Git::new(cwd, self.policy).within(git_dir, work_tree).identity(move || repo.identity());
        match &self.borrowed {
            Some(folders) => git.env("GIT_ALTERNATE_OBJECT_DIRECTORIES", folders),
            None => git,
        }
    }

    /// Returns the same repository, in which git finds the objects of further folders as well.
    pub(crate) fn borrowing(&self, folders: OsString) -> Self {
        Self { borrowed: Some(folders), ..self.clone() }
    }

    /// Returns the same repository with hooks off, for steps where a hook could only do harm.
    pub(crate) fn unhooked(&self) -> Self {
        Self { policy: GitPolicy { hooks: false, ..self.policy }, ..self.clone() }
    }

    /// Returns the same repository with the user's hooks on, for what is done to branches of the user.
    pub(crate) fn with_hooks(&self) -> Self {
        Self { policy: GitPolicy { hooks: true, ..self.policy }, ..self.clone() }
    }

    /// Tells whether the git program is at least of a version.
    pub(crate) fn has(&self, version: (u32, u32)) -> bool {
        self.shared.version >= version
    }

    /// Returns a path below the root as git names it.
    pub(crate) fn relative(&self, path: &Path) -> Result<String> {
        let outside = || refuse(format!("`{}` is outside of the repository", path.display()));
        let below = if path.is_absolute() { path.strip_prefix(self.root()).map_err(|_| outside())? } else { path };
        let mut parts = Vec::new();
        for part in below.components() {
            match part {
                Component::Normal(name) => parts.push(name.to_str().ok_or_else(outside)?),
                Component::CurDir => {}
                Component::ParentDir | Component::RootDir | Component::Prefix(_) => return Err(outside()),
            }
        }
        if parts.is_empty() { Err(outside()) } else { Ok(parts.join("/")) }
    }
}

/// Makes the error of a repository that does not allow something.
pub(crate) fn refuse(message: impl Into<String>) -> Error {
    Error::new(ExitCode::GitRefuses, message)
}

fn version(dir: &Path, policy: GitPolicy) -> Result<(u32, u32)> {
    let text = Git::new(dir, policy).args(["version"]).text()?;
    let mut numbers = text.split(' ').nth(2).unwrap_or_default().split('.').map_while(|part| part.parse().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version < OLDEST {
        let message = format!("{text} is too old: batchprp needs git {}.{} or later", OLDEST.0, OLDEST.1);
        return Err(Error::new(ExitCode::Config, message)
            .help("install a newer git; it merges without touching a working tree only since then"));
    }
    Ok(version)
}

fn no_repository(dir: &Path, output: &super::run::Output) -> Error {
    let stderr = &output.stderr;
    if stderr.contains("dubious ownership") {
        let directory = stderr.split('\'').nth(1).map_or_else(|| dir.display().to_string(), str::to_owned);
        return refuse(format!("`{directory}` belongs to another user, so git does not trust it"))
            .help(format!("if you trust it: `git config --global --add safe.directory '{directory}'`"));
    }
    if stderr.contains("not a git repository") {
        return refuse(format!("`{}` is not in a git repository", dir.display()))
            .help("change into your project, or make one: `git init && git add . && git commit`");
    }
    failure("rev-parse", output)
}
