//! A person or an agent resolves a parked merge in the workspace of the item: start, continue, abort.

use std::fs;

use crate::error::{Error, Result};
use crate::host::failpoint;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::plumbing::run::failure;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::branch;
use crate::host::git::workspace::files::modules;
use crate::host::git::workspace::files::stage;
use crate::host::git::workspace::files::tree::{self, Mode, Selection};
use crate::host::git::workspace::mend::history::{self, Relation};
use crate::host::git::workspace::mend::placement;
use crate::host::git::workspace::mend::rescue::{self, Owner, Rescue};
use crate::host::git::workspace::objects::quarantine;
use crate::host::git::workspace::place::order::{Order, SILENCE};
use crate::host::git::workspace::place::record::{self, Record};
use crate::host::git::workspace::place::space::Workspace;
use crate::host::git::workspace::prepare::{self, Prepared};
use crate::host::git::workspace::remove;
use crate::host::state;
use crate::model::checkpoint::{TRAILER_PRP, TRAILER_RUN};

/// Exists while a merge is being resolved, and holds the commit that is merged in.
const MARK: &str = "resolving";
/// Exists beside it when an agent resolves the merge: nobody's work is lost with that.
const AGENT: &str = "resolving-agent";
/// What git keeps of a merge in progress.
const MERGE: [&str; 3] = ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE"];

/// Merges the batch branch into the workspace of the item and leaves the conflict markers there. Returns the files to
/// resolve; the same ones when it was started before.
pub fn start(repo: &Repo, prepared: &Prepared, batch_branch: &str) -> Result<Vec<String>> {
    let lock = record::lock(repo, &prepared.branch)?;
    let (work, record) = found(repo, prepared)?;
    if let Some(merge) = Merging::read(&work).filter(|_| work.file("MERGE_HEAD").exists()) {
        return Ok(merge.files);
    }
    let tip = repo.resolve(&refs::head(&prepared.branch))?;
    let into = repo.resolve(&refs::head(batch_branch))?;
    let order = Order { branch: Some(&prepared.branch), commit: &tip, batch: Some(batch_branch), ..Order::default() };
    placement::connect(&work, &mut record.clone(), &order)?;
    let refusal = |what: &str| {
        refuse(format!("`{}` {what}", prepared.path.display()))
            .help("commit or stash it before the merge is resolved there; `batchprp exe` takes commits over")
    };
    if history::examine(&work, &tip, Some(&into))?.relation != Relation::Same {
        return Err(refusal("is not at the tip of its branch"));
    }
    if work.entries().is_none() {
        tree::begin(&work, &tip)?;
    }
    stage::stage(&work, &Selection::of(&work, &record, Mode::Look))?;
    if tree::write(&work)? != rescue::tree_of(&work, &tip)? {
        return Err(refusal("has uncommitted changes"));
    }
    let mut merge = Merging { commit: into.clone(), files: Vec::new() };
    merge.write(&work)?;
    let args = ["merge", "--no-commit", "--no-ff", "--no-edit", "--quiet", &into];
    let output = work.changing().args(args).run()?;
    if output.code != 0 && !work.file("MERGE_HEAD").exists() {
        forget(&work);
        return Err(failure("merge", &output));
    }
    merge.files = unmerged(&work);
    merge.write(&work)?;
    show(&work)?;
    drop(lock);
    Ok(merge.files)
}

/// Like [`start`] on behalf of an agent: when the run dies meanwhile, [`abandon`] takes the merge back.
pub fn start_for_agent(repo: &Repo, prepared: &Prepared, batch_branch: &str) -> Result<Vec<String>> {
    mark(&prepare::workspace(repo, prepared)?, AGENT, b"")?;
    start(repo, prepared, batch_branch)
}

/// Takes back a merge that an agent of a dead run was resolving in the workspace of a branch.
pub fn abandon(repo: &Repo, branch: &str) -> Result<Option<Rescue>> {
    let path = remove::of(repo, branch).map(|found| found.path);
    let Some(path) = path else { return Ok(None) };
    let is_agents =
        record::of(repo, branch, &path).file(AGENT).exists() || earlier(repo, &path, "batchprp-resolve-agent");
    if is_agents { abort(repo, &find(repo, branch)?) } else { Ok(None) }
}

/// Tells whether the worktree of an earlier version has a mark.
fn earlier(repo: &Repo, path: &std::path::Path, name: &str) -> bool {
    crate::host::git::workspace::place::linked::all(repo)
        .iter()
        .any(|linked| linked.path.as_deref() == Some(path) && linked.dir.join(name).exists())
}

/// Refuses while conflict markers are left, or when no merge is being resolved.
pub fn check(repo: &Repo, prepared: &Prepared) -> Result<()> {
    let (work, _) = found(repo, prepared)?;
    unmarked(&work, &Merging::read(&work).ok_or_else(|| none(prepared))?.files)
}

