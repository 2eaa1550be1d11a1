//! An item that is taken up again has what it builds on as that is now, not as it was when the item began.

use crate::error::Result;
use crate::host::git::merge::follow::{self, Brought, Follower};
use crate::host::git::plumbing::notes;
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::host::git::upkeep::executed::{self, Query};
use crate::host::git::upkeep::scan::{self, ItemScan};
use crate::host::git::workspace::{self, Prepare, Prepared};
use crate::model::id::PrpId;
use crate::model::validation::ValidationRecord;
use crate::run::shared::names;
use crate::run::work::batch::integration::Integration;
use crate::run::work::tell::Tell;

/// What an item builds on.
#[derive(Clone, Debug)]
pub(crate) struct Ground {
    /// The items whose work it needs.
    pub(crate) needs: Vec<PrpId>,
    /// Branches of such items, where they are not merged.
    pub(crate) unmerged: Vec<String>,
    /// Number of its own phases.
    pub(crate) phases: u32,
    /// It is merged already, and is carried on because phases of it are missing.
    pub(crate) reopened: bool,
    /// It gets all that the batch branch has, because its merge was refused beside that.
    pub(crate) all: bool,
}

/// Merges into the branch of an item what it builds on, unless all of its phases are done. `pending` work of a dead run
/// that is not committed yet comes first: then it is only told how far behind the item is.
pub(crate) fn bring_up_to_date(
    integration: &Integration,
    ground: &Ground,
    want: &Prepare,
    made: Prepared,
    pending: bool,
    tell: &Tell,
) -> Result<Prepared> {
    let Integration { repo, branch: into, .. } = integration;
    let id = names::parse(&made.item)?;
    let Ground { needs, unmerged, all, .. } = ground;
    let follower = Follower { id: &id, batch_branch: into, needs, unmerged, all: *all, run: &made.run };
    let Some(behind) = follow::behind(repo, &follower, &made.tip)? else { return Ok(made) };
    if !all && passed(repo, &made, &id)? == usize::try_from(ground.phases).unwrap_or(usize::MAX) {
        return Ok(made);
    }
    let sentence = behind.sentence(into);
    if pending {
        tell.note(
            Some(&made.item),
            format!("`{}` is {sentence}: they come in when its work is taken over", made.branch),
        );
        return Ok(made);
    }
    let brought = follow::bring(repo, &follower, &behind, &made.base, &made.tip)?;
    let text = match &brought {
        Brought::Conflict { files } => {
            return Err(refuse(format!(
                "`{}` is {sentence}, and merging them in conflicts in {}: `batchprp resolve {id}`",
                made.branch,
                files.join(", ")
            ))
            .help(format!("resolve it in the item's workspace: `batchprp resolve {id}`")));
        }
        Brought::Anew { .. } => format!("`{}` was {sentence}: it starts there now", made.branch),
        Brought::Merged { .. } => {
            format!("`{}` was {sentence}: they are merged in, and validated with it", made.branch)
        }
    };
    follow::advance(repo, &made.branch, &made.tip, &brought)?;
    let again = workspace::prepare(repo, want)?;
    tell.note(Some(&made.item), text);
    Ok(Prepared { tip: again.tip, base: again.base, since: again.since, ..made })
}

/// Adds the phases that came with an earlier merge of the item and stand: only the others are to be carried out.
pub(crate) fn add_merged(integration: &Integration, item: &str, found: &mut ItemScan) -> Result<()> {
    let Integration { repo, branch, .. } = integration;
    let query = Query { batch_branch: Some(branch.clone()), ids: vec![names::parse(item)?], ..Query::default() };
    for phase in executed::executed(repo, &query)?.into_iter().flat_map(|facts| facts.phases) {
        if !found.phases.iter().any(|own| own.ordinal == phase.ordinal) {
            found.phases.push(phase);
        }
    }
    found.phases.sort_by_key(|phase| phase.ordinal);
    let stands = |ordinal: &u32| found.phases.iter().any(|phase| phase.ordinal == *ordinal);
    found.holes.retain(|ordinal| !stands(ordinal));
    Ok(())
}

/// Counts the phases whose checkpoints stand with passed records.
fn passed(repo: &Repo, made: &Prepared, id: &PrpId) -> Result<usize> {
    let mut passed = 0;
    for phase in scan::item(repo, &made.branch, &made.base, id)?.phases {
        passed += usize::from(notes::read(repo, &phase.commit)?.as_ref().is_some_and(ValidationRecord::passed));
    }
    Ok(passed)
}
