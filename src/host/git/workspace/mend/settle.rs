//! What a kill, an agent or a person can have made of a workspace, and how it is brought back.

use std::fs;

use crate::error::Result;
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::refuse;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::deviation::Deviation;
use crate::host::git::workspace::files::modules;
use crate::host::git::workspace::files::tree::{self, Mode, Selection};
use crate::host::git::workspace::mend::placement::{self, Placed};
use crate::host::git::workspace::mend::rescue::{self, Owner, Rescue};
use crate::host::git::workspace::objects::{alternates, quarantine};
use crate::host::git::workspace::place::order::Order;
use crate::host::git::workspace::place::record::Record;
use crate::host::git::workspace::place::space::Workspace;

/// What was found and done.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// Tip of the item's branch.
    pub(crate) tip: String,
    pub(crate) adopted: usize,
    pub(crate) deviations: Vec<Deviation>,
    pub(crate) rescued: Vec<Rescue>,
}

/// Brings a workspace to the tip of its branch. Commits that go on from the tip become part of the branch; everything
/// else that is not on it is saved first.
pub(crate) fn settle(
    work: &Workspace,
    record: &Record,
    order: &Order<'_>,
    keep_changes: bool,
    repaired: &mut Vec<String>,
) -> Result<Settled> {
    if work.file("resolving").exists() {
        let item = order.item.trim_start_matches("PRP-");
        return Err(refuse(format!("a merge of {} is being resolved in `{}`", order.item, work.path.display()))
            .help(format!("finish it with `batchprp resolve {item} --continue`, or give it up with `--abort`")));
    }
    repaired.extend(work.unlock()?);
    quarantine::make(work)?;
    let damaged = work.entries().is_none();
    if damaged {
        repaired.push(format!("the index for `{}` was unreadable and is made again", work.path.display()));
    }
    let mut record = Record { place: record.place, ..order.record(record.id.clone(), &work.path) };
    let mut settled = Settled { tip: order.commit.to_owned(), ..Settled::default() };
    settled.deviations.extend(placement::connect(work, &mut record, order)?);
    let config = fs::read(work.file("config.agent")).unwrap_or_default();
    own::restore(work, &config, &alternates::text(&work.store))?;
    record.write(work)?;
    if keep_changes && !damaged && settled.deviations.is_empty() {
        return Ok(settled);
    }
    let owner = Owner { run: order.run, item: order.item };
    let tip = order.commit;
    let mut placed = placement::place(work, &work.name(), tip, order.batch, owner)?;
    placed.set_aside(work, tip, owner)?;
    let Placed { parent, here, commits, deviations, .. } = placed;
    settled.deviations.extend(deviations);
    let what = Selection::of(work, &record, Mode::Look);
    let checked_out = here.as_deref().unwrap_or(tip);
    let (tree, rescued) = rescue::save(work, checked_out, owner, &what, repaired)?;
    settled.rescued.extend(rescued);
    if parent != tip {
        quarantine::name(work, &work.repo, |repo| {
            let change = RefChange::default().update(&refs::head(&work.name()), &parent, tip);
            change.must(repo, "batchprp: adopt")
        })?;
        settled.adopted = commits;
        settled.tip.clone_from(&parent);
    }
    if tree != rescue::tree_of(work, &parent)? {
        tree::check_out(work, &parent)?;
        modules::reset(work, order.silence)?;
    }
    own::tell(work, order.branch, &parent)?;
    Ok(settled)
}
