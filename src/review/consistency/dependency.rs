//! Dependencies that lead nowhere, in circles, or against the stages.

use std::ops::Range;

use super::batch::Batch;
use crate::model::id::PrpId;
use crate::model::status::Status;
use crate::review::document::ReviewedPrp;
use crate::review::finding::Finding;
use crate::review::finding::FindingSeverity::{Error, Warning};

/// Spellings that differ by more than this are different ids.
const NEAR: usize = 1;

pub(super) fn check(batch: &Batch<'_>, known: &[PrpId], findings: &mut Vec<Finding>) {
    for (item, document) in batch.documents.iter().enumerate() {
        duplicate(batch, item, document, findings);
        for dependency in &document.prp.dependencies {
            let id = &dependency.id;
            let place = Some(dependency.span.clone());
            if Some(id) == document.prp.id.as_ref() {
                let text = format!("{id} depends on itself");
                let way = format!("remove {id} from its own `dependencies`");
                findings.push(document.finding(Error, "self_dependency", place, text, way));
            } else if let Some(&other) = batch.by_id.get(id.as_str()) {
                stage(document, &batch.documents[other], findings);
                cancelled(document, &batch.documents[other], place, findings);
            } else if !known.contains(id) {
                let way = match nearest(batch, known, document.prp.id.as_ref(), id) {
                    Some(near) => format!("write `{near}` if that is meant, else remove it"),
                    None => "remove it, or move it to `external_dependencies` when it is no PRP".to_owned(),
                };
                let text = format!("{} depends on {id}, which no PRP has as its id", document.name);
                findings.push(document.finding(Error, "undefined_dependency", place, text, way));
            }
        }
        for id in &document.prp.conflicts_with {
            if !batch.by_id.contains_key(id.as_str()) && !known.contains(id) {
                let way = nearest(batch, known, document.prp.id.as_ref(), id)
                    .map_or_else(|| "remove it".to_owned(), |near| format!("write `{near}` if that is meant"));
                let text = format!("{} conflicts with {id}, which no PRP has as its id", document.name);
                findings.push(document.finding(
                    Warning,
                    "undefined_conflict",
                    document.key(&["conflicts_with"]),
                    text,
                    way,
                ));
            }
        }
    }
    cycle(batch, findings);
}

fn duplicate(batch: &Batch<'_>, item: usize, document: &ReviewedPrp<'_>, findings: &mut Vec<Finding>) {
    let Some(id) = &document.prp.id else { return };
    if let Some(&first) = batch.by_id.get(id.as_str())
        && first != item
    {
        let text = format!("{id} is also the id of `{}`", batch.documents[first].file);
        let way = "give one of them another `prp_id`, and the file name with it";
        findings.push(document.finding(Error, "duplicate_id", document.key(&["prp_id"]), text, way));
    }
}

fn stage(document: &ReviewedPrp<'_>, dependency: &ReviewedPrp<'_>, findings: &mut Vec<Finding>) {
    let (Some(own), Some(other)) = (document.prp.stage, dependency.prp.stage) else { return };
    if own <= other {
        let text = format!("{} is in stage {own} but depends on {} of stage {other}", document.name, dependency.name);
        let way = format!("set `stage: {}`; batchprp goes by the dependency anyway", other + 1);
        findings.push(document.finding(Warning, "stage_order", document.key(&["stage"]), text, way));
    }
}

/// What builds on work that is off will not run, which its author may not have noticed.
fn cancelled(
    document: &ReviewedPrp<'_>,
    other: &ReviewedPrp<'_>,
    place: Option<Range<usize>>,
    findings: &mut Vec<Finding>,
) {
    let own = document.prp.status;
    if other.prp.status != Some(Status::Cancelled) || own == Some(Status::Cancelled) || own.is_some_and(Status::is_done)
    {
        return;
    }
    let text = format!("{} depends on {}, which is cancelled", document.name, other.name);
    let way = format!("remove {} from its `dependencies`, or cancel it too", other.name);
    findings.push(document.finding(Warning, "cancelled_dependency", place, text, way));
}

fn cycle(batch: &Batch<'_>, findings: &mut Vec<Finding>) {
    let Err(cycle) = &batch.graph else { return };
    for path in &cycle.paths {
        // In the path an item comes before the next one; people read who depends on whom.
        let names = path.iter().rev().map(|item| batch.documents[*item].name.as_str()).collect::<Vec<_>>().join(" → ");
        let edges = || path.windows(2).map(|pair| (pair[0], pair[1]));
        let Some((before, item)) = edges().find(|edge| cycle.break_hint.contains(edge)).or_else(|| edges().next())
        else {
            continue;
        };
        let (before, document) = (&batch.documents[before], &batch.documents[item]);
        let entry = document.prp.dependencies.iter().find(|entry| Some(&entry.id) == before.prp.id.as_ref());
        let text = format!("dependencies go in a circle: {names}");
        let way = format!(
            "remove {} from the `dependencies` of {}, or another step of the circle",
            before.name, document.name
        );
        let place = entry.map(|entry| entry.span.clone());
        findings.push(document.finding(Error, "cyclic_dependency", place, text, way));
    }
}

/// Returns the id that was probably meant: one letter or digit away, and if possible of the same batch. In an id of one
/// part, such as `PRP-5`, every other one is a letter away and says nothing.
fn nearest(batch: &Batch<'_>, known: &[PrpId], own: Option<&PrpId>, id: &PrpId) -> Option<PrpId> {
    let inside = batch.documents.iter().filter_map(|document| document.prp.id.as_ref());
    let others = inside.chain(known).filter(|other| Some(*other) != own && other.bare().contains('.'));
    let near = others.filter(|other| strsim::damerau_levenshtein(other.as_str(), id.as_str()) <= NEAR);
    near.min_by_key(|other| (other.batch() != id.batch(), (*other).clone())).cloned()
}
