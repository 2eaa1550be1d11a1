//! Rescue: what no branch will hold any more becomes a commit on a reference of its own, before anything is reset or
//! removed.

use std::collections::BTreeSet;
use std::fs;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::agent::{self, refs as own_refs};
use crate::host::git::workspace::files::links;
use crate::host::git::workspace::files::stage;
use crate::host::git::workspace::files::tree::{self, Blocked, Mode, Selection};
use crate::host::git::workspace::objects::{pen, quarantine, transfer};
use crate::host::git::workspace::place::record::{Record, free_name};
use crate::host::git::workspace::place::space::Workspace;

/// How many repositories inside of a workspace are set aside before it is given up.
const MANY: usize = 50;

/// Work that was saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rescue {
    /// Such as `refs/batchprp/rescue/<run>/PRP-47.1.1/1`.
    pub reference: String,
    pub commit: String,
    /// Files that differ from the branch.
    pub files: Vec<String>,
}

/// For whom something is saved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    pub(crate) run: &'a str,
    pub(crate) item: &'a str,
}

/// Saves what is in a workspace but not in `parent`: changed, staged and untracked files. Returns the tree of it all,
/// which the index holds then.
pub(crate) fn save(
    work: &Workspace,
    parent: &str,
    owner: Owner<'_>,
    what: &Selection<'_>,
    told: &mut Vec<String>,
) -> Result<(String, Option<Rescue>)> {
    let message = format!(
        "Rescue of uncommitted work on {}\n\nSaved by batchprp before the workspace was reset (run {}).\n",
        owner.item, owner.run
    );
    gather(work, &Selection { mode: Mode::Commit { message: &message }, ..what.clone() }, told)?;
    let tree = tree::write(work)?;
    if tree == tree_of(work, parent)? {
        return Ok((tree, None));
    }
    let commit = tree::commit(work, &tree, &[parent], &message)?;
    Ok((tree, Some(keep(work, &commit, parent, owner)?)))
}

/// Stages everything, whatever is in the way.
fn gather(work: &Workspace, what: &Selection<'_>, told: &mut Vec<String>) -> Result<()> {
    for _ in 0..MANY {
        match stage::stage(work, what) {
            Ok(()) => return Ok(()),
            Err(Blocked::Other(error)) => return Err(error),
            // Its files are those of the workspace as long as they are saved.
            Err(Blocked::Submodule(path)) => plain(work, &path)?,
            Err(Blocked::Embedded(path)) => {
                let top = work.top.file_name().unwrap_or_default().to_string_lossy();
                let name = format!("{top}.{}.left", path.replace('/', "-"));
                let kept = free_name(work.top.parent().unwrap_or(&work.top), &name);
                failpoint::around("workspace.keep", || fs::rename(work.path.join(&path), &kept))
                    .map_err(|e| Workspace::failed("move away", &work.path.join(&path), &e))?;
                told.push(format!("`{path}` was a git repository of its own; it is in `{}`", kept.display()));
            }
        }
    }
    Err(Blocked::Embedded("many a folder".to_owned()).into())
}

/// Takes the files in the folder of a submodule that is not there for files of the workspace. A repository that somebody
/// made of it is left alone as such.
fn plain(work: &Workspace, path: &str) -> Result<()> {
    let pointer = work.path.join(path).join(".git");
    if fs::symlink_metadata(&pointer).is_ok() {
        let top = work.top.file_name().unwrap_or_default().to_string_lossy();
        let kept =
            free_name(work.top.parent().unwrap_or(&work.top), &format!("{top}.{}.git.left", path.replace('/', "-")));
        failpoint::around("workspace.keep", || fs::rename(&pointer, &kept))
            .map_err(|e| Workspace::failed("move away", &pointer, &e))?;
    }
    links::remove(work, &[path.as_bytes().to_vec()])?;
    let git = work.changing().env("GIT_LITERAL_PATHSPECS", "1");
    git.args(["add", "--all", "--sparse", "--", path]).ok().map(drop)
}

/// Keeps a commit that no branch will hold any more.
pub(crate) fn keep(work: &Workspace, commit: &str, against: &str, owner: Owner<'_>) -> Result<Rescue> {
    let prefix = format!("refs/batchprp/rescue/{}/{}", component(owner.run), component(owner.item));
    let known = refs::list(&work.repo, &format!("{prefix}/"))?;
    // A run that was killed may have saved it.
    let reference = if let Some((reference, _)) = known.into_iter().find(|(_, kept)| kept == commit) {
        reference
    } else {
        let create = |repo: &Repo| refs::create_numbered(repo, &prefix, commit, "batchprp: rescue");
        quarantine::name(work, &work.repo, create)?
    };
    let args = ["diff-tree", "-r", "-z", "--name-only", "--no-renames", against, commit];
    Ok(Rescue { reference, commit: commit.to_owned(), files: work.git().args(args).list()? })
}

/// Saves commits that only the workspace has: of other branches, tags, a detached HEAD, the stash.
pub(crate) fn references(work: &Workspace, record: &Record, tip: &str, owner: Owner<'_>) -> Result<Vec<Rescue>> {
    let given = fs::read_to_string(work.file("refs.agent")).unwrap_or_default();
    let mut known: BTreeSet<String> = own_refs::parse(&given).into_values().collect();
    known.extend([tip.to_owned(), told(work)]);
    let mut found: Vec<String> = agent::head(work)?.commit().map(str::to_owned).into_iter().collect();
    found.extend(agent::all(work)?.into_values());
    found.extend(agent::stashed(work)?);
    let mut rescued = Vec::new();
    for commit in found {
        if !known.insert(commit.clone()) {
            continue;
        }
        // What cannot be read cannot be saved.
        let lines = transfer::fetch(work, &commit, tip).unwrap_or_default();
        if lines.iter().any(|line| line.is_new) {
            rescued.push(keep(work, &commit, tip, owner)?);
            // What it holds is saved with it.
            known.extend(lines.into_iter().map(|line| line.commit));
        }
    }
    for sub in links::present(work)? {
        stage::rescue(&sub, record)?;
    }
    Ok(rescued)
}

/// Returns the commit of which the workspace was told last.
pub(crate) fn told(work: &Workspace) -> String {
    fs::read_to_string(work.file("told")).unwrap_or_default().trim().to_owned()
}

/// Returns the tree of a commit.
pub(crate) fn tree_of(work: &Workspace, commit: &str) -> Result<String> {
    if let Ok(tree) = pen::open(work)?.tree_of(commit) {
        return Ok(tree);
    }
    work.git().args(["rev-parse", "--verify", "--end-of-options", &format!("{commit}^{{tree}}")]).text()
}

/// Makes one component of a reference name.
fn component(text: &str) -> String {
    let safe = text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' });
    let name: String = safe.collect::<String>().replace("..", "-");
    let name = name.trim_matches('.').trim_end_matches(".lock");
    if name.is_empty() { "unnamed".to_owned() } else { name.to_owned() }
}
