//! The repository of the user: opened with precise refusals, asked about commits, files and uncommitted work.

use std::fs;
use std::path::{Component, Path, PathBuf};

pub use super::run::Policy;
use super::run::{Git, failure};
use crate::error::{Error, ExitCode, Result};

/// Oldest git that can merge without a working tree.
const OLDEST: (u32, u32) = (2, 38);
/// Who commits when the user has not told git who they are.
const FALLBACK: (&str, &str) = ("batchprp", "batchprp@localhost");

/// A repository that batchprp can work with. Cheap to clone; holds paths, not handles.
#[derive(Clone, Debug)]
pub struct Repo {
    root: PathBuf,
    git_dir: PathBuf,
    common_dir: PathBuf,
    object_format: String,
    version: (u32, u32),
    policy: Policy,
    /// The user's identity is missing.
    anonymous: bool,
}

impl Repo {
    /// Opens the repository that holds a directory, or says exactly why it cannot be used.
    pub fn open(dir: &Path, policy: Policy) -> Result<Self> {
        let dir = fs::canonicalize(dir).map_err(|e| refuse(format!("cannot open `{}`: {e}", dir.display())))?;
        let version = version(&dir, policy)?;
        let query = ["rev-parse", "--path-format=absolute", "--is-bare-repository", "--is-inside-work-tree"];
        let more = ["--git-common-dir", "--git-dir", "--show-object-format"];
        let output = Git::new(&dir, policy).args(query).args(more).run()?;
        if output.code != 0 {
            return Err(no_repository(&dir, &output));
        }
        let text = output.text();
        let [bare, inside, common_dir, git_dir, object_format] = text.lines().collect::<Vec<_>>()[..] else {
            return Err(Error::new(
                ExitCode::Internal,
                format!("git described its repository in an unknown way: {text}"),
            ));
        };
        if bare == "true" || inside != "true" {
            let what = if bare == "true" { "is a bare repository" } else { "is inside the git directory" };
            return Err(refuse(format!("`{}` {what}, without files to work on", dir.display()))
                .help("run batchprp in a checkout: `git worktree add ../checkout` makes one"));
        }
        let root = Git::new(&dir, policy).args(["rev-parse", "--path-format=absolute", "--show-toplevel"]).text()?;
        let identity = ["-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"];
        let repo = Self {
            anonymous: Git::new(&dir, policy).args(identity).run()?.code != 0,
            root: root.into(),
            git_dir: git_dir.into(),
            common_dir: common_dir.into(),
            object_format: object_format.to_owned(),
            version,
            policy,
        };
        if repo.commit("HEAD")?.is_none() {
            return Err(refuse("the repository has no commit yet").help("make a first one: `git add . && git commit`"));
        }
        Ok(repo)
    }

    /// Makes a repository that is not there, for worlds in memory, where nobody asks it anything.
    pub(crate) fn in_memory(root: &Path) -> Self {
        let git_dir = root.join(".git");
        Self {
            root: root.to_owned(),
            common_dir: git_dir.clone(),
            git_dir,
            object_format: "sha1".to_owned(),
            version: OLDEST,
            policy: Policy::default(),
            anonymous: false,
        }
    }

    /// Returns the top directory of the user's checkout.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// Returns the git directory of the user's checkout.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Returns `sha1` or `sha256`.
    pub fn object_format(&self) -> &str {
        &self.object_format
    }

    /// Returns how our own commits are made.
    pub fn policy(&self) -> Policy {
        self.policy
    }

    /// Returns the variables that give a commit an author where the user's identity is missing; empty otherwise.
    pub fn identity(&self) -> Vec<(&'static str, &'static str)> {
        let (name, email) = FALLBACK;
        let all = [("GIT_AUTHOR_NAME", name), ("GIT_AUTHOR_EMAIL", email)];
        let committer = [("GIT_COMMITTER_NAME", name), ("GIT_COMMITTER_EMAIL", email)];
        if self.anonymous { [all, committer].concat() } else { Vec::new() }
    }

    /// Returns the commit that is checked out.
    pub fn head(&self) -> Result<String> {
        self.resolve("HEAD")
    }

    /// Returns the branch that is checked out; `None` when HEAD is detached.
    pub fn head_branch(&self) -> Result<Option<String>> {
        let output = self.git().args(["symbolic-ref", "--quiet", "HEAD"]).run()?;
        Ok(output.text().strip_prefix("refs/heads/").filter(|_| output.code == 0).map(str::to_owned))
    }

    /// Returns the commit that a revision names.
    pub fn resolve(&self, revision: &str) -> Result<String> {
        self.commit(revision)?.ok_or_else(|| {
            refuse(format!("`{revision}` is not a commit of this repository"))
                .help("name a branch, a tag or a commit id; `git log --oneline` lists commits")
        })
    }

    /// Returns the commit that a branch points at.
    pub fn tip(&self, branch: &str) -> Result<Option<String>> {
        self.commit(&format!("refs/heads/{branch}"))
    }

