//! What the reader of a PRP refuses, as part of its review: with such a document no batch runs.

use crate::model::problem::Problem;
use crate::model::prp::Prp;
use crate::review::check::Check;
use crate::review::document::ReviewedPrp;
use crate::review::finding::{Finding, FindingSeverity};

/// Returns what the reader refuses as findings.
pub fn refusals(prp: &Prp) -> Vec<Finding> {
    let document = ReviewedPrp::new(prp);
    errors(prp).map(|problem| finding(&document, problem)).collect()
}

/// Adds what the reader refuses to the checks that it is about. They give no points: what cannot be used is not there.
pub(super) fn apply(document: &ReviewedPrp<'_>, checks: &mut [Check]) {
    if document.prp.text.is_empty() && errors(document.prp).next().is_some() {
        // Where nothing could be read, nothing else is to be said.
        for check in checks.iter_mut() {
            check.findings.clear();
        }
    }
    for problem in errors(document.prp) {
        let name = check_of(problem.code);
        let Some(check) = checks.iter_mut().find(|check| check.name == name) else { continue };
        // The reader knows better than the rule why there is nothing.
        check.findings.retain(|finding| !finding.is_error() || finding.category.contains("::"));
        check.findings.push(finding(document, problem));
        check.points = 0.0;
        check.passed = false;
        check.evidence = format!("refused: {}", problem.message);
    }
}

fn errors(prp: &Prp) -> impl Iterator<Item = &Problem> {
    prp.problems.iter().filter(|problem| problem.is_error())
}

fn finding(document: &ReviewedPrp<'_>, problem: &Problem) -> Finding {
    let way = problem.help.clone().unwrap_or_else(|| "`batchprp inspect FILE` shows what is read".to_owned());
    document.finding(FindingSeverity::Error, problem.code, problem.span.clone(), problem.message.clone(), way)
}

/// Returns the check that a problem of the reader belongs to.
fn check_of(code: &str) -> &'static str {
    match code.split_once("::").unwrap_or(("", code)) {
        ("prp", "bad_path") => "files",
        ("prp", "self_dependency") => "dependencies",
        ("prp", "no_implementation" | "no_phases" | "duplicate_phase" | "ambiguous_fence" | "open_fence") => "phases",
        ("gate", _) => "gates",
        // Ids, frontmatter, and files that cannot be read at all.
        (_, _) => "frontmatter",
    }
}
