//! What a kill, an agent or a person can have made of a workspace, and how it is brought back.

use std::fs;

use super::agent::own;
use super::deviation::Deviation;
use super::make::Order;
use super::modules;
use super::objects::{alternates, quarantine};
use super::placement::{self, Placed};
use super::prepare::Prepare;
use super::record::Record;
use super::rescue::{self, Owner, Rescue};
use super::space::Workspace;
use super::stage::{self, Mode, Selection};
use crate::error::Result;
use crate::host::git::plumbing::refs::{self, Change};
use crate::host::git::plumbing::repo::refuse;

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
    want: &Prepare,
    order: &Order<'_>,
    repaired: &mut Vec<String>,
) -> Result<Settled> {
    if work.file("resolving").exists() {
        let item = want.item.trim_start_matches("PRP-");
        return Err(refuse(format!("a merge of {} is being resolved in `{}`", want.item, work.path.display()))
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
    if want.keep_changes && !damaged && settled.deviations.is_empty() {
        return Ok(settled);
    }
    let owner = Owner { run: &want.run, item: &want.item };
    let tip = order.commit;
    let Placed { parent, here, commits, deviations, .. } =
        placement::place(work, &want.branch, tip, order.batch, owner)?;
    settled.deviations.extend(deviations);
    let what = Selection::of(work, &record, Mode::Look);
    let checked_out = here.as_deref().unwrap_or(tip);
    let (tree, rescued) = rescue::save(work, checked_out, owner, &what, repaired)?;
    settled.rescued.extend(rescued);
    if parent != tip {
        quarantine::name(work, || {
            let change = Change::default().update(&refs::head(&want.branch), &parent, tip);
            change.must(&work.repo, "batchprp: adopt")
        })?;
        settled.adopted = commits;
        settled.tip.clone_from(&parent);
    }
    if tree != rescue::tree_of(work, &parent)? {
        stage::check_out(work, &parent)?;
        modules::reset(work, order.silence)?;
    }
    own::tell(work, Some(&want.branch), &parent)?;
    Ok(settled)
}
