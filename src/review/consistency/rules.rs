//! Runs all rules over a batch.

use std::collections::HashMap;

use super::batch::Batch;
use super::{connection, dependency, effort, file, term};
use crate::model::id::PrpId;
use crate::model::prp::Prp;
use crate::review::finding::{Finding, FindingSeverity};

/// Every rule: the category of its findings, and how much they matter.
///
/// `cancelled_dependency` is one whose status says that it will not be done, `stage_order` is a stage against a dependency, `shared_file` one file in two unordered PRPs, `unproduced_file` a file
/// that is named but neither there nor declared by a PRP, `missing_dependency` a file that only an unordered sibling
/// makes, `large_estimate` over 40 hours, `small_estimate` high complexity under 2 hours, `diverging_term` one thing
/// spelled in two ways, `unnamed_sibling` one that an integration PRP leaves out. An `orphan` has no connection in a
/// connected batch, which is common for independent work and so for information only.
pub const RULES: [(&str, FindingSeverity); 16] = [
    ("duplicate_id", FindingSeverity::Error),
    ("self_dependency", FindingSeverity::Error),
    ("undefined_dependency", FindingSeverity::Error),
    ("cyclic_dependency", FindingSeverity::Error),
    ("undefined_conflict", FindingSeverity::Warning),
    ("cancelled_dependency", FindingSeverity::Warning),
    ("stage_order", FindingSeverity::Warning),
    ("shared_file", FindingSeverity::Warning),
    ("unproduced_file", FindingSeverity::Warning),
    ("missing_dependency", FindingSeverity::Warning),
    ("large_estimate", FindingSeverity::Warning),
    ("small_estimate", FindingSeverity::Warning),
    ("missing_gates", FindingSeverity::Warning),
    ("diverging_term", FindingSeverity::Warning),
    ("unnamed_sibling", FindingSeverity::Warning),
    ("orphan", FindingSeverity::Info),
];

/// Reviews the consistency of a batch. Errors are reasons not to start; warnings are worth a look before.
///
/// `known` are ids of PRPs elsewhere in the project, such as executed ones; `exists` tells whether a path, relative to
/// the project, is there already. Rules that need an order are left out while there is a cycle. See [`RULES`].
pub fn consistency(prps: &[Prp], known: &[PrpId], exists: &dyn Fn(&str) -> bool) -> Vec<Finding> {
    let batch = Batch::new(prps);
    let mut findings = Vec::new();
    dependency::check(&batch, known, &mut findings);
    file::check(&batch, exists, &mut findings);
    effort::check(&batch, &mut findings);
    term::check(&batch, &mut findings);
    connection::check(&batch, &mut findings);
    // Documents keep their order; within one, the worst comes first and then what stands higher up.
    let places = batch.documents.iter().enumerate().map(|(place, document)| (document.file.as_str(), place));
    let places = places.collect::<HashMap<_, _>>();
    findings.sort_by_cached_key(|finding| (finding.severity, places.get(finding.file.as_str()).copied(), finding.line));
    findings
}