/// Commits the resolved merge on the branch of the item. Returns the commit; the item can then be validated and merged.
pub fn finish(repo: &Repo, prepared: &Prepared) -> Result<String> {
    let lock = record::lock(repo, &prepared.branch)?;
    let (work, record) = found(repo, prepared)?;
    let Merging { commit: merged, files } = Merging::read(&work).ok_or_else(|| none(prepared))?;
    let tip = repo.resolve(&refs::head(&prepared.branch))?;
    let head = crate::host::git::workspace::agent::head(&work)?;
    let commit = match head.commit().filter(|commit| *commit != tip) {
        Some(here) => by_person(&work, &record, here, &tip, &merged)?,
        None if placement::merge_heads(&work).is_empty() => {
            return Err(refuse(format!("the merge in `{}` was given up", prepared.path.display()))
                .help("begin again with `batchprp resolve ITEM --abort`, then `batchprp resolve ITEM`"));
        }
        None => {
            unmarked(&work, &files)?;
            let message = format!(
                "Merge the batch into {}\n\nConflicts resolved in the workspace of the item.\n\n{TRAILER_PRP}: {}\n{TRAILER_RUN}: {}\n",
                prepared.branch, prepared.item, prepared.run
            );
            stage::stage(&work, &Selection::of(&work, &record, Mode::Commit { message: &message }))?;
            let tree = tree::write(&work)?;
            tree::commit(&work, &tree, &[&tip, &merged], &message)?
        }
    };
    let recorded = refs::read(repo, &refs::item(&prepared.branch))?;
    quarantine::name(&work, repo, |repo| {
        RefChange::default()
            .set(&refs::item(&prepared.branch), &commit, recorded.as_deref())
            .update(&refs::head(&prepared.branch), &commit, &tip)
            .must(repo, "batchprp: resolve")
    })?;
    own::tell(&work, Some(&record.branch), &commit)?;
    forget(&work);
    drop(lock);
    Ok(commit)
}

/// Takes the merge that a person committed with git, when it is that merge and everything is in it.
fn by_person(work: &Workspace, record: &Record, here: &str, tip: &str, merged: &str) -> Result<String> {
    let refusal = |what: &str| {
        refuse(format!("the commit in `{}` {what}", work.path.display()))
            .help("begin again with `batchprp resolve ITEM --abort`, then `batchprp resolve ITEM`")
    };
    match history::relation(work, here, tip, Some(merged))? {
        Relation::Forward { .. } => {}
        Relation::Unreadable(reason) => return Err(refuse(reason)),
        _ => return Err(refusal("does not go on from the branch of the item")),
    }
    if work.git().args(["merge-base", "--is-ancestor", merged, here]).run()?.code != 0 {
        return Err(refusal("does not hold the batch"));
    }
    tree::begin(work, here)?;
    stage::stage(work, &Selection::of(work, record, Mode::Look))?;
    if tree::write(work)? != rescue::tree_of(work, here)? {
        return Err(refuse(format!("`{}` has changes that are not committed", work.path.display()))
            .help("commit them there, then continue again"));
    }
    Ok(here.to_owned())
}

/// Gives the merge up: what was edited is saved, the workspace goes back to the tip of its branch.
pub fn abort(repo: &Repo, prepared: &Prepared) -> Result<Option<Rescue>> {
    let lock = record::lock(repo, &prepared.branch)?;
    let (work, record) = found(repo, prepared)?;
    let tip = repo.resolve(&refs::head(&prepared.branch))?;
    work.unlock()?;
    let order =
        Order { branch: Some(&prepared.branch), commit: &tip, batch: record.batch.as_deref(), ..Order::default() };
    placement::connect(&work, &mut record.clone(), &order)?;
    let owner = Owner { run: &prepared.run, item: &prepared.item };
    // Unresolved files are taken as they are, markers and all.
    let mut placed = placement::place(&work, &prepared.branch, &tip, record.batch.as_deref(), owner)?;
    placed.set_aside(&work, &tip, owner)?;
    let checked_out = placed.here.unwrap_or_else(|| tip.clone());
    let what = Selection::of(&work, &record, Mode::Look);
    let (_, mut rescued) = rescue::save(&work, &checked_out, owner, &what, &mut Vec::new())?;
    if rescued.is_none() && checked_out != tip && placed.parent != tip {
        rescued = Some(rescue::keep(&work, &checked_out, &tip, owner)?);
    }
    tree::check_out(&work, &tip)?;
    modules::reset(&work, SILENCE)?;
    own::tell(&work, Some(&prepared.branch), &tip)?;
    forget(&work);
    drop(lock);
    Ok(rescued)
}

