//! Files between PRPs: changed by two of them, or used and made by none.

use std::collections::BTreeSet;

use super::batch::Batch;
use super::reference::references;
use crate::review::finding::{Finding, Severity::Warning};
use crate::review::pattern::Pattern;

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
    let producers = batch.documents.iter().map(|document| {
        let files = &document.prp.files;
        files.iter().map(|file| (Pattern::new(file), file.as_str())).collect::<Vec<_>>()
    });
    let producers = producers.collect::<Vec<_>>();
    let declares = |item: usize, path: &str| {
        // A document may name a file from a folder further down than the project root.
        let tail = format!("/{path}");
        producers[item].iter().any(|(pattern, file)| pattern.matches(path) || file.ends_with(&tail))
    };
    for (item, document) in batch.documents.iter().enumerate() {
        let mut seen = BTreeSet::new();
        for reference in references(document) {
            let path = reference.path.as_str();
            if !seen.insert(path.to_owned()) || declares(item, path) || exists(path) {
                continue;
            }
            let makers = (0..producers.len()).filter(|&other| declares(other, path)).collect::<Vec<_>>();
            let Some(&maker) = makers.first() else {
                let text =
                    format!("{} uses `{path}`, which is not there and which no PRP of the batch makes", document.name);
                let way = "correct the path, or add it to the `files_modified` of the PRP that makes it";
                findings.push(document.finding(Warning, "unproduced_file", Some(reference.span), text, way));
                continue;
            };
            if batch.graph.is_err() {
                continue;
            }
            let before = batch.ancestors(item);
            if !makers.iter().any(|maker| before.contains(maker) || batch.ancestors(*maker).contains(&item)) {
                let maker = &batch.documents[maker].name;
                let text = format!("{} uses `{path}`, which {maker} makes, but does not wait for it", document.name);
                let way = format!("add {maker} to the `dependencies` of {}", document.name);
                findings.push(document.finding(Warning, "missing_dependency", Some(reference.span), text, way));
            }
        }
    }
}
