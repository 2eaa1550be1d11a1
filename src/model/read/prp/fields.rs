//! The frontmatter keys of a PRP.

use std::ops::Range;

use super::dependency::{self, Read};
use crate::model::id::PrpId;
use crate::model::problem::Problem;
use crate::model::prp::{Dependency, Prp};
use crate::model::read::hours::{complexity, hours};
use crate::model::read::path::{BadPath, clean_path, entries, is_none};
use crate::model::read::text::frontmatter::Frontmatter;
use crate::model::read::text::list_item::split;
use crate::model::read::text::yaml::{Scalar, YamlEntry, YamlNode};
use crate::model::status::Status;
use crate::model::worker::RESOURCES_ACCEPTED;

/// Fills in everything that the frontmatter says, except the id.
pub(crate) fn fill(prp: &mut Prp, front: &Frontmatter, problems: &mut Vec<Problem>) {
    let text = |keys: &[&str]| front.get(keys).and_then(scalar).map(|scalar| scalar.text.trim().to_owned());
    let list = |keys: &[&str]| front.get(keys).map(texts).unwrap_or_default();
    prp.title = text(&["title", "feature_name", "name"]).filter(|title| !title.is_empty());
    prp.kind = text(&["type"]);
    prp.priority = text(&["priority"]);
    prp.tags = list(&["tags"]).into_iter().map(|(tag, _)| tag).collect();
    prp.issue = text(&["issue", "issue_id", "linear_issue"]).filter(|issue| !issue.is_empty());
    prp.plan = text(&["plan"]);
    prp.plan_phase = text(&["plan_phase"]);
    prp.external_dependencies = list(&["external_dependencies"]).into_iter().map(|(name, _)| name).collect();
    status(prp, front, problems);
    numbers(prp, front, problems);
    dependencies(prp, front, problems);
    conflicts(prp, front, problems);
    files(prp, front, problems);
    resources(prp, front, problems);
}

/// Returns the scalar value of an entry.
pub(crate) fn scalar(entry: &YamlEntry) -> Option<&Scalar> {
    match &entry.value {
        YamlNode::Scalar(scalar) => Some(scalar),
        YamlNode::Null(_) | YamlNode::List(..) | YamlNode::Other(..) => None,
    }
}

/// Returns the texts of a list, or of a comma text.
fn texts(entry: &YamlEntry) -> Vec<(String, Range<usize>)> {
    match &entry.value {
        YamlNode::List(items, _, _) => items.iter().map(|item| (item.text.clone(), item.span.clone())).collect(),
        YamlNode::Scalar(scalar) if is_none(&scalar.text) => Vec::new(),
        YamlNode::Scalar(scalar) => {
            let parts = split(&scalar.text, &(0..scalar.text.len()), |c| c == ';');
            parts.into_iter().map(|part| (scalar.text[part.clone()].to_owned(), place(scalar, &part))).collect()
        }
        YamlNode::Null(_) | YamlNode::Other(..) => Vec::new(),
    }
}

/// Returns the place of a part of a scalar; that of the whole where escapes or folding moved it.
fn place(scalar: &Scalar, part: &Range<usize>) -> Range<usize> {
    let quotes = usize::from(!scalar.plain);
    let start = scalar.span.start + quotes;
    let same = scalar.span.len() == scalar.text.len() + 2 * quotes;
    if same { start + part.start..start + part.end } else { scalar.span.clone() }
}

fn status(prp: &mut Prp, front: &Frontmatter, problems: &mut Vec<Problem>) {
    // `status: [cancelled]` says it too.
    let only = |entry: &'_ YamlEntry| match &entry.value {
        YamlNode::List(list, ..) if list.len() == 1 => list.first().cloned(),
        _ => scalar(entry).cloned(),
    };
    let Some(value) = front.get(&["status"]).and_then(only) else { return };
    prp.status = Status::read(&value.text);
    prp.status_word = Some(value.text.trim().to_owned()).filter(|word| !word.is_empty());
    if prp.status.is_none() {
        let words = Status::ALL.map(Status::as_str).join(", ");
        problems.push(
            Problem::warning("prp::unknown_status", format!("`{}` is not a status", value.text))
                .at(value.span.clone())
                .help(format!("use one of {words}")),
        );
    }
}

fn numbers(prp: &mut Prp, front: &Frontmatter, problems: &mut Vec<Problem>) {
    if let Some(value) = front.get(&["complexity"]).and_then(scalar) {
        prp.complexity = complexity(&value.text);
        if prp.complexity.is_none() {
            problems.push(
                Problem::warning("prp::unknown_complexity", format!("`{}` is not a complexity", value.text))
                    .at(value.span.clone())
                    .help("use `low`, `medium` or `high`"),
            );
        }
    }
    if let Some(value) = front.get(&["estimated_hours", "effort_hours"]).and_then(scalar) {
        prp.hours = hours(&value.text);
        if prp.hours.is_none() {
            problems.push(
                Problem::warning("prp::bad_hours", format!("`{}` is not a number of hours", value.text))
                    .at(value.span.clone())
                    .help("write a number such as `2.5`, or a range `2-3`"),
            );
        }
    }
    let mut number = |keys: &[&str]| -> Option<u32> {
        let value = front.get(keys).and_then(scalar)?;
        let text = value.text.trim();
        let words = text.strip_prefix("stage-").or_else(|| text.strip_prefix("stage ")).unwrap_or(text);
        let digits = words.bytes().take_while(u8::is_ascii_digit).count();
        let rest = &words[digits..];
        let number = (rest.is_empty() || rest.starts_with('-')).then(|| words[..digits].parse().ok()).flatten();
        if number.is_none() {
            problems.push(
                Problem::warning("prp::bad_number", format!("`{}` is not a whole number", value.text))
                    .at(value.span.clone())
                    .help(format!("write `{}: 1`", keys[0])),
            );
        }
        number
    };
    prp.batch = number(&["batch_id", "batch"]);
    prp.stage = number(&["stage"]);
    prp.order = number(&["order"]);
}

