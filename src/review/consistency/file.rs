//! Files between PRPs: changed by two of them, or used and made by none.

use std::collections::BTreeSet;

use super::batch::Batch;
use super::producers::Producers;
use super::reference::references;
use crate::review::finding::{Finding, FindingSeverity::Warning};

pub(super) fn check(batch: &Batch<'_>, exists: &dyn Fn(&str) -> bool, findings: &mut Vec<Finding>) {
    shared(batch, findings);
    unproduced(batch, exists, findings);
}

fn shared(batch: &Batch<'_>, findings: &mut Vec<Finding>) {
    for (earlier, later, file) in batch.serialised() {
        let (first, second) = (&batch.documents[earlier], &batch.documents[later]);
        let place = second.find(file).or_else(|| second.key(&["files_modified", "files"]));
        let text =
            format!("`{file}` is changed by {} and by {}, and neither waits for the other", first.name, second.name);
        let way = format!(
            "add {} to the `dependencies` of {} if that is the order (it is what a run would take), or divide the file",
            first.name, second.name
        );
        findings.push(second.finding(Warning, "shared_file", place, text, way));
    }
}

fn unproduced(batch: &Batch<'_>, exists: &dyn Fn(&str) -> bool, findings: &mut Vec<Finding>) {
    let producers = Producers::new(batch);
    for (item, document) in batch.documents.iter().enumerate() {
        let mut seen = BTreeSet::new();
        let mut before = None;
        for reference in references(document) {
            let path = reference.path.as_str();
            if !seen.insert(path.to_owned()) {
                continue;
            }
            let makers = producers.of(path);
            if makers.contains(&item) || exists(path) {
                continue;
            }
            let Some(maker) = makers.first() else {
                let name = &document.name;
                let text = format!("{name} uses `{path}`, which is not there and which no PRP of the batch makes");
                let way = "correct the path, or add it to the `files_modified` of the PRP that makes it";
                findings.push(document.finding(Warning, "unproduced_file", Some(reference.span), text, way));
                continue;
            };
            if batch.graph.is_err() {
                continue;
            }
            let before = before.get_or_insert_with(|| batch.ancestors(item));
            if !makers.iter().any(|maker| before.contains(maker) || batch.ancestors(*maker).contains(&item)) {
                let maker = &batch.documents[*maker].name;
                let text = format!("{} uses `{path}`, which {maker} makes, but does not wait for it", document.name);
                let way = format!("add {maker} to the `dependencies` of {}", document.name);
                findings.push(document.finding(Warning, "missing_dependency", Some(reference.span), text, way));
            }
        }
    }
}
