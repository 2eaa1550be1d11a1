//! Which bytes of a frontmatter belong to the value of a key.

use std::ops::Range;

use super::render::Quotes;
use super::value::EditError;
use crate::model::read::{Frontmatter, YamlEntry, YamlNode};

/// How a value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing behind the colon.
    Empty,
    /// A scalar, on one line or several, that is replaced byte for byte.
    Inline(Quotes),
    /// `[a, b]`.
    Flow,
    /// Indented lines: a block scalar.
    Text,
    /// Indented lines `- a`; holds the white space before each dash, and the quotes of the first item.
    Items(String, Quotes),
    /// What is not understood, and can only be removed.
    Nested,
}

/// The value of a key, with the lines of both.
#[derive(Clone, Debug)]
pub(super) struct Region {
    pub(super) form: Form,
    /// What a new value replaces.
    pub(super) value: Range<usize>,
    /// Whole lines, line end included.
    pub(super) lines: Range<usize>,
}

/// Finds the region of the entry `at` of a frontmatter.
pub(super) fn region(text: &str, front: &Frontmatter, at: usize) -> Result<Region, EditError> {
    let entry = &front.entries[at];
    let refused = |reason| EditError::refused(&entry.key, reason);
    let line_start = |offset: usize| text[..offset].rfind('\n').map_or(0, |end| end + 1).max(front.yaml.start);
    let start = line_start(entry.key_span.start);
    if !text[start..entry.key_span.start].trim().is_empty() {
        return Err(refused("the key does not start its line"));
    }
    let colon = text[entry.key_span.end..front.yaml.end].find(':').map(|colon| entry.key_span.end + colon + 1);
    let colon = colon.ok_or_else(|| refused("there is no colon behind the key"))?;
    let next = front.entries.get(at + 1).map_or(front.yaml.end, |next| line_start(next.key_span.start));
    if next < colon {
        return Err(refused("another key stands on the same line"));
    }
    let form = form(text, entry);
    let indent = entry.key_span.start - start;
    let end = last_line(text, colon, next, indent, form == Form::Text);
    let value = match &form {
        Form::Inline(_) | Form::Flow => entry.value.span(),
        Form::Empty => match entry.value.span() {
            span if span.is_empty() => colon..colon,
            span => span,
        },
        Form::Text | Form::Items(..) | Form::Nested => {
            colon..text[..end].trim_end_matches(['\n', '\r']).len().max(colon)
        }
    };
    // Comments inside what is replaced would be lost.
    if form != Form::Text
        && front.comments.iter().any(|comment| comment.start >= value.start && comment.start < value.end)
    {
        return Err(refused("comments stand inside its value"));
    }
    Ok(Region { form, value, lines: start..end })
}

fn form(text: &str, entry: &YamlEntry) -> Form {
    let quotes = |span: &Range<usize>| match text.as_bytes().get(span.start) {
        Some(b'"') => Quotes::Double,
        Some(b'\'') => Quotes::Single,
        _ => Quotes::None,
    };
    match &entry.value {
        YamlNode::Null(_) => Form::Empty,
        YamlNode::Scalar(scalar) if scalar.plain || quotes(&scalar.span) != Quotes::None => {
            Form::Inline(quotes(&scalar.span))
        }
        YamlNode::Scalar(_) => Form::Text,
        YamlNode::List(_, _, true) => Form::Flow,
        YamlNode::List(items, _, false) => {
            let Some(first) = items.first() else { return Form::Nested };
            let line = text[..first.span.start].rfind('\n').map_or(0, |end| end + 1);
            let before = &text[line..first.span.start];
            let indent = before.len() - before.trim_start().len();
            Form::Items(before[..indent].to_owned(), quotes(&first.span))
        }
        YamlNode::Other(..) => Form::Nested,
    }
}

/// Returns the end of the last line that belongs to a value: comments and blank lines below it do not.
fn last_line(text: &str, from: usize, next: usize, indent: usize, block: bool) -> usize {
    let mut end = text[from..next].find('\n').map_or(next, |line| from + line + 1);
    let mut at = end;
    while at < next {
        let after = text[at..next].find('\n').map_or(next, |line| at + line + 1);
        let line = text[at..after].trim_end();
        let content = line.trim_start();
        let inside = block && line.len() - content.len() > indent;
        if !content.is_empty() && (inside || !content.starts_with('#')) {
            end = after;
        }
        at = after;
    }
    end
}
