//! Reads a PRP.

use std::collections::HashSet;
use std::path::Path;

use super::body_dependencies;
use super::fields;
use super::phase::phases;
use crate::model::id::PrpId;
use crate::model::problem::Problem;
use crate::model::prp::{Prp, Section};
use crate::model::read::gate::gates;
use crate::model::read::kind_of_file::not_a_document;
use crate::model::read::opened::Opened;
use crate::model::read::path::entry;
use crate::model::read::phase_section;
use crate::model::read::text::frontmatter::Frontmatter;
use crate::model::read::text::heading::{Heading, plain};
use crate::model::read::text::list_item::items;
use crate::model::read::text::reading::Reading;

/// Reads a PRP and says everything that is wrong with it. `path` is kept, not opened.
pub fn prp(path: &Path, bytes: &[u8]) -> (Prp, Vec<Problem>) {
    if let Some(problem) = not_a_document(path, bytes) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        return (Prp { path: path.to_owned(), text, ..Prp::default() }, vec![problem]);
    }
    let mut problems = Vec::new();
    let opened = Opened::of(bytes, &mut problems);
    (read(path, opened, &mut problems), problems)
}

/// Reads a PRP whose outline is known.
pub(crate) fn read(path: &Path, opened: Opened, problems: &mut Vec<Problem>) -> Prp {
    let body = opened.body();
    let Opened { text, front, reading } = opened;
    let mut prp = Prp { path: path.to_owned(), ..Prp::default() };
    let place = crate::model::read::plan::reader::first_heading(&text, &reading);
    prp.id = id(path, front.as_ref(), &place, problems);
    if let Some(front) = &front {
        fields::fill(&mut prp, front, problems);
    }
    title(&mut prp, &reading.headings);
    if prp.title.is_none() {
        problems.push(
            Problem::warning("prp::missing_title", "the PRP has no title")
                .at(place)
                .help("add `title: …` to the frontmatter, or a heading `# PRP-47.1.1: Title`"),
        );
    }
    reading.problems(&text, phase_section::implementation, problems);
    prp.phases = phases(&text, &reading, problems);
    prp.sections = sections(&reading.headings, text.len());
    if !front.as_ref().is_some_and(|front| front.entries.iter().any(|entry| entry.key == "dependencies")) {
        body_dependencies::fill(&mut prp, &text, &reading);
    }
    files(&mut prp, &text, &reading, problems);
    prp.gates = gates(&text, &reading, body, &prp.phases, problems);
    prp.text = text;
    prp
}

/// Takes the id from the frontmatter, else from the file name.
fn id(
    path: &Path,
    front: Option<&Frontmatter>,
    place: &std::ops::Range<usize>,
    problems: &mut Vec<Problem>,
) -> Option<PrpId> {
    let named = id_of_file_name(path);
    let written = front.and_then(|front| fields::id(front, problems));
    match (written, named) {
        (Some(Ok(id)), Some(named)) if id != named => {
            let span = front.and_then(|front| front.get(&["prp_id"])).map(|entry| entry.value.span());
            problems.push(
                Problem::warning("prp::id_mismatch", format!("the id is `{id}` but the file name says `{named}`"))
                    .at(span.unwrap_or_else(|| place.clone()))
                    .help(format!("rename the file to start with `{id}-`, or correct `prp_id`")),
            );
            Some(id)
        }
        (Some(Ok(id)), _) => Some(id),
        // A refused id is not replaced by a guess.
        (Some(Err(())), _) => None,
        (None, Some(named)) => {
            problems.push(
                Problem::warning("prp::missing_id", format!("there is no `prp_id`; the file name gives `{named}`"))
                    .at(place.clone())
                    .help(format!("add `prp_id: {named}` to the frontmatter")),
            );
            Some(named)
        }
        (None, None) => {
            problems.push(
                Problem::error("prp::missing_id", "there is no `prp_id`, and the file name does not start with one")
                    .at(place.clone())
                    .help("add `prp_id: PRP-47.1.1` to the frontmatter"),
            );
            None
        }
    }
}

/// Reads the id that a file name starts with, such as `PRP-47.1.1-title.md`.
pub fn id_of_file_name(path: &Path) -> Option<PrpId> {
    let name = path.file_stem()?.to_str()?;
    let bare = name.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case("PRP-")).map(|_| &name[4..])?;
    let end = bare.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let id = match end {
        0 => bare.get(..1).filter(|_| bare.len() == 1 || bare[1..].starts_with(['-', '_', '.', ' ']))?,
        _ => bare[..end].trim_end_matches('.'),
    };
    let rest = &bare[id.len()..];
    (!rest.starts_with(|c: char| c.is_alphanumeric())).then(|| id.parse().ok())?
}

/// Takes the title from the first heading, without the id, when the frontmatter has none.
fn title(prp: &mut Prp, headings: &[Heading]) {
    if prp.title.is_some() {
        return;
    }
    let Some(heading) = headings.iter().find(|heading| heading.level == 1) else { return };
    let text = heading.text.trim();
    let rest = match text.get(..3).filter(|start| start.eq_ignore_ascii_case("PRP")) {
        Some(_) => {
            let rest = &text[3..];
            let id =
                rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')).count();
            let after = rest[id..].trim_start();
            if id > 1 || after.starts_with(':') {
                after.trim_start_matches([':', '-', '–', '—', ' '])
            } else {
                text
            }
        }
        None => text,
    };
    prp.title = Some(rest.to_owned()).filter(|title| !title.is_empty());
}

fn sections(headings: &[Heading], end: usize) -> Vec<Section> {
    let all: Vec<&Heading> = headings.iter().filter(|heading| heading.level == 2).collect();
    let starts = all.iter().skip(1).map(|next| next.span.start).chain([end]);
    let section = |(heading, end): (&&Heading, usize)| Section {
        title: heading.text.clone(),
        heading: heading.span.clone(),
        span: heading.span.start..end,
    };
    all.iter().zip(starts).map(section).collect()
}

/// Titles of sections that list the files of a PRP.
const FILES: [&str; 9] = [
    "files",
    "files modified",
    "files changed",
    "files to modify",
    "files to change",
    "files to create",
    "files to create/modify",
    "affected files",
    "key files",
];

/// Takes the files from sections such as `## Files Modified` when the frontmatter does not list any.
fn files(prp: &mut Prp, text: &str, reading: &Reading, problems: &mut Vec<Problem>) {
    if !prp.files.is_empty() {
        return;
    }
    let named = |section: &&Section| FILES.contains(&plain(&section.title).as_str());
    let ranges = prp.sections.iter().filter(named).map(|section| section.heading.end..section.span.end);
    let items = ranges.flat_map(|range| items(&reading.masked, range)).collect::<Vec<_>>();
    let mut seen = HashSet::new();
    for item in items {
        let Some((span, path)) = entry(text, &item.text) else { continue };
        match path {
            Ok(path) => {
                if seen.insert(path.clone()) {
                    prp.files.push(path);
                }
            }
            Err(bad) => problems.push(
                Problem::warning(
                    "prp::prose_file",
                    format!("the path `{}` {} and is left out", &text[span.clone()], bad.as_str()),
                )
                .at(span)
                .help("write paths relative to the project, in back-ticks if they hold spaces"),
            ),
        }
    }
}
