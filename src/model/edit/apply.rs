//! Sets keys of a frontmatter and makes sure that nothing else changed.

use super::region::{Form, Region, region};
use super::render::{self, Quotes};
use super::value::{EditError, FieldValue};
use crate::model::problem::Problem;
use crate::model::read::frontmatter;
use crate::model::read::{Frontmatter, YamlNode};

/// Returns the text with some keys of its frontmatter set; every byte that is not part of their values stays.
///
/// A key that is not there is added below the others, and a frontmatter where there is none. The result is read back:
/// an edit that would change anything else, or lose a comment, is refused.
pub fn set(text: &str, changes: &[(&str, FieldValue)]) -> Result<String, EditError> {
    let mut edited = text.to_owned();
    for (key, value) in changes {
        edited = set_one(&edited, key, value)?;
    }
    Ok(edited)
}

fn read(text: &str) -> Result<Option<Frontmatter>, EditError> {
    let mut problems = Vec::new();
    let front = frontmatter(text, &mut problems);
    // A warning says that what looks like a frontmatter is none; a second one on top would hide it.
    if problems.iter().any(Problem::is_error) || problems.iter().any(|problem| problem.code == "frontmatter::unopened")
    {
        return Err(EditError::Unreadable(problems));
    }
    Ok(front)
}

fn set_one(text: &str, key: &str, value: &FieldValue) -> Result<String, EditError> {
    let word = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !word || !key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return Err(EditError::refused(key, "a key is a word of letters, digits, `_` and `-`"));
    }
    let old = read(text)?;
    let at = old.as_ref().and_then(|front| front.entries.iter().position(|entry| entry.key == key));
    let edited = match (&old, at) {
        (_, None) if *value == FieldValue::Remove => return Ok(text.to_owned()),
        (Some(front), Some(at)) if agrees(Some(&front.entries[at].value), value) => return Ok(text.to_owned()),
        (Some(front), Some(at)) => replace(text, front, at, value)?,
        (Some(front), None) => add(text, front, key, value)?,
        (None, _) => create(text, key, value)?,
    };
    if verify(text, old.as_ref(), &edited, key, value) {
        Ok(edited)
    } else {
        Err(EditError::Damaged { key: key.to_owned() })
    }
}

/// Returns a value as it stands behind `key: `.
fn line(key: &str, value: &FieldValue, quotes: Quotes) -> Result<String, EditError> {
    match value {
        FieldValue::Text(text) => Ok(render::text(text, quotes, false)),
        FieldValue::Number(number) => {
            render::number(*number).ok_or_else(|| EditError::refused(key, "the number is not finite"))
        }
        FieldValue::List(items) => Ok(render::list(items)),
        FieldValue::Null | FieldValue::Remove => Ok("null".to_owned()),
    }
}

fn replace(text: &str, front: &Frontmatter, at: usize, value: &FieldValue) -> Result<String, EditError> {
    let key = front.entries[at].key.as_str();
    let Region { form, value: place, lines } = region(text, front, at)?;
    if *value == FieldValue::Remove {
        return Ok(format!("{}{}", &text[..lines.start], &text[lines.end..]));
    }
    let new = match (&form, value) {
        (Form::Nested, _) => return Err(EditError::refused(key, "its value holds values of its own")),
        (Form::Inline(quotes), _) => line(key, value, *quotes)?,
        (Form::Empty, _) if place.is_empty() => format!(" {}", line(key, value, Quotes::None)?),
        (Form::Empty | Form::Flow, _) => line(key, value, Quotes::None)?,
        (Form::Items(indent, quotes), FieldValue::List(items)) if !items.is_empty() => {
            let newline = newline(text, front);
            let lines = items.iter().map(|item| render::text(item, *quotes, false));
            lines.flat_map(|item| [newline, indent, "- "].map(str::to_owned).into_iter().chain([item])).collect()
        }
        (Form::Text | Form::Items(..), _) => format!(" {}", line(key, value, Quotes::None)?),
    };
    Ok(format!("{}{new}{}", &text[..place.start], &text[place.end..]))
}

fn add(text: &str, front: &Frontmatter, key: &str, value: &FieldValue) -> Result<String, EditError> {
    let indent = front.entries.first().map_or("", |entry| {
        let start = text[..entry.key_span.start].rfind('\n').map_or(0, |end| end + 1);
        let before = &text[start..entry.key_span.start];
        if before.trim().is_empty() { before } else { "" }
    });
    let at = front.yaml.end;
    let newline = newline(text, front);
    Ok(format!("{}{indent}{key}: {}{newline}{}", &text[..at], line(key, value, Quotes::None)?, &text[at..]))
}

fn create(text: &str, key: &str, value: &FieldValue) -> Result<String, EditError> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let end = text.find('\n');
    let newline = if end.is_some_and(|end| text[..end].ends_with('\r')) { "\r\n" } else { "\n" };
    let body = &text[start..];
    let gap = if body.is_empty() || body.starts_with(['\n', '\r']) { "" } else { newline };
    let value = line(key, value, Quotes::None)?;
    Ok(format!("{}---{newline}{key}: {value}{newline}---{newline}{gap}{body}", &text[..start]))
}

/// Returns the line end of the first line of the frontmatter.
fn newline(text: &str, front: &Frontmatter) -> &'static str {
    let end = text[front.span.start..].find('\n').map_or(text.len(), |end| front.span.start + end);
    if text[..end].ends_with('\r') { "\r\n" } else { "\n" }
}

/// Reads the edited text back: the key has its new value, everything else has its old one.
fn verify(text: &str, old: Option<&Frontmatter>, edited: &str, key: &str, value: &FieldValue) -> bool {
    let Ok(Some(new)) = read(edited) else { return false };
    let body = old.map_or_else(|| text.trim_start_matches('\u{feff}'), |old| &text[old.span.end..]);
    let others = |front: &Frontmatter| -> Vec<(String, Shape)> {
        let rest = front.entries.iter().filter(|entry| entry.key != key);
        rest.map(|entry| (entry.key.clone(), Shape::of(&entry.value))).collect()
    };
    let own = new.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value);
    agrees(own, value) && edited.ends_with(body) && old.map(others).unwrap_or_default() == others(&new)
}

/// A value without its place.
#[derive(PartialEq)]
enum Shape {
    Null,
    Text(String),
    List(Vec<String>),
    Other(Vec<String>),
}

impl Shape {
    fn of(node: &YamlNode) -> Self {
        match node {
            YamlNode::Null(_) => Self::Null,
            YamlNode::Scalar(scalar) => Self::Text(scalar.text.clone()),
            YamlNode::List(items, _, _) => Self::List(items.iter().map(|item| item.text.clone()).collect()),
            YamlNode::Other(parts, _) => Self::Other(parts.clone()),
        }
    }
}

/// Tells whether a key has a value.
fn agrees(node: Option<&YamlNode>, value: &FieldValue) -> bool {
    match (node.map(Shape::of), value) {
        (None, FieldValue::Remove) | (Some(Shape::Null), FieldValue::Null) => true,
        (Some(Shape::Text(old)), FieldValue::Text(new)) => old == *new,
        (Some(Shape::Text(old)), FieldValue::Number(new)) => old.parse() == Ok(*new),
        (Some(Shape::List(old)), FieldValue::List(new)) => old == *new,
        (None | Some(Shape::Null | Shape::Text(_) | Shape::List(_) | Shape::Other(_)), _) => false,
    }
}
