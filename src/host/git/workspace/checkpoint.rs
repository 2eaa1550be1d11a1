//! Checkpoints: the commits by which git knows that a phase is done.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::host::git::plumbing::refs::{self, Moved, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::run::failure;
use crate::host::git::plumbing::store::Changed;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::deviation::Deviation;
use crate::host::git::workspace::files::stage::{self, Submodule};
use crate::host::git::workspace::files::tree::{self, Mode, Selection};
use crate::host::git::workspace::mend::catch_up::{self, CaughtUp};
use crate::host::git::workspace::mend::history::{self, Relation};
use crate::host::git::workspace::mend::placement::{self, Placed};
use crate::host::git::workspace::mend::rescue::{self, Owner};
use crate::host::git::workspace::objects::{pen, quarantine, transfer};
use crate::host::git::workspace::place::order::Order;
use crate::host::git::workspace::place::record::{self, Record};
use crate::host::git::workspace::place::space::Workspace;
use crate::host::git::workspace::prepare::{self, Prepared};
use crate::model::checkpoint::{Checkpoint, TRAILER_FOREIGN};

/// Most commits of others that the message of a checkpoint names.
const MOST_NAMED: usize = 20;

/// A checkpoint that stands on the branch of its item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    pub commit: String,
    pub tree: String,
    /// Files that differ from the checkpoint before (or the start of the branch).
    pub files: Vec<String>,
    /// Commits that the agent made itself since then; they stay beneath the checkpoint.
    pub agent_commits: usize,
    /// An earlier run made this checkpoint and was killed before it could say so.
    pub already: bool,
    /// What was done to branches and history; each is mended and told.
    pub deviations: Vec<Deviation>,
    /// Submodules that are at another commit than before.
    pub submodules: Vec<Submodule>,
}

/// What is checked out in a workspace, and what its files are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// `None` when HEAD points at nothing.
    pub commit: Option<String>,
    pub tree: String,
}

/// Commits everything in a workspace as the checkpoint of a phase.
pub fn commit(repo: &Repo, prepared: &Prepared, checkpoint: &Checkpoint) -> Result<Made> {
    let lock = record::lock(repo, &prepared.branch)?;
    let (work, record) = prepare::recorded(&repo.unhooked(), prepared)?;
    unfinished_merge(&work)?;
    quarantine::heal(&work)?;
    let previous = previous(repo, prepared)?;
    let recorded_tip = repo.tip(&prepared.branch)?;
    let tip = recorded_tip.clone().unwrap_or_else(|| previous.clone());
    let order = Order {
        branch: Some(&prepared.branch),
        commit: &tip,
        batch: record.batch.as_deref(),
        remotes: &record.remotes,
        ..Order::default()
    };
    let mut known = record.clone();
    let replaced = placement::connect(&work, &mut known, &order)?;
    let owner = Owner { run: &prepared.run, item: &prepared.item };
    let mut placed = placement::place(&work, &prepared.branch, &tip, record.batch.as_deref(), owner)?;
    placed.deviations.splice(0..0, replaced);
    let message = checkpoint.message();
    stage::stage(&work, &Selection::of(&work, &record, Mode::Commit { message: &message }))?;
    let tree = tree::write(&work)?;
    if let Some(made) = already(&work, checkpoint, &placed, &tip, &tree, &prepared.base)? {
        own::tell(&work, Some(&prepared.branch), &tip)?;
        return Ok(made);
    }
    let merged = merged(&work, &tip, record.batch.as_deref(), &mut placed)?;
    let message = format!("{message}{}", foreign(&placed.deviations));
    let both = match catch_up::catch_up(&work, &placed, &tree)? {
        CaughtUp::Both(tree) => Some(tree),
        CaughtUp::Overlap(files) => {
            placed.deviations.push(Deviation::Overlap { files });
            None
        }
        CaughtUp::Nothing => None,
    };
    if both.is_none() {
        placed.set_aside(&work, &tip, owner)?;
    }
    let (commit, tree) = if let Some(tree) = &both {
        let parents: Vec<&str> = std::iter::once(&placed.parent).chain(&placed.beside).map(String::as_str).collect();
        (tree::commit(&work, tree, &parents, &message)?, tree.clone())
    } else if repo.policy().hooks && placed.is_plain() && merged.is_empty() {
        let commit = by_git_commit(repo, &work, prepared, &placed, recorded_tip.as_deref(), &message)?;
        let tree = rescue::tree_of(&work, &commit)?;
        (commit, tree)
    } else {
        let parents: Vec<&str> = std::iter::once(&placed.parent).chain(&merged).map(String::as_str).collect();
        (tree::commit(&work, &tree, &parents, &message)?, tree)
    };
    quarantine::name(&work, repo, |repo| publish(repo, prepared, &commit, recorded_tip.as_deref()))?;
    if both.is_some() {
        tree::check_out(&work, &commit)?;
    }
    own::tell(&work, Some(&prepared.branch), &commit)?;
    let changed = difference(&work, &previous, &commit)?;
    let mut submodules = Vec::new();
    for (path, commit) in changed.iter().filter_map(|changed| Some((&changed.path, changed.link()?))) {
        let kept = stage::is_kept(&work, path, commit)?;
        submodules.push(Submodule { path: path.clone(), commit: commit.to_owned(), kept });
    }
    let files = paths(changed);
    let beside = if placed.beside.is_some() { placed.commits } else { 0 };
    let agent_commits = beside + if placed.parent == previous { 0 } else { count(&work, &previous, &placed.parent)? };
    drop(lock);
    Ok(Made { commit, tree, files, agent_commits, already: false, deviations: placed.deviations, submodules })
}