    /// Returns the commit that a revision names, if there is one.
    pub(crate) fn commit(&self, revision: &str) -> Result<Option<String>> {
        if revision.starts_with('-') || revision.is_empty() || revision.chars().any(char::is_control) {
            return Ok(None);
        }
        let commit = format!("{revision}^{{commit}}");
        let output = self.git().args(["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).run()?;
        Ok((output.code == 0).then(|| output.text()))
    }

    /// Tells whether one commit is reachable from another.
    pub fn is_ancestor(&self, ancestor: &str, descendant: &str) -> Result<bool> {
        let output = self.git().args(["merge-base", "--is-ancestor", ancestor, descendant]).run()?;
        match output.code {
            0 => Ok(true),
            1 => Ok(false),
            _ => Err(failure("merge-base", &output)),
        }
    }

    /// Returns the best common ancestor of two commits.
    pub fn merge_base(&self, a: &str, b: &str) -> Result<Option<String>> {
        let output = self.git().args(["merge-base", a, b]).run()?;
        match output.code {
            0 => Ok(output.text().lines().next().map(str::to_owned)),
            1 => Ok(None),
            _ => Err(failure("merge-base", &output)),
        }
    }

    /// Returns the paths of the user's checkout with uncommitted changes, untracked files included. Changes nothing.
    pub fn status(&self) -> Result<Vec<String>> {
        let args =
            ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=none"];
        let lines = self.git().args(args).list()?;
        Ok(lines.iter().filter_map(|line| line.get(3..)).map(str::to_owned).collect())
    }

    /// Tells whether the user's checkout has no uncommitted change.
    pub fn is_clean(&self) -> Result<bool> {
        Ok(self.status()?.is_empty())
    }

    /// Tells whether a working file differs from its version in a commit; `path` is below the root.
    pub fn differs(&self, path: &Path, commit: &str) -> Result<bool> {
        let relative = self.relative(path)?;
        let there = fs::symlink_metadata(self.root.join(&relative)).is_ok();
        if !self.tracked(commit, path)? {
            return Ok(there);
        }
        let literal = format!(":(top,literal){relative}");
        let args = ["diff", "--name-only", "-z", "--no-ext-diff", "--no-renames", commit, "--", &literal];
        // `git diff` writes the index anew when it had to look into files: a copy, so that the user's stays as it is.
        let index = super::temporary::Index::copy(self, &self.git_dir.join("index"))?;
        Ok(!there || !index.attach(self.git()).args(args).list()?.is_empty())
    }

    /// Returns the content of a file in a commit.
    pub fn show(&self, commit: &str, path: &Path) -> Result<Option<Vec<u8>>> {
        let relative = self.relative(path)?;
        match self.entry(commit, &relative)? {
            Some((_, kind, object)) if kind == "blob" => {
                Ok(Some(self.git().args(["cat-file", "blob", &object]).ok()?.stdout))
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Tells whether a commit holds a path.
    pub fn tracked(&self, commit: &str, path: &Path) -> Result<bool> {
        Ok(self.entry(commit, &self.relative(path)?)?.is_some())
    }

    /// Returns mode, kind and object of a path in a commit or tree.
    pub(crate) fn entry(&self, tree: &str, relative: &str) -> Result<Option<(String, String, String)>> {
        let args = ["ls-tree", "-z", "--full-tree", tree, "--", relative];
        let lines = self.git().args(args).env("GIT_LITERAL_PATHSPECS", "1").list()?;
        Ok(lines.iter().find_map(|line| {
            let (head, path) = line.split_once('\t')?;
            let [mode, kind, object] = head.split(' ').collect::<Vec<_>>()[..] else { return None };
            (path == relative).then(|| (mode.to_owned(), kind.to_owned(), object.to_owned()))
        }))
    }

    /// Enters patterns into the exclude file of the repository, which no commit sees. Does nothing when they are there.
    pub fn exclude(&self, patterns: &[&str]) -> Result<()> {
        let path = self.common_dir.join("info").join("exclude");
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
            fs::create_dir_all(self.common_dir.join("info"))?;
            let mut file = atomic_write_file::AtomicWriteFile::open(&path)?;
            std::io::Write::write_all(&mut file, text.as_bytes())?;
            file.commit()
        };
        crate::host::failpoint::around("exclude.write", write).map_err(failed)
    }

    /// Prepares a git command on the user's checkout.
    pub(crate) fn git(&self) -> Git {
        self.git_in(&self.git_dir, &self.root)
    }

    /// Prepares a git command on another working tree of the repository, without trusting its `.git` file.
    pub(crate) fn git_in(&self, git_dir: &Path, work_tree: &Path) -> Git {
        let cwd = if work_tree.is_dir() { work_tree } else { &self.root };
        let git = Git::new(cwd, self.policy).within(git_dir, work_tree);
        self.identity().into_iter().fold(git, |git, (name, value)| git.env(name, value))
    }

    /// Returns the same repository with hooks off, for steps where a hook could only do harm.
    pub(crate) fn unhooked(&self) -> Self {
        Self { policy: Policy { hooks: false, ..self.policy }, ..self.clone() }
    }

    /// Tells whether the git program is at least of a version.
    pub(crate) fn has(&self, version: (u32, u32)) -> bool {
        self.version >= version
    }

    /// Returns a path below the root as git names it.
    pub(crate) fn relative(&self, path: &Path) -> Result<String> {
        let outside = || refuse(format!("`{}` is outside of the repository", path.display()));
        let below = if path.is_absolute() { path.strip_prefix(&self.root).map_err(|_| outside())? } else { path };
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

fn version(dir: &Path, policy: Policy) -> Result<(u32, u32)> {
    let text = Git::new(dir, policy).args(["version"]).text()?;
    let mut numbers = text.split(' ').nth(2).unwrap_or_default().split('.').map_while(|part| part.parse().ok());
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version < OLDEST {
        return Err(refuse(format!("{text} is too old: batchprp needs git {}.{} or later", OLDEST.0, OLDEST.1))
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
