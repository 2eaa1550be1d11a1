//! A PRP as the rules look at it: names, places, sections.

use std::ops::Range;

use super::finding::{Finding, FindingSeverity};
use super::outline::{SectionHeading, clamp, headings};
use crate::model::prp::Prp;

/// Fewer letters and digits than this under a heading say nothing yet.
const THIN: usize = 40;

/// A PRP with what is needed to point into it.
#[derive(Debug)]
pub(super) struct ReviewedPrp<'a> {
    pub(super) prp: &'a Prp,
    /// Path for people, with `/` between the parts.
    pub(super) file: String,
    /// Id, else the file name.
    pub(super) name: String,
    /// The lines between the two `---` lines.
    pub(super) frontmatter: Option<Range<usize>>,
    headings: Vec<SectionHeading>,
}

impl<'a> ReviewedPrp<'a> {
    pub(super) fn new(prp: &'a Prp) -> Self {
        let file = prp.path.to_string_lossy().replace('\\', "/");
        let name = match &prp.id {
            Some(id) => id.to_string(),
            None => file.rsplit('/').next().unwrap_or_default().trim_end_matches(".md").to_owned(),
        };
        Self { prp, file, name, frontmatter: frontmatter(&prp.text), headings: headings(prp) }
    }

    /// Makes a finding about this document.
    pub(super) fn finding(
        &self,
        severity: FindingSeverity,
        category: &str,
        span: Option<Range<usize>>,
        description: impl Into<String>,
        suggestion: impl Into<String>,
    ) -> Finding {
        let span = span.map(|span| clamp(&self.prp.text, &span));
        Finding {
            severity,
            category: category.to_owned(),
            file: self.file.clone(),
            // Without a place of its own a finding points to the start of the document, which every viewer can open.
            line: Some(span.as_ref().map_or(1, |span| self.line(span.start))),
            description: description.into(),
            suggestion: suggestion.into(),
            span,
        }
    }

    /// Returns the line of an offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        let before = clamp(&self.prp.text, &(0..offset));
        1 + self.prp.text[before].matches('\n').count()
    }

    /// Finds the line of the first of some keys that the frontmatter has.
    pub(super) fn key(&self, keys: &[&str]) -> Option<Range<usize>> {
        keys.iter().find_map(|key| {
            self.frontmatter_lines().find_map(|line| {
                let rest = self.prp.text[line.clone()].trim_start_matches(['"', '\'']).strip_prefix(key)?;
                rest.trim_start_matches(['"', '\'']).trim_start().starts_with(':').then_some(line)
            })
        })
    }

    /// Finds where a text stands: in the frontmatter if it is there, else anywhere.
    pub(super) fn find(&self, needle: &str) -> Option<Range<usize>> {
        let text = &self.prp.text;
        let front = self.frontmatter.clone().unwrap_or(0..0);
        let inside = text[front.clone()].find(needle).map(|at| front.start + at);
        inside.or_else(|| text.find(needle)).map(|at| at..at + needle.len())
    }

    fn frontmatter_lines(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        let front = self.frontmatter.clone().unwrap_or(0..0);
        let mut at = front.start;
        self.prp.text[front].split_inclusive('\n').map(move |line| {
            let start = at;
            at += line.len();
            start..start + line.trim_end().len()
        })
    }

    /// Finds the section about a topic: the first of the phrases that a heading has, sections before sub-sections.
    ///
    /// A phrase with `^` in front has to start the heading, one with `=` has to be all of it.
    pub(super) fn topic(&self, phrases: &[&str]) -> Option<&SectionHeading> {
        phrases.iter().find_map(|phrase| {
            let named = |level: u8| {
                self.headings
                    .iter()
                    .find(|heading| heading.level == level && !is_step(heading) && fits(heading, phrase))
            };
            named(2).or_else(|| named(3))
        })
    }

    /// Returns the text under a heading.
    pub(super) fn body(&self, heading: &SectionHeading) -> &'a str {
        self.prp.text.get(heading.body.clone()).unwrap_or_default()
    }

    /// Tells whether the text under a heading says something.
    pub(super) fn says_something(&self, heading: &SectionHeading) -> bool {
        let lines = self.body(heading).lines().filter(|line| !line.trim_start().starts_with('#'));
        lines.flat_map(str::chars).filter(|c| c.is_alphanumeric()).count() >= THIN
    }

    /// Counts the list items, table rows and sub-sections under a heading.
    pub(super) fn entries(&self, heading: &SectionHeading) -> usize {
        let mut rows = 0_usize;
        let mut items = 0;
        for line in self.body(heading).lines().map(str::trim_start) {
            if line.starts_with('|') {
                rows += 1;
            } else if is_item(line) || heading.level == 2 && line.starts_with("### ") {
                items += 1;
            }
        }
        // The head of a table and the line below it are no entries.
        items + rows.saturating_sub(2)
    }
}

/// Tells whether the words of a heading fit a phrase of [`ReviewedPrp::topic`].
fn fits(heading: &SectionHeading, phrase: &str) -> bool {
    match (phrase.strip_prefix('^'), phrase.strip_prefix('=')) {
        (Some(start), _) => heading.words.starts_with(&format!(" {start} ")),
        (None, Some(all)) => heading.words == format!(" {all} "),
        (None, None) => heading.words.contains(&format!(" {phrase} ")),
    }
}

/// Tells whether a heading is one step of several and so not about the whole of a topic.
fn is_step(heading: &SectionHeading) -> bool {
    let first = heading.words.split_whitespace().next();
    let step = matches!(
        first,
        Some("phase" | "step" | "task" | "gate" | "level" | "risk" | "issue" | "l1" | "l2" | "l3" | "l4")
    );
    // The last gate is where many people keep the acceptance criteria.
    heading.level == 3 && step && heading.words.trim() != "risk" && !heading.words.contains(" acceptance criteria ")
}

/// Tells whether a line without its indent is a bullet or a numbered item.
fn is_item(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    line.starts_with(['-', '*', '+']) && line[1..].starts_with(' ')
        || number.len() < line.len() && number.starts_with([')', '.']) && number[1..].starts_with(' ')
        || line.starts_with(['✅', '✓', '☐', '☑'])
}

fn frontmatter(text: &str) -> Option<Range<usize>> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = text[start..].split_inclusive('\n');
    let first = lines.next().filter(|line| line.trim_end() == "---")?;
    let from = start + first.len();
    let mut at = from;
    for line in lines {
        if line.trim_end() == "---" {
            return Some(from..at);
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_in_the_frontmatter_only() {
        let text = "---\r\nprp_id: X\r\n\"stage\": 2\r\n---\r\nstatus: no\r\nX\r\n".to_owned();
        let prp = Prp { text, path: "a/PRP-1-x.md".into(), ..Prp::default() };
        let document = ReviewedPrp::new(&prp);
        assert_eq!(document.key(&["batch", "stage"]).map(|span| document.line(span.start)), Some(3));
        assert_eq!(document.key(&["status"]), None);
        assert_eq!(document.find("X").map(|span| document.line(span.start)), Some(2));
        assert_eq!(document.name, "PRP-1-x");
    }

    #[test]
    fn items_of_all_kinds_are_entries() {
        assert!(["- a", "* [ ] a", "1. a", "12) a", "✅ a"].iter().all(|line| is_item(line)));
        assert!(!["**bold**", "-a", "1.5 hours", "--- ", ""].iter().any(|line| is_item(line)));
    }
}