/// Finds the workspace of an item that an earlier run prepared, without changing anything.
pub fn find(repo: &Repo, branch: &str) -> Result<Prepared> {
    let Some(found) = remove::all(repo).into_iter().find(|found| found.branch == branch && found.path.is_dir()) else {
        return Err(refuse(format!("there is no workspace of `{branch}`"))
            .help("run the batch again: it makes the workspace anew, and a conflict parks the item there"));
    };
    let tip = repo.resolve(&refs::head(branch))?;
    let base = branch::base(repo, branch)?.unwrap_or_else(|| tip.clone());
    let since = refs::read(repo, &refs::item(branch))?.unwrap_or_else(|| base.clone());
    let remove::Found { path, item, run, .. } = found;
    Ok(Prepared { path, branch: branch.to_owned(), base, tip, since, item, run, ..Prepared::default() })
}

/// Opens the workspace; the worktree of an earlier version becomes one first.
fn found(repo: &Repo, prepared: &Prepared) -> Result<(Workspace, Record)> {
    let repo = &repo.unhooked();
    let work = record::of(repo, &prepared.branch, &prepared.path);
    if record::read(&work.dir).is_none()
        && let crate::host::git::workspace::place::find::Place::Linked(linked) =
            crate::host::git::workspace::place::find::find(&work, &mut Vec::new())?
    {
        let order = Order {
            branch: Some(&prepared.branch),
            commit: &prepared.tip,
            run: &prepared.run,
            item: &prepared.item,
            ..Order::default()
        };
        let record = crate::host::git::workspace::make::takeover::take_over(&work, &linked, &order, &mut Vec::new())?;
        return Ok((work, record));
    }
    prepare::recorded(repo, prepared)
}

/// Lets the workspace know of the merge: its index has the conflicts, its repository the merge in progress.
fn show(work: &Workspace) -> Result<()> {
    let files: Vec<(&str, Vec<u8>)> =
        MERGE.into_iter().filter_map(|name| Some((name, fs::read(work.file(name)).ok()?))).collect();
    own::write(work, &files)?;
    own::show_index(work)
}

fn unmerged(work: &Workspace) -> Vec<String> {
    let entries = work.entries().unwrap_or_default();
    let mut names: Vec<String> = entries
        .iter()
        .filter(|entry| entry.is_unmerged())
        .map(crate::host::git::workspace::agent::index::IndexEntry::name)
        .collect();
    names.dedup();
    names
}

fn unmarked(work: &Workspace, files: &[String]) -> Result<()> {
    let unresolved: Vec<&str> = files.iter().filter(|file| has_markers(work, file)).map(String::as_str).collect();
    if unresolved.is_empty() {
        return Ok(());
    }
    Err(refuse(format!("conflict markers are left in {}", unresolved.join(", ")))
        .help(format!("edit them in `{}` and continue again", work.path.display())))
}

fn has_markers(work: &Workspace, file: &str) -> bool {
    let text = fs::read(work.path.join(file)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let starts = |mark: &str| text.lines().any(|line| line.starts_with(mark));
    starts("<<<<<<< ") && starts(">>>>>>> ")
}

fn none(prepared: &Prepared) -> Error {
    refuse(format!("no merge of {} is being resolved", prepared.item))
        .help(format!("start with `batchprp resolve {}`", prepared.item))
}

fn mark(work: &Workspace, name: &str, text: &[u8]) -> Result<()> {
    let file = work.file(name);
    failpoint::around("resolve.begin", || state::write_private(&file, text))
        .map_err(|e| Workspace::failed("write", &file, &e))
}

/// A merge that is being resolved.
struct Merging {
    /// What is merged in.
    commit: String,
    /// Files that the merge left unresolved.
    files: Vec<String>,
}

impl Merging {
    fn read(work: &Workspace) -> Option<Self> {
        let text = fs::read_to_string(work.file(MARK)).ok()?;
        let mut parts = text.split('\0').map(str::to_owned);
        let commit = parts.next()?;
        let files: Vec<String> = parts.filter(|file| !file.is_empty()).collect();
        // Earlier versions kept the commit alone.
        let files = if files.is_empty() { unmerged(work) } else { files };
        Some(Self { commit, files })
    }

    fn write(&self, work: &Workspace) -> Result<()> {
        let parts = std::iter::once(&self.commit).chain(&self.files).map(String::as_str);
        mark(work, MARK, parts.collect::<Vec<_>>().join("\0").as_bytes())
    }
}

/// The merge is over, one way or the other.
fn forget(work: &Workspace) {
    for name in MERGE.into_iter().chain(["AUTO_MERGE", "MERGE_RR", AGENT, MARK]) {
        failpoint::quietly("resolve.end", || drop(fs::remove_file(work.file(name))));
    }
}
