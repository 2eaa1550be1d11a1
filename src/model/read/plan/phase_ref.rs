//! The dependency text of a plan phase: `None`, `Phase 1, Phase 3`, `Phases 4-8 (all commands)`.

use std::ops::Range;

use crate::model::read::path::is_none;
use crate::model::read::phase_heading::label;
use crate::model::read::text::list_item::split;
use crate::model::read::text::source::trim;

/// One piece of a dependency text, with its place in that text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Label(String, Range<usize>),
    /// First and last label, both included.
    Span(String, String, Range<usize>),
    /// `all previous phases`, or the one before.
    Before(Reach, Range<usize>),
    /// What is neither.
    Rejected(Range<usize>),
}

/// How far back a reference goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    All,
    Last,
}

/// The pieces of a dependency text, in order; none when the text says that there are none.
pub type DependencyText = Vec<Piece>;

/// Reads a dependency text.
pub fn dependency_text(text: &str) -> DependencyText {
    pieces(text, &(0..text.len()))
}

/// Reads the dependency text at a range.
pub(crate) fn pieces(text: &str, range: &Range<usize>) -> DependencyText {
    let range = trim(text, range.clone());
    if text[range.clone()].trim_matches(['.', '*', '`', ' ']).is_empty() || is_none(&text[range.clone()]) {
        return Vec::new();
    }
    let parts = split(text, &range, |c| matches!(c, ';' | '&' | '+'));
    parts.iter().flat_map(|part| at_and(text, part)).map(|part| piece(text, part)).collect()
}

/// Splits at the word `and` outside of brackets.
fn at_and(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let part = &text[range.clone()];
    let lower = part.to_ascii_lowercase();
    let mut parts = Vec::new();
    let mut start = 0;
    let mut depth = 0usize;
    for (at, c) in lower.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            'a' if depth == 0 && at >= start => {
                let before = lower[..at].ends_with(char::is_whitespace) || at == 0;
                let after = lower[at..].strip_prefix("and").is_some_and(|rest| rest.starts_with(char::is_whitespace));
                if before && after {
                    parts.push(start..at);
                    start = at + 3;
                }
            }
            _ => {}
        }
    }
    parts.push(start..part.len());
    let place = |part: Range<usize>| trim(text, range.start + part.start..range.start + part.end);
    parts.into_iter().map(place).filter(|part| !part.is_empty()).collect()
}

fn piece(text: &str, range: Range<usize>) -> Piece {
    let part = text[range.clone()].trim_matches(['*', '`', ' ']);
    if let Some(reach) = before(part) {
        return Piece::Before(reach, range);
    }
    match reference(linked(part)) {
        Some((first, None)) => Piece::Label(first.to_owned(), range),
        Some((first, Some(last))) => Piece::Span(first.to_owned(), last.to_owned(), range),
        None => Piece::Rejected(range),
    }
}

/// Reads `all previous phases`, `previous phase` and their like.
fn before(text: &str) -> Option<Reach> {
    let words = text.split('(').next().unwrap_or_default().trim_end_matches(['.', ' ']).to_lowercase();
    let (all, words) = match words.strip_prefix("all ") {
        Some(rest) => (true, rest.strip_prefix("of the ").or_else(|| rest.strip_prefix("the ")).unwrap_or(rest)),
        None => (false, words.strip_prefix("the ").unwrap_or(&words)),
    };
    let (which, what) = words.split_once(' ').unwrap_or((words, ""));
    match (which, what) {
        ("previous" | "prior" | "preceding" | "earlier", "phases") | ("above", "" | "phases")
            if all || !what.is_empty() =>
        {
            Some(Reach::All)
        }
        ("previous" | "prior" | "preceding", "phase") => Some(if all { Reach::All } else { Reach::Last }),
        ("phases", "above" | "before" | "before this one") => Some(Reach::All),
        _ => None,
    }
}

/// Returns the words of a reference that is a link, such as `[Phase 1](#phase-1-schema)`.
fn linked(text: &str) -> &str {
    let words = text.strip_prefix('[').and_then(|rest| rest.split_once("](")).filter(|(_, rest)| rest.ends_with(')'));
    words.map_or(text, |(words, _)| words.trim_matches(['*', '`', ' ']))
}

/// Reads `Phase(s)? label(-label)? (comment)?`.
fn reference(text: &str) -> Option<(&str, Option<&str>)> {
    let start = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let rest = match text[..start].to_ascii_lowercase().as_str() {
        "" => text,
        "phase" | "phases" => text[start..].trim_start(),
        // `P1`, but not `P 1`.
        "p" => &text[start..],
        _ => return None,
    };
    let (first, rest) = label(rest)?;
    // `Phase 1: Schema`, as the heading has it.
    let titled = rest.strip_prefix(':').filter(|title| start > 1 && !title.trim().is_empty());
    let rest = if titled.is_some() { "" } else { rest.trim_start() };
    let (last, rest) = match rest.strip_prefix(['-', '–', '—']) {
        Some(after) => {
            let after = after.trim_start();
            let after = after.get(..5).filter(|word| word.eq_ignore_ascii_case("phase")).map_or(after, |_| &after[5..]);
            let after = after.strip_prefix(['P', 'p']).unwrap_or(after);
            let (last, rest) = label(after.trim_start())?;
            (Some(last), rest.trim_start())
        }
        None => (None, rest),
    };
    let comment = rest.is_empty() || rest == "." || rest.starts_with('(') && rest.trim_end_matches('.').ends_with(')');
    comment.then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let show = |piece| match piece {
            Piece::Label(label, _) => label,
            Piece::Span(first, last, _) => format!("{first}..{last}"),
            Piece::Before(Reach::All, _) => "all before".to_owned(),
            Piece::Before(Reach::Last, _) => "the one before".to_owned(),
            Piece::Rejected(span) => format!("!{}", &text[span]),
        };
        dependency_text(text).into_iter().map(show).collect()
    }

    #[test]
    fn all_forms_of_a_reference() {
        for (text, expected) in [
            ("None", vec![]),
            ("n/a (foundation)", vec![]),
            ("-", vec![]),
            ("", vec![]),
            ("Phase 1, Phase 3", vec!["1", "3"]),
            ("Phase 1, 2 and 4", vec!["1", "2", "4"]),
            ("phases 1 & 2A + 2.5", vec!["1", "2A", "2.5"]),
            ("Phase 4-8 (all commands)", vec!["4..8"]),
            ("Phase 1 – Phase 3", vec!["1..3"]),
            ("Phase 1 (needs a, b and c); 2", vec!["1", "2"]),
            ("P1, p2A and P3-P5", vec!["1", "2A", "3..5"]),
            ("[Phase 1](#phase-1-schema), [`P2`](#p2)", vec!["1", "2"]),
            ("Phase 1: Schema, Phase 2", vec!["1", "2"]),
            ("All previous phases", vec!["all before"]),
            ("all of the prior phases (integration)", vec!["all before"]),
            ("the previous phase.", vec!["the one before"]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn anything_else_is_quoted() {
        assert_eq!(read("Phase 1, the schema, All other phases"), ["1", "!the schema", "!All other phases"]);
        assert_eq!(read("None | Phase 2"), ["!None | Phase 2"]);
        assert_eq!(read("Phase 1 classification report"), ["!Phase 1 classification report"]);
    }
}
