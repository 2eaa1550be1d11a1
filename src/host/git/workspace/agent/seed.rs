//! What the repository of a workspace is made from.

use std::fs;
use std::path::{Path, PathBuf};

use super::config::{self, Own, Setting};
use crate::error::Result;
use crate::host::git::plumbing::refs::{self, head};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::objects::alternates;
use crate::host::git::workspace::place::space::Workspace;

/// Everything that goes into the git directory of a workspace, besides the index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seed {
    /// By which it is known again.
    pub(crate) id: String,
    pub(crate) branch: Option<String>,
    pub(crate) commit: String,
    pub(crate) config: String,
    /// References of the project that are of use there, as packed references.
    pub(crate) refs: String,
    /// Further files, by their names.
    pub(crate) files: Vec<(PathBuf, Vec<u8>)>,
}

/// What a workspace gets of the project.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carry {
    pub(crate) branch: Option<String>,
    pub(crate) commit: String,
    /// The batch branch.
    pub(crate) batch: Option<String>,
    /// Remotes of the project that come along.
    pub(crate) remotes: Vec<String>,
    /// Top of the working files, relative to the git directory; for submodules.
    pub(crate) worktree: Option<String>,
    /// Submodules that are there, with their addresses.
    pub(crate) modules: Vec<(String, String)>,
}

/// Collects what the repository of a workspace is made from.
pub(crate) fn collect(work: &Workspace, settings: &[Setting], carry: Carry) -> Result<Seed> {
    let reftable = super::view::has_tables(work);
    let own = Own {
        object_format: Some(work.repo.object_format().to_owned()).filter(|format| format == "sha256"),
        ref_format: reftable.then(|| "reftable".to_owned()),
        identity: identity(work),
        worktree: carry.worktree,
        modules: carry.modules,
        remotes: carry.remotes.clone(),
    };
    let mut files = vec![(PathBuf::from("objects/info/alternates"), alternates::text(&work.store))];
    for name in ["info/exclude", "info/attributes", "shallow"] {
        files.extend(fs::read(work.store.join(name)).ok().map(|bytes| (PathBuf::from(name), bytes)));
    }
    let sparse = Path::new("info/sparse-checkout");
    files.extend(fs::read(work.dir.join(sparse)).ok().map(|bytes| (sparse.to_owned(), bytes)));
    Ok(Seed {
        id: uuid::Uuid::new_v4().simple().to_string(),
        refs: shown(work, carry.batch.as_deref(), &carry.remotes)?,
        branch: carry.branch,
        commit: carry.commit,
        config: config::text(settings, &own),
        files,
    })
}

/// Returns the name and address for a user that git does not know.
fn identity(work: &Workspace) -> Option<(String, String)> {
    let known = work.repo.identity();
    let find = |name: &str| known.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
    find("GIT_AUTHOR_NAME").zip(find("GIT_AUTHOR_EMAIL"))
}

/// Lists the references under which people and tools know its history: tags, the batch branch, the branch
/// that the user has checked out, the same branch of remotes.
fn shown(work: &Workspace, batch: Option<&str>, remotes: &[String]) -> Result<String> {
    let current = work.repo.head_branch()?;
    if work.store == work.repo.common_dir() {
        return of_project(&work.repo, batch, remotes, current.as_deref());
    }
    let mut patterns = vec!["refs/tags".to_owned(), "refs/replace".to_owned()];
    patterns.extend(batch.map(head));
    patterns.extend(current.as_deref().map(head));
    patterns.extend(remotes.iter().map(|remote| format!("refs/remotes/{remote}")));
    patterns.extend(current.map(|branch| format!("refs/remotes/*/{branch}")));
    let mut args = vec!["for-each-ref".to_owned(), "--format=%(objectname) %(refname)".to_owned()];
    args.extend(patterns);
    let mut lines: Vec<String> = work.home().args(args).text()?.lines().map(str::to_owned).collect();
    lines.sort_by(|a, b| a.split(' ').nth(1).cmp(&b.split(' ').nth(1)));
    lines.dedup();
    Ok(lines.join("\n"))
}

/// The same of the project itself, read in process.
fn of_project(repo: &Repo, batch: Option<&str>, remotes: &[String], current: Option<&str>) -> Result<String> {
    let mut found = refs::list(repo, "refs/tags/")?;
    found.extend(refs::list(repo, "refs/replace/")?);
    for branch in batch.into_iter().chain(current) {
        let name = head(branch);
        found.extend(refs::read(repo, &name)?.map(|commit| (name, commit)));
    }
    let is_shown = |name: &str| {
        let below = name.strip_prefix("refs/remotes/").unwrap_or_default();
        let (remote, branch) = below.split_once('/').unwrap_or((below, ""));
        Some(branch) == current || remotes.iter().any(|other| other == remote)
    };
    found.extend(refs::list(repo, "refs/remotes/")?.into_iter().filter(|(name, _)| is_shown(name)));
    found.sort();
    found.dedup();
    Ok(found.into_iter().map(|(name, object)| format!("{object} {name}")).collect::<Vec<_>>().join("\n"))
}