fn dependencies(prp: &mut Prp, front: &Frontmatter, problems: &mut Vec<Problem>) {
    let Some(entry) = front.get(&["dependencies"]) else { return };
    if let YamlNode::Other(_, span) = &entry.value {
        problems.push(
            Problem::warning("prp::bad_dependency", "`dependencies` is not a list of ids")
                .at(span.clone())
                .help("write `dependencies: [PRP-47.1.1, PRP-47.1.2]`"),
        );
    }
    for (text, span) in texts(entry) {
        match dependency::read(&text) {
            Read::None => {}
            Read::Id(id, note) => {
                if Some(&id) == prp.id.as_ref() {
                    problems.push(
                        Problem::error("prp::self_dependency", format!("{id} depends on itself"))
                            .at(span)
                            .help("remove it from its own `dependencies`"),
                    );
                } else if !prp.dependencies.iter().any(|known| known.id == id) {
                    prp.dependencies.push(Dependency { id, note, span });
                }
            }
            Read::Range => problems.push(
                Problem::warning("prp::dependency_range", format!("the range `{text}` is not read"))
                    .at(span)
                    .help("list every id that this PRP has to wait for"),
            ),
            Read::Other => {
                problems.push(
                    Problem::warning("prp::bad_dependency", format!("`{text}` is not the id of a PRP"))
                        .at(span)
                        .help("move it to `external_dependencies`"),
                );
                prp.external_dependencies.push(text);
            }
        }
    }
}

fn conflicts(prp: &mut Prp, front: &Frontmatter, problems: &mut Vec<Problem>) {
    for (text, span) in front.get(&["conflicts_with"]).map(texts).unwrap_or_default() {
        match dependency::read(&text) {
            Read::None => {}
            Read::Id(id, _) => prp.conflicts_with.push(id),
            Read::Range | Read::Other => problems.push(
                Problem::warning("prp::bad_conflict", format!("`{text}` is not the id of a PRP"))
                    .at(span)
                    .help("write `conflicts_with: [PRP-47.1.1]`"),
            ),
        }
    }
}

fn resources(prp: &mut Prp, front: &Frontmatter, problems: &mut Vec<Problem>) {
    let Some(entry) = front.get(&["resources"]) else { return };
    let mut bad = |text: String, span: Range<usize>| {
        problems.push(Problem::error("prp::bad_resource", text).at(span).help(RESOURCES_ACCEPTED));
    };
    if let YamlNode::Other(_, span) = &entry.value {
        bad("`resources` is not a list of `name=value`".to_owned(), span.clone());
    }
    for (text, span) in texts(entry) {
        if let Err(wrong) = prp.resources.take(&text) {
            bad(wrong, span);
        }
    }
}

fn files(prp: &mut Prp, front: &Frontmatter, problems: &mut Vec<Problem>) {
    let Some(entry) = front.get(&["files_modified"]) else { return };
    let found: Vec<(String, Range<usize>, Result<String, BadPath>)> = match &entry.value {
        YamlNode::List(items, _, _) => {
            let read = |item: &Scalar| {
                let entry = crate::model::read::path::entry(&item.text, &(0..item.text.len()));
                let path = entry.map_or(Err(BadPath::Empty), |(_, path)| match path {
                    // In a list of its own, a path may hold spaces.
                    Err(BadPath::Prose) => clean_path(&item.text),
                    other => other,
                });
                (item.text.clone(), item.span.clone(), path)
            };
            items.iter().map(read).collect()
        }
        YamlNode::Scalar(scalar) => {
            let all = entries(&scalar.text, &(0..scalar.text.len()));
            all.into_iter()
                .map(|(part, path)| (scalar.text[part.clone()].to_owned(), place(scalar, &part), path))
                .collect()
        }
        YamlNode::Null(_) | YamlNode::Other(..) => Vec::new(),
    };
    for (text, span, path) in found {
        match path {
            Ok(path) if !prp.files.contains(&path) => prp.files.push(path),
            Ok(_) => {}
            Err(bad) => problems.push(
                Problem::error("prp::bad_path", format!("the path `{text}` {}", bad.as_str()))
                    .at(span)
                    .help("write paths relative to the project, without `..`"),
            ),
        }
    }
}

/// Reads the id; `None` when it is missing or refused.
pub(crate) fn id(front: &Frontmatter, problems: &mut Vec<Problem>) -> Option<Result<PrpId, ()>> {
    let entry = front.get(&["prp_id"])?;
    let text = scalar(entry).map_or("", |scalar| scalar.text.as_str());
    let id = text.parse().ok().filter(|_| !text.chars().any(char::is_control));
    if id.is_none() {
        problems.push(
            Problem::error("prp::bad_id", format!("`{}` is not a PRP id", text.escape_debug()))
                .at(entry.value.span())
                .help("ids are `PRP-` and numbers with dots, such as `PRP-47.1.1`, or one letter, such as `PRP-A`"),
        );
    }
    Some(id.ok_or(()))
}