/// Returns how a workspace differs from a commit: for each file that is committed, changed or untracked there its mode and
/// content, `None` where it is gone.
pub fn changed(repo: &Repo, prepared: &Prepared, since: &str) -> Result<BTreeMap<String, Option<String>>> {
    let lock = record::lock(repo, &prepared.branch)?;
    let (work, record) = prepare::recorded(&repo.unhooked(), prepared)?;
    let tree = look(&work, &record, &prepared.tip)?;
    let changed = difference(&work, since, &tree)?;
    drop(lock);
    Ok(changed.into_iter().map(|Changed { path, content }| (path, content)).collect())
}

/// Lists the commits between the start of the branch and what is checked out in a workspace, as far as they can be read.
pub fn commits(repo: &Repo, prepared: &Prepared) -> Result<Vec<String>> {
    let lock = record::lock(repo, &prepared.branch)?;
    let (work, _) = prepare::recorded(&repo.unhooked(), prepared)?;
    quarantine::heal(&work)?;
    let Some(head) = crate::host::git::workspace::agent::head(&work)?.commit().map(str::to_owned) else {
        return Ok(Vec::new());
    };
    // Those of an agent are in its own repository until they are brought over.
    let found = transfer::fetch(&work, &head, &prepared.base);
    drop(lock);
    Ok(found.map_or_else(|_| vec![head], |lines| lines.into_iter().map(|line| line.commit).collect()))
}

/// Looks at a workspace as it is, changing nothing in it. A checkpoint still stands for it when commit and tree are those
/// of the checkpoint.
pub fn now(repo: &Repo, prepared: &Prepared) -> Result<Now> {
    let lock = record::lock(repo, &prepared.branch)?;
    let (work, record) = prepare::recorded(&repo.unhooked(), prepared)?;
    let commit = crate::host::git::workspace::agent::head(&work)?.commit().map(str::to_owned);
    let tree = look(&work, &record, &prepared.tip)?;
    drop(lock);
    Ok(Now { commit, tree })
}

fn look(work: &Workspace, record: &Record, tip: &str) -> Result<String> {
    quarantine::heal(work)?;
    if work.entries().is_none() {
        tree::begin(work, tip)?;
    }
    stage::stage(work, &Selection::of(work, record, Mode::Look))?;
    tree::write(work)
}

/// Returns the last checkpoint that we recorded on the branch, or where the branch started.
fn previous(repo: &Repo, prepared: &Prepared) -> Result<String> {
    let recorded = refs::read(repo, &refs::item(&prepared.branch))?;
    Ok(recorded.unwrap_or_else(|| prepared.base.clone()))
}

/// Finds the same checkpoint at the tip: its run was killed between the commit and the journal.
fn already(
    work: &Workspace,
    checkpoint: &Checkpoint,
    placed: &Placed,
    tip: &str,
    tree: &str,
    base: &str,
) -> Result<Option<Made>> {
    if !placed.is_level || !placed.is_plain() {
        return Ok(None);
    }
    let repo = &work.repo;
    let same = Checkpoint::read(&repo.message(tip)?).is_some_and(|found| {
        found.prp == checkpoint.prp && found.phase == checkpoint.phase && found.key == checkpoint.key
    });
    if !same || rescue::tree_of(work, tip)? != tree {
        return Ok(None);
    }
    let before = if tip == base { tip.to_owned() } else { repo.resolve(&format!("{tip}^1"))? };
    let files = paths(difference(work, &before, tip)?);
    Ok(Some(Made { commit: tip.to_owned(), tree: tree.to_owned(), files, already: true, ..Made::default() }))
}

fn unfinished_merge(work: &Workspace) -> Result<()> {
    let entries = own::entries(work).unwrap_or_default();
    let mut files: Vec<String> = entries
        .iter()
        .filter(|entry| entry.is_unmerged())
        .map(crate::host::git::workspace::agent::index::IndexEntry::name)
        .collect();
    files.dedup();
    if files.is_empty() {
        return Ok(());
    }
    Err(refuse(format!("an unfinished merge was left in `{}`: {}", work.path.display(), files.join(", ")))
        .help("resolve the files there, or undo the merge with `git merge --abort`, and run the command again"))
}

