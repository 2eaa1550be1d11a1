//! Mistakes that can be mended without asking: there is one way out, and it stands in the suggestion.

use std::ops::Range;

use crate::model::problem::Problem;

use super::report::CheckReport;

/// Rounds in which what was hidden by other mistakes is mended too.
pub(super) const ROUNDS: usize = 5;

/// Signs and words of other languages, and what stands for them here.
const OURS: [(&str, &str); 10] = [
    ("===", "=="),
    ("!==", "!="),
    ("null", "()"),
    ("nil", "()"),
    ("undefined", "()"),
    ("None", "()"),
    ("True", "true"),
    ("False", "false"),
    ("var", "let"),
    ("elif", "else if"),
];

/// Returns the text without the mistakes that are certain, and how many they were.
pub(super) fn mended(report: &CheckReport) -> (String, usize) {
    let mut fixes: Vec<(Range<usize>, String)> =
        report.problems.iter().filter_map(|problem| fix(problem, &report.text)).collect();
    fixes.sort_by_key(|(span, _)| span.start);
    fixes.dedup_by_key(|(span, _)| span.start);
    let mut text = report.text.clone();
    for (span, new) in fixes.iter().rev() {
        text.replace_range(span.clone(), new);
    }
    (text, fixes.len())
}

fn fix(problem: &Problem, text: &str) -> Option<(Range<usize>, String)> {
    let span = problem.span.clone()?;
    let word = text.get(span.clone())?;
    if problem.code == "check::syntax" {
        let rest = &text[span.start..];
        let (theirs, ours) = OURS.into_iter().find(|(theirs, _)| rest.starts_with(theirs))?;
        return Some((span.start..span.start + theirs.len(), ours.to_owned()));
    }
    if problem.code == "check::unused" && problem.message.starts_with("nobody uses the import") {
        let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[span.end..].find('\n').map_or(text.len(), |at| span.end + at + 1);
        let is_alone = text[start..end].trim_end().ends_with(';') && text[start..end].matches(';').count() == 1;
        return is_alone.then(|| (start..end, String::new()));
    }
    let meant = problem.help.as_deref()?.strip_prefix("did you mean `")?.strip_suffix("`?")?;
    if problem.code == "check::word" || problem.code == "check::role" || problem.code == "check::setting" {
        // The place is that of the text with its quotes.
        let quoted = text[span.start..].strip_prefix('"')?;
        let end = span.start + 1 + quoted.find('"')?;
        return Some((span.start + 1..end, meant.to_owned()));
    }
    let certain = [
        "check::deprecated",
        "check::unknown_function",
        "check::unknown_method",
        "check::unknown_property",
        "check::option",
        "check::item_key",
        "check::args",
        "check::throw",
        "script::args",
    ];
    let last = meant.rsplit("::").next().unwrap_or(meant);
    let is_word = word.chars().all(|c| c.is_alphanumeric() || c == '_') && !word.is_empty();
    (certain.contains(&problem.code) && is_word).then(|| (span, last.to_owned()))
}
