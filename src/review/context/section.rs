//! Sections between `<!-- batchprp:NAME -->` and `<!-- /batchprp:NAME -->`.

use std::ops::Range;

/// Why a section cannot be refreshed. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SectionError {
    #[error("`{0}` is not the name of a section; use lower-case letters, digits and dashes")]
    BadName(String),
    #[error("`<!-- batchprp:{name} -->` in line {line} is never closed; add `<!-- /batchprp:{name} -->` below it")]
    Unclosed { name: String, line: usize },
    #[error("`<!-- /batchprp:{name} -->` in line {line} closes nothing; add `<!-- batchprp:{name} -->` above it")]
    Unopened { name: String, line: usize },
    #[error("section `{name}` in line {line} starts inside section `{inside}`; close that one first")]
    Nested { name: String, inside: String, line: usize },
    #[error("section `{name}` is there twice, the second time in line {line}; keep one of them")]
    Twice { name: String, line: usize },
    #[error("the new text of section `{name}` holds the marker `{marker}` itself")]
    MarkerInBody { name: String, marker: String },
}

/// A whole section.
struct Section {
    name: String,
    /// What stands between the lines of the markers.
    body: Range<usize>,
    line_end: &'static str,
}

enum Marker {
    Open(String),
    Close(String),
}

/// Tells whether a text has a section of a name.
pub fn has_section(text: &str, name: &str) -> bool {
    sections(text).is_ok_and(|sections| sections.iter().any(|section| section.name == name))
}

/// Returns name and text of every section in order.
pub fn section_texts(text: &str) -> Result<Vec<(String, String)>, SectionError> {
    Ok(sections(text)?.into_iter().map(|section| (section.name, text[section.body].to_owned())).collect())
}

/// Replaces what stands between the markers of a section and nothing else.
///
/// A text without the section is returned as it is: people decide what belongs into their documents. The new text gets
/// the line ends of the line that opens the section. Markers inside fenced code are examples and not markers.
pub fn refresh(text: &str, name: &str, body: &str) -> Result<String, SectionError> {
    if !is_name(name) {
        return Err(SectionError::BadName(name.to_owned()));
    }
    if let Some(marker) = body.lines().find(|line| marker(line).is_some()) {
        return Err(SectionError::MarkerInBody { name: name.to_owned(), marker: marker.trim().to_owned() });
    }
    let sections = sections(text)?;
    let Some(section) = sections.iter().find(|section| section.name == name) else { return Ok(text.to_owned()) };
    let mut fresh = String::with_capacity(text.len() + body.len());
    fresh.push_str(&text[..section.body.start]);
    for line in body.trim_matches(['\r', '\n']).lines() {
        fresh.push_str(line);
        fresh.push_str(section.line_end);
    }
    fresh.push_str(&text[section.body.end..]);
    Ok(fresh)
}

fn sections(text: &str) -> Result<Vec<Section>, SectionError> {
    let mut found: Vec<Section> = Vec::new();
    let mut open: Option<(Section, usize)> = None;
    let mut fence: Option<(char, usize)> = None;
    let mut end = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let start = end;
        end += line.len();
        let number = number + 1;
        if track(&mut fence, line) {
            continue;
        }
        match (marker(line), &mut open) {
            (None, _) => {}
            (Some(Marker::Open(name)), Some((inside, _))) => {
                return Err(SectionError::Nested { name, inside: inside.name.clone(), line: number });
            }
            (Some(Marker::Open(name)), None) => {
                if found.iter().any(|section| section.name == name) {
                    return Err(SectionError::Twice { name, line: number });
                }
                let line_end = if line.ends_with("\r\n") { "\r\n" } else { "\n" };
                open = Some((Section { name, body: end..end, line_end }, number));
            }
            (Some(Marker::Close(name)), current) => match current.take() {
                Some((mut section, _)) if section.name == name => {
                    section.body.end = start;
                    found.push(section);
                }
                Some((section, line)) => return Err(SectionError::Unclosed { name: section.name, line }),
                None => return Err(SectionError::Unopened { name, line: number }),
            },
        }
    }
    match open {
        Some((section, line)) => Err(SectionError::Unclosed { name: section.name, line }),
        None => Ok(found),
    }
}

/// Follows fenced code; returns whether the line belongs to it.
fn track(fence: &mut Option<(char, usize)>, line: &str) -> bool {
    let content = line.trim();
    let mark = content.chars().next().filter(|c| matches!(c, '`' | '~'));
    let run = mark.map_or(0, |mark| content.chars().take_while(|c| *c == mark).count());
    match (*fence, mark) {
        (Some((open, length)), Some(mark)) if mark == open && run >= length && run == content.len() => {
            *fence = None;
            true
        }
        (Some(_), _) => true,
        (None, Some(mark)) if run >= 3 && !(mark == '`' && content[run..].contains('`')) => {
            *fence = Some((mark, run));
            true
        }
        (None, _) => false,
    }
}

/// Reads a line that is a marker and nothing else.
fn marker(line: &str) -> Option<Marker> {
    let inner = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let (name, close) = match inner.strip_prefix("/batchprp:") {
        Some(name) => (name, true),
        None => (inner.strip_prefix("batchprp:")?, false),
    };
    let name = is_name(name).then(|| name.to_owned())?;
    Some(if close { Marker::Close(name) } else { Marker::Open(name) })
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_'))
}
