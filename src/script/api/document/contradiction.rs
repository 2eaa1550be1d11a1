//! Turns findings that refuse a batch into an error that shows each one at its place in the user's own document.

use crate::error::{Error, ExitCode};
use crate::model::problem::Problem;
use crate::model::prp::Prp;
use crate::review::Finding;

/// Returns the error of a batch that contradicts itself; `None` when no finding is an error.
pub(crate) fn error(prps: &[Prp], findings: &[Finding]) -> Option<Error> {
    let errors = findings.iter().filter(|finding| finding.is_error()).collect::<Vec<_>>();
    let message = match errors.as_slice() {
        [] => return None,
        [only] => format!("the PRPs contradict each other: {}", only.description),
        several => format!("the PRPs contradict each other in {} places", several.len()),
    };
    let mut error =
        Error::new(ExitCode::InvalidInput, message).help("nothing was started; mend the places and start again");
    for prp in prps {
        let file = prp.path.to_string_lossy().replace('\\', "/");
        let problems = errors.iter().filter(|finding| finding.file == file).map(|finding| problem(finding));
        let problems = problems.collect::<Vec<_>>();
        if !problems.is_empty() {
            error = error.findings(file, prp.text.clone(), problems);
        }
    }
    Some(error)
}

fn problem(finding: &Finding) -> Problem {
    let problem = Problem::error(code(&finding.category), finding.description.clone()).help(finding.suggestion.clone());
    match &finding.span {
        Some(span) => problem.at(span.clone()),
        None => problem,
    }
}

/// Returns the code of a category that can be an error.
fn code(category: &str) -> &'static str {
    match category {
        "cyclic_dependency" => "consistency::cyclic_dependency",
        "duplicate_id" => "consistency::duplicate_id",
        "self_dependency" => "consistency::self_dependency",
        "undefined_dependency" => "consistency::undefined_dependency",
        _ => "consistency::contradiction",
    }
}
