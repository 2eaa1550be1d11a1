//! What git knows about executed PRPs.

use std::path::Path;

use super::bridge::{Executed, PhaseRecord};
use super::settings::Settings;
use super::{journal, select};
use crate::error::{Error, ExitCode, Result};
use crate::event::EventKind;
use crate::host::git::diff;
use crate::host::git::executed::{self, Facts, Query};
use crate::host::git::repo::Repo;
use crate::host::git::scan::FoundPhase;
use crate::model::id::BatchId;

/// Collects the facts about PRPs of a batch, or about the given ids.
pub(crate) fn facts(settings: &Settings, batch: Option<u32>, ids: &[String]) -> Result<Vec<Executed>> {
    let repo = Repo::open(&settings.root, settings.git)?;
    let ids = match ids {
        [] => select::ids_of_batch(settings, batch)?,
        ids => ids.iter().map(|id| super::gitwork::parse(id)).collect::<Result<Vec<_>>>()?,
    };
    let folder = |path: &Path| format!("{}/", path.display());
    let query = Query {
        batch_branch: Some(batch_branch(batch)),
        ids,
        exclude: vec![".ce/".to_owned(), folder(&settings.requests), folder(&settings.executed)],
    };
    let found = executed::executed(&repo, &query)?;
    Ok(found.into_iter().map(|facts| told(settings, facts)).collect())
}

fn told(settings: &Settings, facts: Facts) -> Executed {
    let mut validations = facts.validations;
    let record = |phase: FoundPhase| PhaseRecord {
        validation: validations.remove(&phase.ordinal),
        ordinal: phase.ordinal,
        commit: phase.commit,
        key: phase.key,
    };
    Executed {
        phases: facts.phases.into_iter().map(record).collect(),
        merged: facts.merged,
        files_known: facts.files.is_some(),
        files: facts.files.unwrap_or_default(),
        first: facts.first,
        last: facts.last,
        hours: worked_hours(settings, &facts.id),
        id: facts.id,
    }
}

/// Returns the patch of one executed item.
pub(crate) fn patch(settings: &Settings, id: &str, max_bytes: usize) -> Result<String> {
    let repo = Repo::open(&settings.root, settings.git)?;
    let id = super::gitwork::parse(id)?;
    let branch = batch_branch(id.batch().map(|batch| batch.0));
    let query = Query { batch_branch: Some(branch.clone()), ids: vec![id.clone()], exclude: Vec::new() };
    let merged = executed::executed(&repo, &query)?.into_iter().next().and_then(|facts| facts.merged);
    let (from, to) = diff::range(&repo, &branch, &id.branch(), merged.as_deref())?.ok_or_else(|| {
        Error::new(ExitCode::NothingMatched, format!("git shows no work of `{id}`")).help("run `batchprp exe` first")
    })?;
    Ok(diff::patch(&repo, &from, &to, max_bytes)?.text)
}

/// Returns the name of the branch on which a batch is integrated.
pub(crate) fn batch_branch(batch: Option<u32>) -> String {
    batch.map_or_else(|| "prp-adhoc".to_owned(), |batch| BatchId(batch).branch())
}

/// Sums the working time that the journals of all runs of this checkout measured; `None` when no run knows the item.
fn worked_hours(settings: &Settings, id: &str) -> Option<f64> {
    let mut seconds = None;
    for entry in std::fs::read_dir(settings.runs_dir()).ok()?.flatten() {
        for event in journal::read(&entry.path()).unwrap_or_default() {
            if let EventKind::ItemFinished { item, duration, .. } = event.kind
                && item == id
            {
                seconds = Some(seconds.unwrap_or(0.0) + duration);
            }
        }
    }
    seconds.map(|seconds: f64| seconds / 3600.0)
}
