//! The fields of a plan phase: `**Field**: value`, and where nothing else says it, plain `Field: value`.

use std::collections::HashSet;
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
    /// What people add for people, such as `Notes`.
    Extra,
    Other,
}

/// How sure it is that a name means its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sense {
    /// The name of the format, or one that says the same.
    Plain,
    /// A word that means the field where nothing says it better, and that may as well head a group of steps.
    Loose,
}

/// The names of the fields, the one of the format first.
const PLAIN: [(Name, &[&str]); 7] = [
    (Name::Goal, &["goal", "objective"]),
    (Name::Hours, &["estimated hours", "hours", "effort", "estimated effort", "estimate", "estimated time"]),
    (Name::Complexity, &["complexity"]),
    (Name::Dependencies, &["dependencies", "dependency", "depends on"]),
    (Name::Steps, &["implementation steps", "steps"]),
    (Name::Gates, &["validation gates", "validation gate", "gates"]),
    (
        Name::Files,
        &[
            "files modified",
            "files",
            "files changed",
            "files created",
            "files to change",
            "files to modify",
            "files to create",
            "files to modify/create",
            "files to create/modify",
            "files modified/created",
            "files created/modified",
        ],
    ),
];

const LOOSE: [(Name, &[&str]); 5] = [
    (Name::Goal, &["purpose", "description", "summary"]),
    (Name::Dependencies, &["prerequisites", "prerequisite", "blocked by", "requires", "after"]),
    (Name::Steps, &["tasks"]),
    (
        Name::Gates,
        &[
            "validation",
            "verification",
            "verify",
            "done when",
            "success criteria",
            "definition of done",
            "exit criteria",
        ],
    ),
    (Name::Files, &["target", "target files", "target file", "affected", "affected files", "key files"]),
];

const EXTRA: [&str; 22] = [
    "acceptance criteria",
    "assumptions",
    "checkpoint",
    "conflict notes",
    "context",
    "deliverable",
    "deliverables",
    "expected outcome",
    "notes",
    "note",
    "open questions",
    "out of scope",
    "output",
    "outputs",
    "owner",
    "priority",
    "rationale",
    "references",
    "risk",
    "risks",
    "rollback",
    "testing strategy",
];

impl Name {
    fn read(text: &str) -> (Self, Sense) {
        // A number stays: `**7. Validation**` is a group of steps.
        let words = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let among = |names: &[(Self, &[&str])]| {
            names.iter().find(|(_, known)| known.contains(&words.as_str())).map(|(name, _)| *name)
        };
        if let Some(name) = among(&PLAIN) {
            (name, Sense::Plain)
        } else if let Some(name) = among(&LOOSE) {
            (name, Sense::Loose)
        } else if EXTRA.contains(&words.as_str()) {
            (Self::Extra, Sense::Plain)
        } else {
            (Self::Other, Sense::Plain)
        }
    }

    fn is_list(self) -> bool {
        matches!(self, Self::Files | Self::Dependencies | Self::Steps | Self::Gates)
    }
}

/// Tells whether a text is the name of a field of gates.
pub(crate) fn names_gates(text: &str) -> bool {
    matches!(Name::read(text).0, Name::Gates)
}

/// Returns the name that was probably meant by one that is not known.
pub(crate) fn similar(text: &str) -> Option<&'static str> {
    let words = text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let known = PLAIN.iter().chain(&LOOSE).flat_map(|(_, names)| names.iter().copied());
    let distance = |name: &str| strsim::damerau_levenshtein(name, &words);
    known.filter(|name| distance(name) * 4 <= name.len()).min_by_key(|name| distance(name))
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
    /// It ends a list that would else have gone on.
    pub(crate) ends_list: bool,
}

/// A line that may be a field.
struct Line {
    name: Name,
    sense: Sense,
    title: Range<usize>,
    value: Range<usize>,
    /// Where the bullet before it stands.
    bullet: Option<usize>,
}

