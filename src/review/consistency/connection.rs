//! PRPs that nothing connects with their batch, and siblings that an integration leaves out.

use super::batch::Batch;
use crate::model::id::PrpId;
use crate::review::document::ReviewedPrp;
use crate::review::finding::Finding;
use crate::review::finding::FindingSeverity::{Info, Warning};
use crate::review::outline::words;

pub(super) fn check(batch: &Batch<'_>, findings: &mut Vec<Finding>) {
    orphans(batch, findings);
    integration(batch, findings);
}

fn orphans(batch: &Batch<'_>, findings: &mut Vec<Finding>) {
    let mut connected =
        batch.documents.iter().map(|document| !document.prp.dependencies.is_empty()).collect::<Vec<_>>();
    batch.before.iter().flatten().for_each(|before| connected[*before] = true);
    for (earlier, later, _) in batch.serialised() {
        connected[earlier] = true;
        connected[later] = true;
    }
    let joined = connected.iter().filter(|connected| **connected).count();
    // Where most stand alone, standing alone is how the batch is meant.
    if joined < 2 || joined * 2 <= connected.len() {
        return;
    }
    for (document, _) in batch.documents.iter().zip(&connected).filter(|(_, connected)| !**connected) {
        let text = format!("{} depends on nothing and nothing depends on it, unlike its siblings", document.name);
        let way = "name what it builds on, or what uses it; leave it when it really stands alone";
        findings.push(document.finding(Info, "orphan", document.key(&["dependencies"]), text, way));
    }
}

fn integration(batch: &Batch<'_>, findings: &mut Vec<Finding>) {
    if batch.graph.is_err() {
        return;
    }
    for (item, document) in batch.documents.iter().enumerate().filter(|(_, document)| integrates(document)) {
        let before = batch.ancestors(item);
        let lower = document.prp.text.to_lowercase();
        let left_out = batch.documents.iter().enumerate().filter(|(other, sibling)| {
            let same_batch = match (number(document), number(sibling)) {
                (Some(own), Some(other)) => own == other,
                _ => true,
            };
            let later = match (stage(document), stage(sibling)) {
                (Some(own), Some(other)) => other >= own,
                _ => false,
            };
            let named = sibling.prp.id.as_ref().is_none_or(|id| names(&document.prp.text, id))
                || sibling.prp.title.as_ref().is_some_and(|title| lower.contains(&title.to_lowercase()));
            same_batch && !later && !before.contains(other) && !named && !batch.ancestors(*other).contains(&item)
        });
        let left_out = left_out.map(|(_, sibling)| sibling.name.as_str()).collect::<Vec<_>>();
        if !left_out.is_empty() {
            let names = left_out.join(", ");
            let text = format!("{} brings the batch together but does not name {names}", document.name);
            let way = format!("add {names} to its `dependencies`, or say why it is not part of the integration");
            findings.push(document.finding(Warning, "unnamed_sibling", document.key(&["dependencies"]), text, way));
        }
    }
}

/// Tells whether a PRP is about putting the others together.
fn integrates(document: &ReviewedPrp<'_>) -> bool {
    let title = words(document.prp.title.as_deref().unwrap_or_default());
    let has = |word: &str| title.contains(word);
    let marked = |text: &String| text.eq_ignore_ascii_case("integration");
    document.prp.kind.as_ref().is_some_and(marked)
        || document.prp.tags.iter().any(marked)
        || title.starts_with(" integration ")
        || has(" end to end ")
        || has(" e2e ")
        || has(" integration ") && (has(" test ") || has(" tests ") || has(" testing "))
}

fn number(document: &ReviewedPrp<'_>) -> Option<u32> {
    document.prp.batch.or_else(|| document.prp.id.as_ref()?.batch().map(|batch| batch.0))
}

fn stage(document: &ReviewedPrp<'_>) -> Option<u32> {
    let from_id = || document.prp.id.as_ref()?.bare().split('.').nth(1)?.parse().ok();
    document.prp.stage.or_else(from_id)
}

/// Tells whether a text names an id: `PRP-47.1.1` is not named by `PRP-47.1.10`.
fn names(text: &str, id: &PrpId) -> bool {
    let bare = if id.bare().contains('.') { id.bare() } else { id.as_str() };
    text.match_indices(bare).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let mut after = text[at + bare.len()..].chars();
        let longer = match after.next() {
            Some('.') => after.next().is_some_and(|c| c.is_ascii_digit()),
            Some(c) => c.is_alphanumeric(),
            None => false,
        };
        !longer && !before.is_some_and(|c| c.is_alphanumeric() || c == '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_named_only_as_a_whole() {
        let id = "PRP-47.1.1".parse::<PrpId>().unwrap();
        assert!(["see PRP-47.1.1.", "(47.1.1)", "PRP-47.1.1"].iter().all(|text| names(text, &id)));
        assert!(!["PRP-47.1.10", "47.1.1.2", "147.1.1", "v47.1.1"].iter().any(|text| names(text, &id)));
        let short = "PRP-7".parse::<PrpId>().unwrap();
        assert!(names("after PRP-7,", &short) && !names("7 files", &short));
    }
}
