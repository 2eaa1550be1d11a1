//! The headings of a document as `CommonMark` sees them. The only file that names the Markdown library.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::outline::Outline;
use crate::model::read::phase_heading::{HeadingKind, PhaseHeading};

/// A heading outside of any fence, comment or HTML block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Heading {
    /// 1 to 6.
    pub(crate) level: u8,
    /// Without emphasis and back-ticks.
    pub(crate) text: String,
    pub(crate) span: Range<usize>,
    /// What it says when it is the heading of a phase, step or task.
    pub(crate) phase: Option<PhaseHeading>,
}

/// Reads all headings of a text.
pub(crate) fn headings(text: &str) -> Vec<Heading> {
    let outline = Outline::new(text);
    parse(text, &outline.text, |span| outline.place(&span))
}

/// Parses what stands for a text; `place` says where in the text a part of that is.
fn parse(text: &str, source: &str, place: impl Fn(Range<usize>) -> Range<usize>) -> Vec<Heading> {
    let mut found = Vec::new();
    let mut current: Option<Heading> = None;
    for (event, span) in Parser::new_ext(source, Options::empty()).into_offset_iter() {
        match (event, &mut current) {
            (Event::Start(Tag::Heading { level, .. }), _) => {
                let span = super::source::trim(text, place(span));
                current = Some(Heading { level: level as u8, text: String::new(), span, phase: None });
            }
            (Event::End(TagEnd::Heading(_)), _) => {
                if let Some(mut heading) = current.take() {
                    if underlined(text, &heading) {
                        heading.text = paragraph(&text[heading.span.clone()]);
                    }
                    heading.phase = PhaseHeading::read(&heading.text);
                    found.push(heading);
                }
            }
            (Event::Text(part) | Event::Code(part) | Event::InlineHtml(part), Some(heading)) => {
                heading.text.push_str(&part);
            }
            (Event::SoftBreak | Event::HardBreak, Some(heading)) => heading.text.push(' '),
            _ => {}
        }
    }
    found
}

/// Returns the words of an underlined heading, which may stand on several lines.
fn paragraph(source: &str) -> String {
    let mut words = String::new();
    let lines: Vec<&str> = source.lines().collect();
    let text = lines.split_last().map(|(_, text)| text.join("\n")).unwrap_or_default();
    for event in Parser::new_ext(&text, Options::empty()) {
        match event {
            Event::Text(part) | Event::Code(part) | Event::InlineHtml(part) => words.push_str(&part),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    words
}

/// Tells whether a heading is text with a line of `=` or `-` below it.
pub(crate) fn underlined(text: &str, heading: &Heading) -> bool {
    // `#42 is fixed` is a text that may be underlined, but the line below makes it two.
    text[heading.span.clone()].contains(['\n', '\r'])
}

/// Counts the lines that look like phase headings, without regard to fences.
pub(crate) fn phase_lines(text: &str) -> usize {
    let phase = |line: &&str| {
        let marks = line.bytes().take_while(|byte| *byte == b'#').count();
        let heading = (2..=4).contains(&marks).then(|| PhaseHeading::read(&line[marks..])).flatten();
        heading.is_some_and(|heading| heading.kind == HeadingKind::Phase)
    };
    text.lines().filter(phase).count()
}

/// Returns a heading's words for comparison: lower case, no emoji, no leading section number.
pub(crate) fn plain(text: &str) -> String {
    let words = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let number = words.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let words = if number.len() < words.len() && number.starts_with([' ', ')', ':']) { number } else { words };
    let words = words.trim_matches(|c: char| !c.is_alphanumeric() && c != ')');
    words.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_has_no_number_no_emoji_and_no_case() {
        for (text, expected) in [
            ("3. Implementation Steps", "implementation steps"),
            ("🔧 Implementation Blueprint", "implementation blueprint"),
            ("IMPLEMENTATION PLAN:", "implementation plan"),
            ("2FA rollout", "2fa rollout"),
            ("🛠️ Implementation", "implementation"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn headings_in_comments_and_fences_do_not_count() {
        let found = headings("# `a` *b*\n<!--\n## no\n-->\n```\n## no\n```\nT *c*\n---\n");
        assert_eq!(found.iter().map(|h| (h.level, h.text.as_str())).collect::<Vec<_>>(), [(1, "a b"), (2, "T c")]);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..Default::default() })]

        #[test]
        fn leaving_words_out_changes_no_heading(lines in proptest::collection::vec(proptest::sample::select(vec![
            "# One", "## Two *é*", "  ### Phase 1: `x` (2h)", "words and *more* words", "  indented words", "    code # no",
            "- item", "- # Phase 2: In a list", "  - words", "1. numbered words", "10) ten",
            "- [ ] 1. box `words", "  - [x] # box", "- [x]: words", "- [X] ", "3. [ ] ---", "* * *", "---", "===", "",
            "   ", "> quoted", "> # Four", "<!-- a", "b -->", "<div>", "words </div>", "\\# no", "| a | b |", "\t# tab",
            "Ümlaut words", "[link]: <x>", "-", "1.", "- - # deep", "#no", "word  ", "\u{b}", "a\r# b",
        ]), 0..14)) {
            let text = lines.join("\n");
            proptest::prop_assert_eq!(headings(&text), parse(&text, &text, |span| span), "{:?}", text);
        }
    }
}
