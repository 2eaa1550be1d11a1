//! One thing that siblings spell in two ways.

use std::collections::BTreeMap;

use super::batch::Batch;
use crate::review::document::ReviewedPrp;
use crate::review::finding::{Finding, FindingSeverity::Warning};

/// Shorter words are spelled alike by chance.
const SHORTEST: usize = 5;

/// Compares what is written in one and the same manner everywhere: declared paths, words of titles, tags, external
/// dependencies. Only case, dashes and underscores may differ between two spellings of one thing.
pub(super) fn check(batch: &Batch<'_>, findings: &mut Vec<Finding>) {
    type Kind = (&'static str, fn(&ReviewedPrp<'_>) -> Vec<String>);
    let kinds: [Kind; 4] = [
        ("path", |document| document.prp.files.clone()),
        ("word", |document| words(document.prp.title.as_deref().unwrap_or_default())),
        ("tag", |document| document.prp.tags.clone()),
        ("external dependency", |document| document.prp.external_dependencies.clone()),
    ];
    for (kind, terms) in kinds {
        // The first spelling in the batch is the one to keep.
        let mut first = BTreeMap::<String, (usize, String)>::new();
        for (item, document) in batch.documents.iter().enumerate() {
            for term in terms(document) {
                let key = term.to_lowercase().replace(['-', '_'], "");
                let (other, spelling) = first.entry(key.clone()).or_insert_with(|| (item, term.clone())).clone();
                if other == item || spelling == term || key.chars().count() < SHORTEST {
                    continue;
                }
                let name = &batch.documents[other].name;
                let text = format!("the {kind} `{term}` of {} is `{spelling}` in {name}", document.name);
                let way = format!("write `{spelling}` in both, or choose names that differ in more than spelling");
                findings.push(document.finding(Warning, "diverging_term", document.find(&term), text, way));
            }
        }
    }
}

/// Returns the words of a title in lower case, since titles are capitalised in many ways.
fn words(title: &str) -> Vec<String> {
    let words = title.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_'));
    words.map(|word| word.trim_matches(['-', '_']).to_lowercase()).filter(|word| !word.is_empty()).collect()
}
