//! Where the next commit of an item goes, whatever was done to branches and history in its workspace.

use std::path::Path;

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::refs;
use crate::host::git::workspace::agent::config;
use crate::host::git::workspace::agent::{self, lfs, own, refs::Head};
use crate::host::git::workspace::deviation::Deviation;
use crate::host::git::workspace::files::links;
use crate::host::git::workspace::files::made::SetUp;
use crate::host::git::workspace::files::modules;
use crate::host::git::workspace::files::tree;
use crate::host::git::workspace::make::build;
use crate::host::git::workspace::mend::history::{self, History, Relation};
use crate::host::git::workspace::mend::rescue::{self, Owner};
use crate::host::git::workspace::place::order::Order;
use crate::host::git::workspace::place::record::{Record, free_name};
use crate::host::git::workspace::place::space::Workspace;

/// Where the next commit goes.
#[derive(Debug)]
pub(crate) struct Placed {
    /// First parent of the next commit: the tip of the item's branch, or a commit that goes on from it.
    pub(crate) parent: String,
    /// What is checked out in the workspace, where that can be read.
    pub(crate) here: Option<String>,
    /// Commits that were made in the workspace and are new.
    pub(crate) commits: usize,
    /// The last of these where they go on from an earlier tip: a second parent of what has both.
    pub(crate) beside: Option<String>,
    /// The tip from which the files of the workspace go on, where the branch has newer commits.
    pub(crate) since: Option<String>,
    /// Tip and workspace do not stand apart: nothing is taken back and nothing is new.
    pub(crate) is_level: bool,
    pub(crate) deviations: Vec<Deviation>,
}

impl Placed {
    /// Tells whether nothing was done to branches and history but to go on.
    pub(crate) fn is_plain(&self) -> bool {
        self.deviations.is_empty()
    }

    /// Keeps commits that go on from an earlier tip and are not merged with what is newer.
    pub(crate) fn set_aside(&mut self, work: &Workspace, tip: &str, owner: Owner<'_>) -> Result<()> {
        if let Some(commit) = self.beside.take() {
            let reference = rescue::keep(work, &commit, tip, owner)?.reference;
            self.deviations.push(Deviation::Beside { reference });
        }
        Ok(())
    }
}

/// Compares a workspace with the tip of the item's branch. Commits that do not go on from the tip are saved, and the
/// index of the orchestrator knows the files of the commit that is checked out.
pub(crate) fn place(
    work: &Workspace,
    branch: &str,
    tip: &str,
    batch: Option<&str>,
    owner: Owner<'_>,
) -> Result<Placed> {
    let batch = batch.map(|batch| work.repo.tip(batch)).transpose()?.flatten();
    let History { head, relation } = history::examine(work, tip, batch.as_deref())?;
    let told = rescue::told(work);
    let mut deviations = Vec::new();
    match &head {
        Head::Branch(name, _) if name != branch => deviations.push(Deviation::OtherBranch { name: name.clone() }),
        Head::Detached(_) => deviations.push(Deviation::Detached),
        Head::Broken => deviations.push(Deviation::Unreadable { reason: "HEAD points at nothing".to_owned() }),
        Head::Branch(..) => {}
    }
    let here = head.commit().filter(|_| !matches!(relation, Relation::Unreadable(_))).map(str::to_owned);
    if here.as_deref() != Some(tip) || work.entries().is_none() {
        tree::begin(work, here.as_deref().unwrap_or(tip))?;
    }
    let mut parent = tip.to_owned();
    let mut commits = 0;
    let (mut beside, mut since) = (None, None);
    let relation = rewound(work, relation, here.as_deref(), tip, &told)?;
    let relation = overtaken(work, relation, here.as_deref(), tip, &told, batch.as_deref())?;
    match (&relation, &here) {
        (Relation::Forward { commits: count } | Relation::Beside { commits: count }, Some(commit)) => {
            let set_up = SetUp::of(work).among(&work.entries().unwrap_or_default());
            if set_up.is_empty() {
                commits = *count;
                if matches!(relation, Relation::Beside { .. }) {
                    (beside, since) = (Some(commit.clone()), Some(told.clone()));
                } else {
                    parent.clone_from(commit);
                }
                lfs::keep(work, || config::read(work.home()))?;
            } else {
                let files = set_up.iter().map(|path| String::from_utf8_lossy(path).into_owned()).collect();
                let reference = rescue::keep(work, commit, tip, owner)?.reference;
                deviations.push(Deviation::SetUpCommitted { files, reference });
            }
        }
        (Relation::Apart, Some(commit)) => {
            let reference = rescue::keep(work, commit, tip, owner)?.reference;
            deviations.push(Deviation::Rewritten { reference });
        }
        (Relation::Foreign(foreign), Some(commit)) => {
            let reference = rescue::keep(work, commit, tip, owner)?.reference;
            deviations.push(Deviation::Foreign { commits: foreign.clone(), reference: Some(reference) });
        }
        (Relation::Forged(forged), Some(commit)) => {
            let reference = rescue::keep(work, commit, tip, owner)?.reference;
            deviations.push(Deviation::Forged { commits: forged.clone(), reference: Some(reference) });
        }
        (Relation::Behind, Some(commit)) => {
            since = Some(commit.clone());
            if *commit != told {
                deviations.push(Deviation::Reset { to: commit.clone() });
            }
        }
        (Relation::Unreadable(reason), _) => deviations.push(Deviation::Unreadable { reason: reason.clone() }),
        _ => {}
    }
    if !head.is_on(branch) {
        let aside = agent::all(work)?.remove(&refs::head(branch));
        let aside = aside.filter(|commit| *commit != tip && *commit != told && Some(commit) != here.as_ref());
        if let Some(commit) = aside
            && history::relation(work, &commit, tip, batch.as_deref())?.has_commits()
        {
            let reference = rescue::keep(work, &commit, tip, owner)?.reference;
            deviations.push(Deviation::Rewritten { reference });
        }
    }
    let is_level = matches!(relation, Relation::Same | Relation::Behind);
    Ok(Placed { parent, here, commits, beside, since, is_level, deviations })
}

