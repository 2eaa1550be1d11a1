//! Runs all rules over a batch.

use std::collections::HashMap;

use super::batch::Batch;
use super::{connection, dependency, effort, file, term};
use crate::model::id::PrpId;
use crate::model::prp::Prp;
use crate::review::finding::Finding;

/// Reviews the consistency of a batch. Errors are reasons not to start; warnings are worth a look before.
///
/// `known` are ids of PRPs elsewhere in the project, such as executed ones; `exists` tells whether a path, relative to
/// the project, is there already. Rules that need an order are left out while there is a cycle.
///
/// | category | severity |
/// |---|---|
/// | `duplicate_id`, `self_dependency`, `undefined_dependency`, `cyclic_dependency` | error |
/// | `stage_order` stage against dependency | warning |
/// | `shared_file` one file in two unordered PRPs | warning |
/// | `unproduced_file` a file that is named but neither there nor declared by a PRP | warning |
/// | `missing_dependency` a file that only an unordered sibling produces | warning |
/// | `large_estimate` over 40 hours, `small_estimate` high complexity under 2 hours, `missing_gates` | warning |
/// | `diverging_term` one thing spelled in two ways | warning |
/// | `unnamed_sibling` of an integration PRP | warning |
/// | `orphan` no connection in a connected batch | info: independent work is common |
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
