//! The frontmatter of a document: where it is, and its entries.

use std::ops::Range;

use super::source::{MAX_FRONTMATTER, bom, lines};
use super::yaml::{YamlEntry, YamlNode, block};
use crate::model::problem::Problem;

/// The block between the two `---` lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontmatter {
    /// Both `---` lines included, up to the start of the line after them.
    pub span: Range<usize>,
    /// The lines between.
    pub yaml: Range<usize>,
    pub entries: Vec<YamlEntry>,
    /// Where comments stand.
    pub comments: Vec<Range<usize>>,
}

impl Frontmatter {
    /// Returns the value of the first of some keys that is there and not empty.
    pub fn get(&self, keys: &[&str]) -> Option<&YamlEntry> {
        let filled = |entry: &&YamlEntry| !matches!(entry.value, YamlNode::Null(_));
        keys.iter().find_map(|key| self.entries.iter().filter(|entry| entry.key == *key).find(filled))
    }
}

/// Where the frontmatter is.
enum Place {
    None,
    Unclosed(Range<usize>),
    At(Range<usize>, Range<usize>),
}

fn place(text: &str) -> Place {
    let start = bom(text);
    let mut all = lines(text, start..text.len());
    let Some(first) = all.next().filter(|line| text[line.clone()].trim_end() == "---") else { return Place::None };
    let mut yaml: Option<Range<usize>> = None;
    let mut mapping = None;
    for line in all {
        let content = &text[line.clone()];
        if matches!(content.trim_end(), "---" | "...") {
            let body = yaml.map_or(line.start..line.start, |yaml| yaml.start..line.start);
            let after = text[line.end..].find('\n').map_or(text.len(), |next| line.end + next + 1);
            return Place::At(start..after, body);
        }
        yaml.get_or_insert(line.clone());
        if mapping.is_none() && !content.trim().is_empty() && !content.trim_start().starts_with('#') {
            mapping = Some(looks_like_key(content.trim_start()) || content.starts_with(['{', '%', '&', '?']));
            // A document that starts with a thematic break has no frontmatter.
            if mapping == Some(false) {
                return Place::None;
            }
        }
    }
    if mapping.is_some() { Place::Unclosed(first) } else { Place::None }
}

/// Returns where the text after the frontmatter starts; `None` when there is none.
pub(crate) fn end(text: &str) -> Option<usize> {
    match place(text) {
        Place::At(span, _) => Some(span.end),
        Place::None | Place::Unclosed(_) => None,
    }
}

/// Reads the frontmatter of a document, with every problem that it has.
pub fn frontmatter(text: &str, problems: &mut Vec<Problem>) -> Option<Frontmatter> {
    match place(text) {
        Place::At(_, yaml) if yaml.len() > MAX_FRONTMATTER => {
            problems.push(
                Problem::error(
                    "frontmatter::too_large",
                    format!("the frontmatter has {} bytes but may have at most {MAX_FRONTMATTER}", yaml.len()),
                )
                .at(yaml.start..yaml.start)
                .help("move long texts into the body"),
            );
            None
        }
        Place::At(span, yaml) => {
            let block = block(text, yaml.clone(), problems);
            Some(Frontmatter { span, yaml, entries: block.entries, comments: block.comments })
        }
        Place::Unclosed(first) => {
            problems.push(
                Problem::error("frontmatter::unclosed", "the frontmatter has no closing `---` line")
                    .at(first)
                    .help("add a line `---` after the last `key: value` line"),
            );
            None
        }
        Place::None => {
            misplaced(text, problems);
            None
        }
    }
}

/// Warns about what was meant to be a frontmatter and is none.
fn misplaced(text: &str, problems: &mut Vec<Problem>) {
    let mut all = lines(text, bom(text)..text.len()).filter(|line| !text[line.clone()].trim().is_empty()).take(60);
    let Some(first) = all.next() else { return };
    if looks_like_key(&text[first.clone()]) {
        let close = all.find(|line| text[line.clone()].trim_end() == "---" || text[line.clone()].starts_with('#'));
        if close.is_some_and(|line| text[line].starts_with("---")) {
            problems.push(
                Problem::warning("frontmatter::unopened", "the frontmatter has no opening `---` line and is not read")
                    .at(first)
                    .help("add `---` as the very first line"),
            );
        }
        return;
    }
    // A line of dashes behind the end of a code block is a rule; behind its start it was meant as a frontmatter.
    let fence = |line: &Range<usize>| text[line.clone()].starts_with("```") || text[line.clone()].starts_with("~~~");
    let mut previous = first;
    let mut open = fence(&previous);
    for line in all {
        if open && fence(&previous) && text[line.clone()].trim_end() == "---" {
            problems.push(
                Problem::warning("frontmatter::fenced", "the frontmatter stands in a code fence and is not read")
                    .at(line)
                    .help("move it to the top of the file, between two `---` lines, without the fence"),
            );
            return;
        }
        open ^= fence(&line);
        previous = line;
    }
}

fn looks_like_key(line: &str) -> bool {
    let line = line.trim_start_matches(['"', '\'']);
    let key =
        line.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')).count();
    let rest = line[key..].trim_start_matches(['"', '\'']).trim_start_matches(' ');
    key > 0 && (rest == ":" || rest.starts_with(": ") || rest.starts_with(":\t"))
}
