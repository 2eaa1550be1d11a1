//! The second and third level headings of a PRP with the text below them.

use std::ops::Range;

use crate::model::prp::Prp;

/// A heading and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SectionHeading {
    /// 2 or 3.
    pub(super) level: u8,
    /// Lower-case words without punctuation and section number, with a blank at both ends so that whole words can be
    /// looked for.
    pub(super) words: String,
    pub(super) title: String,
    pub(super) span: Range<usize>,
    /// Text up to the next heading of the same or a higher level.
    pub(super) body: Range<usize>,
}

/// Lists the sections that the reader found and the third level headings inside them, in document order.
pub(super) fn headings(prp: &Prp) -> Vec<SectionHeading> {
    let mut found = Vec::new();
    for section in &prp.sections {
        let whole = clamp(&prp.text, &section.span);
        let heading = clamp(&prp.text, &section.heading);
        let body = heading.end.min(whole.end)..whole.end;
        found.push(SectionHeading {
            level: 2,
            words: unnumbered(&section.title),
            title: section.title.clone(),
            span: heading,
            body: body.clone(),
        });
        third_level(&prp.text, &body, &mut found);
    }
    found
}

fn third_level(text: &str, section: &Range<usize>, found: &mut Vec<SectionHeading>) {
    let first = found.len();
    for line in prose_lines(text, section) {
        let Some(title) = text[line.clone()].strip_prefix("### ") else { continue };
        if let Some(previous) = found.get_mut(first..).and_then(|new| new.last_mut()) {
            previous.body.end = line.start;
        }
        let title = title.trim().trim_end_matches('#').trim().to_owned();
        found.push(SectionHeading {
            level: 3,
            words: unnumbered(&title),
            title,
            span: line.start..line.start + text[line.clone()].trim_end().len(),
            body: line.end..section.end,
        });
    }
}

/// Lists the lines of a part of a text that are not fenced code, line ends included.
pub(super) fn prose_lines(text: &str, part: &Range<usize>) -> Vec<Range<usize>> {
    // Fences are nested by people: inside one, a line with an info string opens another and a bare one closes.
    let mut fences: Vec<(char, usize)> = Vec::new();
    let mut found = Vec::new();
    let mut at = part.start;
    for line in text[part.clone()].split_inclusive('\n') {
        let start = at;
        at += line.len();
        if let Some((mark, run, bare)) = fence(line.trim()) {
            match fences.last() {
                Some((open, length)) if *open != mark || run < *length => {}
                Some(_) if bare => {
                    fences.pop();
                }
                _ => fences.push((mark, run)),
            }
        } else if fences.is_empty() {
            found.push(start..at);
        }
    }
    found
}

/// Reads a fence line: its character, its length, and whether nothing follows.
fn fence(line: &str) -> Option<(char, usize, bool)> {
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let run = line.len() - rest.len();
    (run >= 3 && !(mark == '`' && rest.contains('`'))).then_some((mark, run, rest.trim().is_empty()))
}

/// Returns the words of a text in lower case, blanks between and around them.
pub(super) fn words(text: &str) -> String {
    let spaced = text.to_lowercase().replace(|c: char| !c.is_alphanumeric(), " ");
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    format!(" {joined} ")
}

/// Returns the words of a heading without the number of the section.
fn unnumbered(title: &str) -> String {
    let words = words(title);
    let rest = words.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    if words.len() > rest.len() && words[..words.len() - rest.len()].ends_with(' ') {
        format!(" {rest}")
    } else {
        words
    }
}

/// Makes a range that is safe to slice with, whatever a document made by hand says.
pub(super) fn clamp(text: &str, range: &Range<usize>) -> Range<usize> {
    let inside = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = inside(range.start);
    start..inside(range.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::prp::Section;

    #[test]
    fn headings_inside_nested_fences_do_not_count() {
        let text = "## Context\n### Problem\nx\n```md\n### no\n```sh\n### no\n```\n### no\n```\n### Why\ny\n";
        let section = Section { title: "Context".to_owned(), heading: 0..10, span: 0..text.len() };
        let prp = Prp { text: text.to_owned(), sections: vec![section], ..Prp::default() };
        let found = headings(&prp);
        assert_eq!(found.iter().map(|h| h.title.as_str()).collect::<Vec<_>>(), ["Context", "Problem", "Why"]);
        assert_eq!(&text[found[2].body.clone()], "y\n");
        assert!(text[found[1].body.clone()].ends_with("```\n"));
    }

    #[test]
    fn ranges_are_cut_to_the_text() {
        assert_eq!(clamp("é", &(1..99)), 0..2);
        assert_eq!(unnumbered("3. Risks & Mitigations"), " risks mitigations ");
        assert_eq!(unnumbered("1.2 TL;DR"), " tl dr ");
        assert_eq!(unnumbered("2FA"), " 2fa ");
    }
}
