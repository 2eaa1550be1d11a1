//! The `**Field**: value` lines of a plan phase.

use std::ops::Range;

use super::text::heading::Heading;
use super::text::list_item::item;
use super::text::source::{lines, trim};

/// What a field of a plan phase says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    Goal,
    Hours,
    Complexity,
    Files,
    Dependencies,
    Steps,
    Gates,
    Other,
}

impl Name {
    fn read(text: &str) -> Self {
        // A number stays: `**7. Validation**` is a group of steps.
        match text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().as_str() {
            "goal" | "objective" => Self::Goal,
            "estimated hours" | "hours" | "effort" | "estimated effort" | "estimate" | "estimated time" => Self::Hours,
            "complexity" => Self::Complexity,
            "dependencies" | "dependency" | "depends on" => Self::Dependencies,
            "implementation steps" | "steps" => Self::Steps,
            "validation gates" | "validation gate" | "gates" | "validation" => Self::Gates,
            "files"
            | "files modified"
            | "files changed"
            | "files created"
            | "files to change"
            | "files to modify"
            | "files to create"
            | "files to modify/create"
            | "files to create/modify"
            | "files modified/created"
            | "files created/modified" => Self::Files,
            _ => Self::Other,
        }
    }
}

/// A field with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: Name,
    /// The name as written.
    pub(crate) title: Range<usize>,
    /// The rest of its line.
    pub(crate) value: Range<usize>,
    /// The lines below, up to the next field.
    pub(crate) body: Range<usize>,
}

/// Reads the fields of `range` in a masked text; `headings` are those inside.
pub(crate) fn fields(masked: &str, range: &Range<usize>, headings: &[Heading]) -> Vec<Field> {
    let mut found: Vec<Field> = Vec::new();
    let mut headings = headings.iter().peekable();
    let gated = lines(masked, range.clone()).filter_map(|line| bold(masked, &line)).any(|(title, _)| {
        let title = masked[title].to_lowercase();
        title.ends_with("gates") || title.ends_with("gate")
    });
    for line in lines(masked, range.clone()) {
        let heading = headings.next_if(|heading| heading.span.start < line.end);
        let (name, title, value) = match heading {
            Some(heading) => (Name::read(&heading.text), heading.span.clone(), heading.span.end..heading.span.end),
            None => match bold(masked, &line) {
                Some((title, value)) => (Name::read(&masked[title.clone()]), title, value),
                None => continue,
            },
        };
        // Where a phase has gates by name, a plain `**Validation**` is a group of steps.
        let plain = gated && name == Name::Gates && !masked[title.clone()].to_lowercase().contains("gate");
        let name = if plain { Name::Other } else { name };
        let bullet = item(masked, &line).is_some();
        let in_steps = found.last().is_some_and(|field| field.name == Name::Steps);
        // Steps are often grouped under labels of their own; a list item in bold is an item and not a field.
        if name == Name::Other && (bullet || in_steps && value.is_empty()) {
            continue;
        }
        if let Some(last) = found.last_mut() {
            last.body.end = line.start.max(last.body.start);
        }
        let after = masked[line.end..].find('\n').map_or(masked.len(), |next| line.end + next + 1).min(range.end);
        found.push(Field { name, title, value, body: after..range.end });
    }
    found
}

/// Reads `**Name**: value` or `**Name:** value`, also behind a bullet.
fn bold(text: &str, line: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let content = match item(text, line) {
        Some(item) => item.text,
        None => trim(text, line.clone()),
    };
    let inside = text[content.clone()].strip_prefix("**")?;
    let length = inside.find("**")?;
    let name = trim(text, content.start + 2..content.start + 2 + length);
    let mut rest = trim(text, content.start + length + 4..content.end);
    if text[name.clone()].ends_with(':') {
        return Some((trim(text, name.start..name.end - 1), rest));
    }
    if text[rest.clone()].starts_with('(') {
        let close = text[rest.clone()].find("):")?;
        rest.start += close + 1;
    }
    let value = text[rest.clone()].strip_prefix(':')?;
    Some((name, trim(text, rest.end - value.len()..rest.end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(Name, &str, &str)> {
        let all = fields(text, &(0..text.len()), &[]);
        all.into_iter().map(|field| (field.name, &text[field.value], text[field.body].trim())).collect()
    }

    #[test]
    fn tight_lines_colons_inside_and_bullets() {
        let text = "**Goal**: g\n**Effort:** 2h\n- **Depends on**: Phase 1\n**Files to Modify/Create**:\n- a\n- **b**: c\n**Notes** (x):\n- d\n";
        assert_eq!(
            read(text),
            [
                (Name::Goal, "g", ""),
                (Name::Hours, "2h", ""),
                (Name::Dependencies, "Phase 1", ""),
                (Name::Files, "", "- a\n- **b**: c"),
                (Name::Other, "", "- d"),
            ]
        );
    }

    #[test]
    fn labels_inside_the_steps_do_not_end_them() {
        let text = "**Steps**:\n**1. First**:\n1. a\n**Conflict Notes**: none\n- b\n";
        assert_eq!(read(text), [(Name::Steps, "", "**1. First**:\n1. a"), (Name::Other, "none", "- b")]);
    }
}
