//! Merging an item into its batch branch: no working tree, one compare-and-swap, old or new and nothing between.

use std::path::{Path, PathBuf};

use super::documents::{self, Stage};
use crate::error::{Error, Result};
use crate::host::git::plumbing::history;
use crate::host::git::plumbing::refs::{self, Moved, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::run::{failure, split};
use crate::host::git::plumbing::seal::{self, OwnMerges};
use crate::host::git::plumbing::temporary;
use crate::host::git::upkeep::log::Log;
use crate::host::git::upkeep::scan;
use crate::host::git::workspace::branch;
use crate::model::checkpoint::{TRAILER_APPROVED, TRAILER_PRP, TRAILER_RUN, merge_subject};
use crate::model::id::PrpId;

/// How often somebody else may move the batch branch while we merge.
const TRIES: usize = 8;

/// Turns the merged content of a document into its new content; `None` leaves it as it is.
pub type Edit = Box<dyn Fn(&[u8]) -> Option<Vec<u8>> + Send + Sync>;

/// What is merged into what.
pub struct MergeItem {
    pub batch_branch: String,
    pub item_branch: String,
    /// The commit of that branch that was judged: it is merged, and nothing that was committed since; `None` for its tip.
    pub judged: Option<String>,
    pub id: PrpId,
    pub title: String,
    pub run: String,
    /// Who approved what the guard found, where that was needed.
    pub approved_by: Option<String>,
    /// A document that says in the same commit what is done. Left out when git does not track it.
    pub status_edit: Option<DocumentEdit>,
}

/// What a merge changes in a document.
pub struct DocumentEdit {
    /// Below the root.
    pub path: PathBuf,
    pub edit: Edit,
    /// A list in which several items are marked, so that what one of them wrote there stands in the way of none.
    pub is_shared: bool,
}

/// How a merge went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merge {
    Merged {
        commit: String,
    },
    /// The item is on the batch branch already.
    Already {
        commit: String,
    },
    /// The batch branch did not move.
    Conflict {
        files: Vec<String>,
    },
}

/// A merge commit that is on no branch yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub commit: String,
    /// Tip of the batch branch that it was made for.
    pub into: String,
    /// Tip of the branch of the item.
    pub from: String,
}

/// What a merge would come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreparedMerge {
    Ready(Candidate),
    /// There is nothing to merge, or no way to.
    Over(Merge),
}

/// The tree of two commits merged, or what keeps them apart.
#[derive(Debug)]
pub(crate) enum Tree {
    Clean(String),
    Conflict(Vec<String>),
}

/// Merges an item into its batch branch.
pub fn item(repo: &Repo, what: &MergeItem) -> Result<Merge> {
    for _ in 0..TRIES {
        match candidate(repo, what)? {
            PreparedMerge::Over(end) => return Ok(end),
            PreparedMerge::Ready(candidate) => {
                if accept(repo, what, &candidate)? {
                    return Ok(Merge::Merged { commit: candidate.commit });
                }
            }
        }
    }
    Err(busy(&what.batch_branch))
}

/// Somebody else moves the batch branch all the time.
pub fn busy(batch_branch: &str) -> Error {
    refuse(format!("`{batch_branch}` is moved by somebody else again and again"))
        .help("run the same command again when nobody else works on the batch branch")
}

/// Makes the merge commit of an item without putting it on the batch branch.
pub fn candidate(repo: &Repo, what: &MergeItem) -> Result<PreparedMerge> {
    let into = tip(repo, &what.batch_branch)?;
    let from = what.judged.clone().map_or_else(|| tip(repo, &what.item_branch), Ok)?;
    if repo.is_ancestor(&from, &into)? {
        return already(repo, what, into).map(PreparedMerge::Over);
    }
    branch::not_checked_out(repo, &what.batch_branch)?;
    let tree = match tree(repo, &into, &from)? {
        Tree::Clean(tree) => tree,
        Tree::Conflict(files) => match without_document(repo, what, &into, &from, &files)? {
            Some(tree) => tree,
            None => return Ok(PreparedMerge::Over(Merge::Conflict { files })),
        },
    };
    let tree = edited(repo, tree, what.status_edit.as_ref())?;
    let commit = temporary::commit(repo, &tree, &[&into, &from], &message(what))?;
    Ok(PreparedMerge::Ready(Candidate { commit, into, from }))
}

/// Merges an item that conflicts in nothing but the list in which it is marked, as when siblings tick boxes there: the
/// list of the batch branch is taken, and the edit of this merge says in it what is done.
fn without_document(repo: &Repo, what: &MergeItem, into: &str, from: &str, files: &[String]) -> Result<Option<String>> {
    let Some(list) = what.status_edit.as_ref().filter(|document| document.is_shared) else { return Ok(None) };
    let path = repo.relative(&list.path)?;
    if files != [path.clone()] {
        return Ok(None);
    }
    let Some(theirs) = repo.show(into, Path::new(&path))? else { return Ok(None) };
    let ours = temporary::with_file(repo, &repo.tree(from)?, &path, &theirs)?;
    let ours = temporary::commit(repo, &ours, &[from], "Trial of batchprp\n")?;
    match tree(repo, into, &ours)? {
        Tree::Clean(tree) => Ok(Some(tree)),
        Tree::Conflict(_) => Ok(None),
    }
}

