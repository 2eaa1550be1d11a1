//! The project's part of the user's checkout: what scripts ask about it, and their commits. Questions change nothing.

use std::fs;
use std::path::{Path, PathBuf};

use super::documents;
use crate::error::Result;
use crate::host::git::plumbing::repo::{GitPolicy, Repo, refuse};
use crate::host::git::plumbing::run::{Git, failure, split};
use crate::host::git::plumbing::{history, refs};
use crate::model::history::{Distance, Head, LoggedCommit};

/// Returns the address of a remote; `None` where there is none, or no repository.
pub fn address(project: &Path, remote: &str, policy: GitPolicy) -> Result<Option<String>> {
    let key = format!("remote.{remote}.url");
    let output = Git::new(project, policy).args(["config", "--get", &key]).run()?;
    Ok(Some(output.text()).filter(|address| output.code == 0 && !address.is_empty()))
}

/// A project in a repository, of which it may be a folder. Paths are below the project.
#[derive(Clone, Debug)]
pub struct Checkout {
    repo: Repo,
    /// Folder of the project below the top of the repository; empty where they are one.
    folder: PathBuf,
}

impl Checkout {
    /// Takes the repository that holds a project.
    pub fn of(repo: Repo, project: &Path) -> Self {
        let project = fs::canonicalize(project);
        let folder = project.ok().and_then(|project| project.strip_prefix(repo.root()).ok().map(Path::to_owned));
        Self { repo, folder: folder.unwrap_or_default() }
    }

    /// Returns which of the files differ from HEAD, untracked and removed ones included.
    pub fn changed(&self, paths: &[PathBuf]) -> Result<Vec<String>> {
        let found = documents::changed(&self.repo, &self.places(paths))?;
        Ok(found.iter().filter_map(|change| self.below(&change.path)).collect())
    }

    /// Tells whether HEAD holds a file.
    pub fn tracked(&self, path: &Path) -> Result<bool> {
        self.repo.tracked("HEAD", &self.place(path))
    }

    /// Returns the text of a file in a revision; `None` where there is no such file.
    pub fn show(&self, revision: &str, path: &Path) -> Result<Option<String>> {
        let commit = self.repo.resolve(revision)?;
        let bytes = self.repo.show(&commit, &self.place(path))?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    /// Returns how far a branch is from HEAD; `None` where there is no such branch.
    pub fn distance(&self, branch: &str) -> Result<Option<Distance>> {
        let Some(tip) = self.repo.tip(branch)? else { return Ok(None) };
        let (ahead, behind) = (self.repo.count("HEAD", &tip)? as u64, self.repo.count(&tip, "HEAD")? as u64);
        Ok(Some(Distance { branch: branch.to_owned(), ahead, behind }))
    }

    /// Returns the commits of a range such as `main..prp-47`, newest first.
    pub fn log(&self, range: &str) -> Result<Vec<LoggedCommit>> {
        // Whatever is no range is an option of git.
        if range.is_empty() || range.starts_with('-') || range.chars().any(char::is_control) {
            return Err(refuse(format!("`{}` is no range of commits", range.escape_default()))
                .help("write `main..prp-47`, or one revision"));
        }
        let entries = history::log(&self.repo, &[range])?.into_iter();
        let told = |entry: history::HistoryEntry| LoggedCommit {
            commit: entry.commit,
            parents: entry.parents,
            time: entry.time,
            message: entry.message,
        };
        Ok(entries.map(told).collect())
    }

    /// Returns the local branches, sorted by name.
    pub fn branches(&self) -> Result<Vec<String>> {
        let found = refs::list(&self.repo, "refs/heads/")?.into_iter();
        Ok(found.filter_map(|(name, _)| name.strip_prefix("refs/heads/").map(str::to_owned)).collect())
    }

    /// Returns what is checked out.
    pub fn head(&self) -> Result<Head> {
        Ok(Head { branch: self.repo.head_branch()?, commit: self.repo.commit("HEAD")? })
    }

    /// Returns the files of the project in a revision, sorted as git does.
    pub fn files(&self, revision: &str) -> Result<Vec<String>> {
        let commit = self.repo.resolve(revision)?;
        if let Ok(files) = self.repo.store().files(&commit, &self.folder) {
            return Ok(files.iter().filter_map(|path| self.below(path)).collect());
        }
        self.tree(&commit, &[])
    }

    /// Returns the folders of the project in a revision, sorted as git does.
    pub fn folders(&self, revision: &str) -> Result<Vec<String>> {
        let folders = self.tree(&self.repo.resolve(revision)?, &["-d"])?;
        // The folder of the project is none of its own.
        Ok(folders.into_iter().filter(|folder| !folder.is_empty()).collect())
    }

    fn tree(&self, commit: &str, options: &[&str]) -> Result<Vec<String>> {
        let mut args = vec!["ls-tree", "-r", "-z", "--name-only", "--full-tree"];
        args.extend(options);
        args.push(commit);
        let folder = self.folder.to_string_lossy();
        if !folder.is_empty() {
            args.extend(["--", &folder]);
        }
        let output = self.repo.git().args(&args).env("GIT_LITERAL_PATHSPECS", "1").run()?;
        if output.code != 0 {
            return Err(failure("ls-tree", &output));
        }
        let paths = split(&output.stdout);
        Ok(paths.iter().filter_map(|path| self.below(path)).collect())
    }

    /// Commits files as they are, and nothing else that is changed or staged; see [`documents::commit`].
    pub fn commit(&self, paths: &[PathBuf], message: &str) -> Result<Option<String>> {
        documents::commit(&self.repo, &self.places(paths), message)
    }

    fn place(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    fn places(&self, paths: &[PathBuf]) -> Vec<PathBuf> {
        paths.iter().map(|path| self.place(path)).collect()
    }

    /// Returns a path of git as the project names it; `None` for what lies outside of it.
    fn below(&self, path: &str) -> Option<String> {
        let below = Path::new(path).strip_prefix(&self.folder).ok()?;
        Some(below.to_string_lossy().into_owned())
    }
}
