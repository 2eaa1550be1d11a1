//! What git knows about executed PRPs.

use std::collections::BTreeMap;
use std::path::Path;

use super::select;
use crate::bridge::{Executed, ExecutedFacts, FactsWanted, InHand, PhaseRecord};
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::git::plumbing::diff;
use crate::host::git::upkeep::executed::{self, Facts, Landed, Query};
use crate::host::git::upkeep::hand;
use crate::host::git::upkeep::scan::FoundPhase;
use crate::host::journal;
use crate::run::settings::Settings;
use crate::run::shared::names;
use crate::run::work::merge::approve;

/// Collects the facts about PRPs of a batch, or about the given ids.
pub(crate) fn facts(settings: &Settings, asked: &ExecutedFacts) -> Result<Vec<Executed>> {
    let (batch, wanted) = (asked.batch, asked.wanted);
    let repo = settings.repo()?;
    let ids = match asked.ids.as_slice() {
        [] => select::ids_of_batch(settings, batch)?,
        ids => ids.iter().map(|id| names::parse(id)).collect::<Result<Vec<_>>>()?,
    };
    let folder = |path: &Path| format!("{}/", path.display());
    let query = Query {
        batch_branch: Some(names::batch_branch(batch)),
        ids,
        files: wanted >= FactsWanted::Changes,
        exclude: vec![".ce/".to_owned(), folder(&settings.requests), folder(&settings.executed)],
    };
    let found = executed::executed(&repo, &query)?;
    let hours = if wanted == FactsWanted::Hours { worked_hours(settings) } else { BTreeMap::new() };
    let mut facts: Vec<Executed> = found.into_iter().map(|facts| told(&hours, facts)).collect();
    for (branch, hand) in hand::all(&repo)? {
        for fact in &mut facts {
            if names::parse(&fact.id)?.branch() == branch {
                let path = settings.worktrees.join(&branch);
                fact.in_hand = Some(InHand { by: hand.by.clone(), phase: hand.phase, path });
            }
        }
    }
    if wanted == FactsWanted::Objections {
        for fact in facts.iter_mut().filter(|fact| fact.merged.is_none()) {
            fact.objections = approve::objections(settings, &names::parse(&fact.id)?, batch)?;
        }
    }
    Ok(facts)
}

fn told(hours: &BTreeMap<String, f64>, facts: Facts) -> Executed {
    let mut validations = facts.validations;
    let record = |phase: FoundPhase| PhaseRecord {
        validation: validations.remove(&phase.ordinal),
        ordinal: phase.ordinal,
        commit: phase.commit,
        key: phase.key,
    };
    Executed {
        phases: facts.phases.into_iter().map(record).collect(),
        has_merge: facts.landed == Some(Landed::Merge),
        taken_out: facts.taken_out,
        kept_by_batch: facts.kept_by_batch,
        in_hand: None,
        reverted: facts.reverted,
        merged: facts.merged,
        files_known: facts.files.is_some(),
        files: facts.files.unwrap_or_default(),
        first: facts.first,
        last: facts.last,
        hours: hours.get(&facts.id).copied(),
        objections: Vec::new(),
        id: facts.id,
    }
}

/// Returns the patch of one executed item.
pub(crate) fn patch(settings: &Settings, id: &str, max_bytes: usize) -> Result<String> {
    let repo = settings.repo()?;
    let id = names::parse(id)?;
    let branch = names::batch_branch(id.batch().map(|batch| batch.0));
    let query = Query { batch_branch: Some(branch.clone()), ids: vec![id.clone()], ..Query::default() };
    let merged = executed::executed(&repo, &query)?.into_iter().next().and_then(|facts| facts.merged);
    let (from, to) = diff::range(&repo, &branch, &id.branch(), merged.as_deref())?.ok_or_else(|| {
        Error::new(ExitCode::NothingMatched, format!("git shows no work of `{id}`")).help("run `batchprp exe` first")
    })?;
    Ok(diff::patch(&repo, &from, &to, max_bytes)?.text)
}

/// Sums the working time of each item over the journals of all runs of this checkout that carried items out.
fn worked_hours(settings: &Settings) -> BTreeMap<String, f64> {
    let mut hours = BTreeMap::new();
    let Ok(runs) = std::fs::read_dir(settings.runs_dir()) else { return hours };
    for run in runs.flatten() {
        let ended = journal::ended_items(&run.path()).unwrap_or_default();
        for event in ended {
            if let EventKind::ItemFinished { item, duration, .. } = event.kind {
                *hours.entry(item).or_insert(0.0) += duration / 3600.0;
            }
        }
    }
    hours
}