/// Reads the fields of `range` in a masked text; `headings` are those inside.
pub(crate) fn fields(masked: &str, range: &Range<usize>, headings: &[Heading]) -> Vec<Field> {
    let mut headings = headings.iter().peekable();
    let in_bold = |line| Some(Name::read(&masked[bold(masked, &line)?.0]).0);
    let in_bold = lines(masked, range.clone()).filter_map(in_bold).collect();
    let mut plain = PlainFields { in_bold, shape: None };
    let mut candidates = Vec::new();
    for line in lines(masked, range.clone()) {
        let (title, value) = match headings.next_if(|heading| heading.span.start < line.end) {
            Some(heading) => (heading.span.clone(), heading.span.end..heading.span.end),
            None => match bold(masked, &line).or_else(|| plain.read(masked, &line)) {
                Some(found) => found,
                None => continue,
            },
        };
        let words = masked[title.clone()].trim_start_matches(['#', ' ', '\t']);
        let (name, sense) = Name::read(words);
        let bullet = item(masked, &line).map(|item| item.indent);
        candidates.push((line, Line { name, sense, title, value, bullet }));
    }
    // Where a phase says a thing by its plain name, a looser one heads a group of something else. Files and dependencies
    // may be said in several places.
    let plainly = |name: Name| candidates.iter().any(|(_, line)| line.name == name && line.sense == Sense::Plain);
    let said: Vec<Name> = [Name::Goal, Name::Steps, Name::Gates].into_iter().filter(|name| plainly(*name)).collect();
    let mut found: Vec<Field> = Vec::new();
    // Where the bullet before the last field stood.
    let mut depth = None;
    for (line, mut candidate) in candidates {
        let loose = candidate.sense == Sense::Loose;
        let repeats = loose && said.contains(&candidate.name);
        if repeats {
            candidate.name = Name::Other;
        }
        let last = found.last().map(|field| (field.name, field.value.is_empty()));
        let in_list = last.is_some_and(|(name, empty)| name.is_list() && empty);
        let skipped = match (candidate.name, candidate.bullet) {
            // A list item in bold is an item and not a field, unless the fields are the items of a list themselves.
            (Name::Other | Name::Extra, Some(indent)) => depth != Some(indent),
            (_, Some(indent)) if loose => in_list && depth != Some(indent),
            // Steps are often grouped under labels of their own.
            (Name::Other, None) => matches!(last, Some((Name::Steps, _))) && candidate.value.is_empty(),
            _ => false,
        };
        if skipped {
            continue;
        }
        if let Some(last) = found.last_mut() {
            last.body.end = line.start.max(last.body.start);
        }
        let after = masked[line.end..].find('\n').map_or(masked.len(), |next| line.end + next + 1).min(range.end);
        depth = candidate.bullet;
        let Line { name, title, value, .. } = candidate;
        let name = if repeats { Name::Extra } else { name };
        found.push(Field { name, title, value, body: after..range.end, ends_list: in_list });
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

/// How plain fields are written: each on a line of its own, or each as a list item.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Line,
    Bullet,
}

/// Reads plain `Name: value` lines. Any text may hold a colon, so only known names count, only at the margin, and only
/// those that the phase does not write in bold.
struct PlainFields {
    in_bold: HashSet<Name>,
    /// That of the first one: list items below a plain line belong to it.
    shape: Option<Shape>,
}

impl PlainFields {
    fn read(&mut self, text: &str, line: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        if text[line.clone()].starts_with([' ', '\t']) {
            return None;
        }
        let (shape, content) = match item(text, line) {
            Some(item) if item.numbered => return None,
            Some(item) => (Shape::Bullet, item.text),
            None => (Shape::Line, trim(text, line.clone())),
        };
        // Where names stand in bold, a list item is content.
        let is_field = match self.shape {
            Some(first) => first == shape,
            None => shape == Shape::Line || self.in_bold.iter().all(|name| *name == Name::Other),
        };
        let length = text[content.clone()].find(':').filter(|_| is_field)?;
        let title = trim(text, content.start..content.start + length);
        let (name, sense) = Name::read(&text[title.clone()]);
        let known = sense == Sense::Plain && !matches!(name, Name::Other | Name::Extra);
        if !known || self.in_bold.contains(&name) {
            return None;
        }
        self.shape = Some(shape);
        Some((title, trim(text, content.start + length + 1..content.end)))
    }
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
                (Name::Extra, "", "- d"),
            ]
        );
    }

    #[test]
    fn labels_inside_the_steps_do_not_end_them() {
        let text = "**Steps**:\n**1. First**:\n1. a\n**Conflict Notes**: none\n- b\n";
        assert_eq!(read(text), [(Name::Steps, "", "**1. First**:\n1. a"), (Name::Extra, "none", "- b")]);
        let text = "**Steps**:\n**Core**:\n1. a\n**Verification**:\n- `make`\n";
        assert_eq!(read(text), [(Name::Steps, "", "**Core**:\n1. a"), (Name::Gates, "", "- `make`")]);
        // Said plainly elsewhere, the looser name is a label.
        let text = "**Steps**:\n**Validation**:\n1. a\n**Validation Gates**:\n- `make`\n";
        assert_eq!(read(text), [(Name::Steps, "", "**Validation**:\n1. a"), (Name::Gates, "", "- `make`")]);
    }

    #[test]
    fn a_field_in_a_list_of_fields_ends_the_one_before_it_also_when_it_is_not_known() {
        let text = "- **Files**:\n  - a.rs\n- **Reviewers**:\n  - `--label x`\n- **Done when**: `make` passes\n";
        assert_eq!(
            read(text),
            [(Name::Files, "", "- a.rs"), (Name::Other, "", "- `--label x`"), (Name::Gates, "`make` passes", "")]
        );
        let text = "**Steps**:\n- **Verify**: the input\n- **After**: rest\n";
        assert_eq!(read(text).len(), 1);
    }

    #[test]
    fn what_is_nearly_a_name_is_known_for_it() {
        assert_eq!(similar("Depedencies"), Some("dependencies"));
        assert_eq!(similar("Validation Gate s"), Some("validation gates"));
        for text in ["Reviewers", "Owner", "X", "Gaol of it"] {
            assert_eq!(similar(text), None, "{text}");
        }
    }

    #[test]
    fn plain_names_count_where_the_phase_does_not_write_them_in_bold() {
        let text = "Goal: g\nFiles: `a`, b\nDepends on: none\nSteps:\n1. Goal: x\n- Validation: y\n   Files: z\nNote: n\nGates:\n- L1: `t`\n";
        assert_eq!(
            read(text),
            [
                (Name::Goal, "g", ""),
                (Name::Files, "`a`, b", ""),
                (Name::Dependencies, "none", ""),
                (Name::Steps, "", "1. Goal: x\n- Validation: y\n   Files: z\nNote: n"),
                (Name::Gates, "", "- L1: `t`"),
            ]
        );
        let text = "**Goal**: g\nGoal: of the sentence\nDependencies: None\n- Steps: none\n";
        assert_eq!(
            read(text),
            [(Name::Goal, "g", "Goal: of the sentence"), (Name::Dependencies, "None", "- Steps: none")]
        );
    }

    #[test]
    fn plain_names_may_be_list_items() {
        let text = "- Goal: g\n- Dependencies: None\n- Steps:\n  1. a\n- Gates:\n  - L1: `t`\n";
        assert_eq!(
            read(text),
            [
                (Name::Goal, "g", ""),
                (Name::Dependencies, "None", ""),
                (Name::Steps, "", "1. a"),
                (Name::Gates, "", "- L1: `t`"),
            ]
        );
    }
}
