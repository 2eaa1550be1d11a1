//! Reads a document of either kind.

use std::path::Path;

use super::field::{Name, fields};
use super::kind_of_file::not_a_document;
use super::opened::Opened;
use super::phase_heading::HeadingKind;
use super::phase_section;
use super::prp::fields::scalar;
use super::text::frontmatter::Frontmatter;
use super::text::heading::Heading;
use super::text::reading::Reading;
use crate::model::id::PrpId;
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::prp::Prp;

/// A document and what it turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadDocument {
    Prp(Box<Prp>, Vec<Problem>),
    Plan(Box<Plan>, Vec<Problem>),
}

impl ReadDocument {
    /// Returns what is wrong with it.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Prp(_, problems) | Self::Plan(_, problems) => problems,
        }
    }

    /// Returns the text that the places of its problems refer to.
    pub fn text(&self) -> &str {
        match self {
            Self::Prp(prp, _) => &prp.text,
            Self::Plan(plan, _) => &plan.text,
        }
    }
}

/// Decides what a document is and reads it. `path` is kept, not opened.
pub fn document(path: &Path, bytes: &[u8]) -> ReadDocument {
    if let Some(problem) = not_a_document(path, bytes) {
        let text = String::from_utf8_lossy(bytes).into_owned();
        return ReadDocument::Prp(Box::new(Prp { path: path.to_owned(), text, ..Prp::default() }), vec![problem]);
    }
    let mut problems = Vec::new();
    let opened = Opened::of(bytes, &mut problems);
    if is_plan(path, opened.front.as_ref(), &opened.reading) {
        let plan = super::plan::reader::read(path, opened, &mut problems);
        ReadDocument::Plan(Box::new(plan), problems)
    } else {
        let prp = super::prp::reader::read(path, opened, &mut problems);
        ReadDocument::Prp(Box::new(prp), problems)
    }
}

/// A valid id makes a PRP; the fields of plan phases make a plan; then names decide.
fn is_plan(path: &Path, front: Option<&Frontmatter>, reading: &Reading) -> bool {
    let id = front.and_then(|front| front.get(&["prp_id"])).and_then(scalar);
    if id.is_some_and(|id| id.text.parse::<PrpId>().is_ok()) {
        return false;
    }
    let phase = |heading: &&Heading, kind| heading.phase.as_ref().is_some_and(|phase| phase.kind == kind);
    let headings = &reading.headings;
    if headings.iter().any(|heading| phase(&heading, HeadingKind::MegaPhase)) {
        return true;
    }
    let Some(first) = headings.iter().find(|heading| phase(heading, HeadingKind::Phase)) else { return false };
    let names: Vec<Name> = fields(&reading.masked, &(first.span.start..reading.masked.len()), &[])
        .iter()
        .map(|field| field.name)
        .collect();
    let has = |name| names.contains(&name);
    if has(Name::Goal) && has(Name::Dependencies) && (has(Name::Steps) || has(Name::Gates)) {
        return true;
    }
    let title = headings.iter().find(|heading| heading.level == 1).map_or("", |heading| heading.text.as_str());
    if id.is_some() || super::prp::reader::id_of_file_name(path).is_some() || title.get(..3) == Some("PRP") {
        return false;
    }
    let fields =
        [Name::Goal, Name::Dependencies, Name::Files, Name::Steps, Name::Gates].into_iter().filter(|name| has(*name));
    // The phases of a PRP lie in a section about the implementation; those of a plan rarely do.
    let section = phase_section::implementation(headings, reading.masked.len()).and_then(|section| section.heading);
    let needed = if section.is_some_and(|at| headings[at].text.to_lowercase().contains("implement")) { 2 } else { 1 };
    let says_plan = |text: &str| text.to_lowercase().contains("plan");
    let file = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    fields.count() >= needed || says_plan(title) || says_plan(file)
}