/// Returns the commits of a merge that was resolved and not committed, as far as they are the item's or the batch's.
fn merged(work: &Workspace, tip: &str, batch: Option<&str>, placed: &mut Placed) -> Result<Vec<String>> {
    let heads = placement::merge_heads(work);
    if heads.is_empty() || placed.here.as_ref() != Some(&placed.parent) {
        return Ok(Vec::new());
    }
    let batch = batch.map(|batch| work.repo.tip(batch)).transpose()?.flatten();
    let mut parents = Vec::new();
    for commit in heads {
        match history::relation(work, &commit, tip, batch.as_deref())? {
            Relation::Forward { .. } | Relation::Beside { .. } | Relation::Apart => parents.push(commit),
            Relation::Foreign(commits) => {
                placed.deviations.push(Deviation::Foreign { commits, reference: None });
            }
            Relation::Forged(commits) => placed.deviations.push(Deviation::Forged { commits, reference: None }),
            Relation::Unreadable(reason) => placed.deviations.push(Deviation::Unreadable { reason }),
            Relation::Same | Relation::Behind | Relation::Nothing => {}
        }
    }
    Ok(parents)
}

/// Names, for the message, the commits of others that were checked out: the files may be theirs, and whoever judges the
/// checkpoint must see it.
fn foreign(deviations: &[Deviation]) -> String {
    let mut text = String::new();
    for deviation in deviations {
        if let Deviation::Foreign { commits, .. } = deviation {
            for foreign in commits.iter().take(MOST_NAMED) {
                text.extend([TRAILER_FOREIGN, ": ", &foreign.commit, "\n"]);
            }
        }
    }
    text
}

/// Lets git commit, with the hooks of the user. They see the branch, and so it is at the parent before.
fn by_git_commit(
    repo: &Repo,
    work: &Workspace,
    prepared: &Prepared,
    placed: &Placed,
    tip: Option<&str>,
    message: &str,
) -> Result<String> {
    quarantine::publish(work)?;
    if tip != Some(&placed.parent) {
        let change = RefChange::default().set(&refs::head(&prepared.branch), &placed.parent, tip);
        change.must(repo, "batchprp: adopt")?;
    }
    let hooked = Workspace { repo: repo.clone(), ..work.clone() };
    let args = ["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "--no-edit", "-F", "-"];
    let output = hooked.direct().changes(repo.common_dir()).args(args).input(message).run()?;
    if output.code != 0 {
        return Err(failure("commit", &output).help(
            "a hook of the repository refuses the checkpoint; `git.hooks = false` makes checkpoints without hooks",
        ));
    }
    repo.tip(&prepared.branch)?.ok_or_else(|| refuse("the checkpoint was not made"))
}

/// Moves the branch to the checkpoint and records it, both or neither.
fn publish(repo: &Repo, prepared: &Prepared, commit: &str, tip: Option<&str>) -> Result<()> {
    let (head, record) = (refs::head(&prepared.branch), refs::item(&prepared.branch));
    let recorded = refs::read(repo, &record)?;
    let mut change = RefChange::default().set(&record, commit, recorded.as_deref());
    // A commit made by git has moved the branch itself.
    if !repo.policy().hooks || repo.tip(&prepared.branch)?.as_deref() != Some(commit) {
        change = change.set(&head, commit, tip);
    }
    match change.apply(repo, "batchprp: checkpoint")? {
        Moved::Done => Ok(()),
        Moved::Raced => Err(refuse(format!("`{}` was moved while its checkpoint was made", prepared.branch))
            .help("somebody moves the branch in the project; run the command again when that has ended")),
    }
}

/// Returns what two states have different, sorted by path.
fn difference(work: &Workspace, from: &str, to: &str) -> Result<Vec<Changed>> {
    if let Ok(changed) = pen::open(work)?.differences(from, to) {
        return Ok(changed);
    }
    let args = ["diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", from, to];
    let fields = work.git().args(args).list()?;
    let content = |facts: &str| match facts.split(' ').collect::<Vec<_>>()[..] {
        [_, mode, _, object, _] if mode != "000000" => Some(format!("{mode} {object}")),
        _ => None,
    };
    let pairs = fields.chunks_exact(2);
    Ok(pairs.map(|pair| Changed { path: pair[1].clone(), content: content(&pair[0]) }).collect())
}

fn paths(changed: Vec<Changed>) -> Vec<String> {
    changed.into_iter().map(|changed| changed.path).collect()
}

fn count(work: &Workspace, from: &str, to: &str) -> Result<usize> {
    let text = work.git().args(["rev-list", "--count", &format!("{from}..{to}")]).text()?;
    Ok(text.parse().unwrap_or(0))
}