/// Moves the batch branch to a candidate; `false` when somebody else moved it since the candidate was made.
pub fn accept(repo: &Repo, what: &MergeItem, candidate: &Candidate) -> Result<bool> {
    let record = refs::read(repo, &refs::batch(&what.batch_branch))?;
    seal::note_merge(repo, &candidate.commit)?;
    let change = RefChange::default()
        .set(&refs::batch(&what.batch_branch), &candidate.commit, record.as_deref())
        .update(&refs::head(&what.batch_branch), &candidate.commit, &candidate.into);
    Ok(change.apply(repo, &format!("batchprp: merge {}", what.id))? == Moved::Done)
}

/// Makes a commit, on no branch, of two others merged; `None` when they conflict.
pub fn trial(repo: &Repo, into: &str, from: &str) -> Result<Option<String>> {
    if repo.is_ancestor(from, into)? {
        return Ok(Some(into.to_owned()));
    }
    match tree(repo, into, from)? {
        Tree::Clean(tree) => temporary::commit(repo, &tree, &[into, from], "Trial of batchprp\n").map(Some),
        Tree::Conflict(_) => Ok(None),
    }
}

/// Merges two commits in the object store.
pub(crate) fn tree(repo: &Repo, into: &str, from: &str) -> Result<Tree> {
    tree_from(repo, None, into, from)
}

/// Merges two commits in the object store, from a base of one's own choice where one is given.
pub(crate) fn tree_from(repo: &Repo, base: Option<&str>, into: &str, from: &str) -> Result<Tree> {
    let Merged { tree, files } = merged(repo, base, into, from)?;
    Ok(if files.is_empty() { Tree::Clean(tree) } else { Tree::Conflict(files) })
}

/// Two commits merged.
#[derive(Debug)]
pub(crate) struct Merged {
    /// With marks in it where there are conflicts.
    pub(crate) tree: String,
    /// What is in conflict.
    pub(crate) files: Vec<String>,
}

/// Like `tree_from`, with the tree that there is in spite of conflicts.
pub(crate) fn merged(repo: &Repo, base: Option<&str>, into: &str, from: &str) -> Result<Merged> {
    let mut git = repo.git();
    if repo.has((2, 43)) {
        // Merge drivers and text attributes as the batch branch has them, not as the user's files happen to have them.
        git = git.env("GIT_ATTR_SOURCE", into);
    }
    git = git.args(["merge-tree", "--write-tree", "-z", "--no-messages"]);
    if let Some(base) = base {
        git = git.args([format!("--merge-base={base}")]);
    }
    let output = git.args([into, from]).run()?;
    let mut parts = split(&output.stdout);
    match output.code {
        0 if !parts.is_empty() => Ok(Merged { tree: parts.remove(0), files: Vec::new() }),
        1 if !parts.is_empty() => {
            let stages: Vec<Stage> = parts[1..].iter().filter_map(|line| Stage::read(line)).collect();
            let tree = parts.remove(0);
            if let Some(tree) = documents::reconciled(repo, &tree, &stages)? {
                return Ok(Merged { tree, files: Vec::new() });
            }
            let mut files: Vec<String> = stages.into_iter().map(|stage| stage.path).collect();
            files.sort();
            files.dedup();
            Ok(Merged { tree, files })
        }
        _ => Err(failure("merge-tree", &output)),
    }
}

fn message(what: &MergeItem) -> String {
    let approved = what.approved_by.as_ref().map(|by| format!("{TRAILER_APPROVED}: {by}\n")).unwrap_or_default();
    let subject = merge_subject(&what.id, &what.title);
    format!("{subject}\n\n{TRAILER_PRP}: {}\n{TRAILER_RUN}: {}\n{approved}", what.id, what.run)
}

fn tip(repo: &Repo, branch: &str) -> Result<String> {
    repo.tip(branch)?.ok_or_else(|| {
        refuse(format!("the branch `{branch}` is gone"))
            .help("`git reflog` and `refs/batchprp/` still know its commits")
    })
}

fn already(repo: &Repo, what: &MergeItem, tip: String) -> Result<Merge> {
    let Some(base) = branch::base(repo, &what.batch_branch)? else { return Ok(Merge::Already { commit: tip }) };
    let log = Log::new(history::first_parents(repo, &tip, &base)?);
    if let Some(commit) = scan::standing_merge(&log, &what.id) {
        // Whoever made it: what it brought was validated here by now.
        if !OwnMerges::of(repo).holds(&commit)? {
            seal::note_merge(repo, &commit)?;
        }
        return Ok(Merge::Already { commit });
    }
    if log.merges(&what.id).next().is_some() {
        return Err(refuse(format!("the merge of {} was reverted on `{}`", what.id, what.batch_branch)).help(format!(
            "`batchprp exe --redo {}` does it again; or revert that revert on `{}`",
            what.id, what.batch_branch
        )));
    }
    Ok(Merge::Already { commit: tip })
}

fn edited(repo: &Repo, tree: String, edit: Option<&DocumentEdit>) -> Result<String> {
    let Some(DocumentEdit { path, edit, .. }) = edit else { return Ok(tree) };
    let Some(old) = repo.show(&tree, path)? else { return Ok(tree) };
    let Some(new) = edit(&old).filter(|new| *new != old) else { return Ok(tree) };
    temporary::with_file(repo, &tree, &repo.relative(path)?, &new)
}