/// Finds out whether commits that stand apart from the tip go on from the one of which the workspace was told: then
/// nobody rewrote anything, and somebody committed on the branch meanwhile.
fn overtaken(
    work: &Workspace,
    relation: Relation,
    here: Option<&str>,
    tip: &str,
    told: &str,
    batch: Option<&str>,
) -> Result<Relation> {
    let (Relation::Apart, Some(here)) = (&relation, here) else { return Ok(relation) };
    if told.is_empty() || told == tip || !is_ancestor(work, told, tip)? {
        return Ok(relation);
    }
    Ok(match history::relation(work, here, told, batch)? {
        Relation::Forward { commits } => Relation::Beside { commits },
        Relation::Forged(forged) => Relation::Forged(forged),
        _ => relation,
    })
}

fn is_ancestor(work: &Workspace, earlier: &str, later: &str) -> Result<bool> {
    Ok(work.git().args(["merge-base", "--is-ancestor", earlier, later]).run()?.code == 0)
}

/// Puts right what looks like going on: somebody moved the branch back in the project, and the workspace still has what
/// was there before.
fn rewound(work: &Workspace, relation: Relation, here: Option<&str>, tip: &str, told: &str) -> Result<Relation> {
    if !matches!(relation, Relation::Forward { .. }) || told.is_empty() || told == tip {
        return Ok(relation);
    }
    if is_ancestor(work, told, tip)? {
        return Ok(relation);
    }
    Ok(if here == Some(told) { Relation::Behind } else { Relation::Apart })
}

/// Makes sure that the workspace has the repository that we made for it; one in its place is set aside.
pub(crate) fn connect(work: &Workspace, record: &mut Record, order: &Order<'_>) -> Result<Option<Deviation>> {
    if own::is_ours(work, &record.id) {
        modules::connect(work)?;
        return Ok(None);
    }
    let there = work.top.join(&work.own);
    let mut kept = None;
    let failed = |e: std::io::Error| Workspace::failed("mend", &there, &e);
    if std::fs::symlink_metadata(&there).is_ok() {
        let name = work.top.file_name().unwrap_or_default().to_string_lossy();
        let aside = free_name(work.top.parent().unwrap_or(&work.top), &format!("{name}.git.left"));
        failpoint::around("repository.keep", || std::fs::rename(&there, &aside)).map_err(failed)?;
        kept = Some(aside.display().to_string());
    }
    if work.entries().is_none() {
        tree::begin(work, order.commit)?;
    }
    let settings = config::read(work.home())?;
    let modules = links::addresses(work)?;
    let seed = build::repository(work, order, &settings, modules)?;
    let name = format!("{}repository", crate::host::git::workspace::place::leftovers::MAKING);
    let aside = free_name(work.top.parent().unwrap_or(&work.top), &name);
    failpoint::around("workspace.folder", || std::fs::create_dir(&aside)).map_err(failed)?;
    let done = own::build(work, &aside, &seed).and_then(|()| {
        // The record first: a repository that nobody knows would be set aside once more, one that is missing is made.
        record.id.clone_from(&seed.id);
        record.write(work)?;
        failpoint::around("repository.place", || std::fs::rename(&aside, &there)).map_err(failed)
    });
    if done.is_err() {
        failpoint::quietly("workspace.give-up", || drop(std::fs::remove_dir_all(&aside)));
    }
    done?;
    modules::connect(work)?;
    Ok(Some(Deviation::Replaced { kept }))
}

/// Returns the commits that an unfinished merge in the workspace brings in.
pub(crate) fn merge_heads(work: &Workspace) -> Vec<String> {
    let text = work.folder().and_then(|git| git.text(Path::new("MERGE_HEAD"))).unwrap_or_default();
    text.lines().map(|line| line.trim().to_owned()).filter(|line| agent::refs::is_id(line)).collect()
}
