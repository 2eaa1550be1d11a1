//! The grammar of a phase heading: `Phase 2A: Title (1.5 hours)`, and of the steps and tasks that stand in for phases.

use super::estimate;

/// What a heading counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HeadingKind {
    Phase,
    Step,
    Task,
    /// A group of phases with a plan of its own.
    MegaPhase,
}

/// A heading that starts with a kind and a label.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PhaseHeading {
    pub(crate) kind: HeadingKind,
    pub(crate) label: String,
    pub(crate) title: String,
    pub(crate) minutes: Option<f64>,
}

impl PhaseHeading {
    /// Reads a heading without its marks; `None` when it is another heading.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        let (kind, rest) = kind(text)?;
        let rest = rest.strip_prefix(|c: char| c.is_whitespace() || c == '-' || c == '#')?.trim_start();
        let (label, rest) = label(rest)?;
        let after = rest.trim_start_matches([' ', '\t', '*', '\u{a0}']);
        let title = match after.chars().next() {
            None => "",
            Some('(' | '✅' | '☑' | '✔') => after,
            Some(':' | '-' | '–' | '—' | '.' | '|') => {
                after.trim_start_matches([':', '-', '–', '—', '.', '|', ' ', '*'])
            }
            Some(_) => return None,
        };
        let (title, minutes) = notes(title);
        Some(Self { kind, label: label.to_owned(), title: title.to_owned(), minutes })
    }
}

fn kind(text: &str) -> Option<(HeadingKind, &str)> {
    let kinds =
        [("mega-phase", HeadingKind::MegaPhase), ("mega phase", HeadingKind::MegaPhase), ("phase", HeadingKind::Phase)];
    let fallback = [("step", HeadingKind::Step), ("task", HeadingKind::Task)];
    kinds.into_iter().chain(fallback).find_map(|(word, kind)| {
        let start = text.get(..word.len())?;
        start.eq_ignore_ascii_case(word).then(|| (kind, &text[word.len()..]))
    })
}

/// Splits a label such as `1`, `2A`, `2.5` or `10.1` off.
pub(crate) fn label(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut end = 0;
    loop {
        let digits = bytes[end..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            break;
        }
        end += digits;
        let more = bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        if !more {
            break;
        }
        end += 1;
    }
    if end == 0 || end > 32 {
        return None;
    }
    if bytes.get(end).is_some_and(u8::is_ascii_alphabetic) {
        end += 1;
    }
    let rest = &text[end..];
    (!rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')).then_some((&text[..end], rest))
}

/// Cuts the duration and the marks of completion off the end of a title. Git decides what is complete.
fn notes(title: &str) -> (&str, Option<f64>) {
    let mut title = title.trim();
    let mut minutes = None;
    // Nobody adds more notes than this; a hostile title must not cost more than one look at each end.
    for _ in 0..8 {
        let shorter = title.trim_end_matches(['✅', '☑', '✔', '\u{fe0f}', '*', ' ']);
        let shorter = without_word(shorter);
        if let Some((before, inside)) = parenthesis(shorter) {
            if done(inside) {
                title = before;
                continue;
            }
            let duration =
                estimate::leading(inside, None).filter(|(_, rest)| rest.trim().is_empty() && minutes.is_none());
            if let Some((duration, _)) = duration {
                minutes = Some(duration.minutes);
                title = before;
                continue;
            }
        }
        if shorter.len() == title.len() {
            return (title, minutes);
        }
        title = shorter;
    }
    (title, minutes)
}

/// Cuts a final `✅ COMPLETE` off.
fn without_word(title: &str) -> &str {
    let Some(at) = title.rfind(['✅', '☑', '✔']) else { return title };
    let word = title[at..].trim_start_matches(['✅', '☑', '✔', '\u{fe0f}', '*', ' ', '-']);
    if done(word) { title[..at].trim_end() } else { title }
}

fn done(word: &str) -> bool {
    let word = word.trim_matches(['✅', '☑', '✔', '*', ' ']);
    ["complete", "completed", "done"].iter().any(|done| word.eq_ignore_ascii_case(done))
}

/// Splits the last `(…)` off.
fn parenthesis(title: &str) -> Option<(&str, &str)> {
    let inside = title.strip_suffix(')')?;
    let open = inside.rfind('(')?;
    Some((inside[..open].trim_end(), &inside[open + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(String, String, Option<f64>)> {
        PhaseHeading::read(text).map(|heading| (heading.label, heading.title, heading.minutes))
    }

    #[test]
    fn all_spellings_of_a_phase_heading() {
        for (text, label, title, minutes) in [
            ("Phase 1: Schema (2 hours)", "1", "Schema", Some(120.0)),
            ("PHASE 2A - Pipes", "2A", "Pipes", None),
            ("🚀 Phase 2.5 — Docs (10 min)", "2.5", "Docs", Some(10.0)),
            ("phase 10.1. Tests", "10.1", "Tests", None),
            ("Phase 3: Core (COMPLETED)", "3", "Core", None),
            ("Phase 3: Core (1h) ✅", "3", "Core", Some(60.0)),
            ("Phase 3: Core ✅ COMPLETE", "3", "Core", None),
            ("Phase 4: Merge (Sequential - 2 Tasks)", "4", "Merge (Sequential - 2 Tasks)", None),
            ("Phase 5 (later): Rest", "5", "(later): Rest", None),
            ("Phase 6", "6", "", None),
            ("Phase 7: Launch (Week 1)", "7", "Launch (Week 1)", None),
        ] {
            assert_eq!(read(text), Some((label.to_owned(), title.to_owned(), minutes)), "{text}");
        }
    }

    #[test]
    fn other_headings_are_no_phases() {
        for text in
            ["Phase 1 tasks", "Phases 1 & 2", "Phase A: x", "After Phase 1: x", "Phase", "Phase 1x2: y", "Phased 1: x"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
