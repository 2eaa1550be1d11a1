//! Reads a document of any kind.

use std::path::Path;

use super::dialect::{Companion, Format, Readers, Recognition, Source, TaskList};
use super::field::Name;
use super::kind_of_file::not_a_document;
use super::own;
use super::phase_section;
use super::prp::fields::scalar;
use super::text::frontmatter::Frontmatter;
use super::text::reading::Reading;
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::model::prp::Prp;

/// A document and what it turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum ReadDocument {
    Prp(Box<Prp>, Vec<Problem>),
    Plan(Box<Plan>, Vec<Problem>),
    /// A list of another tool.
    Tasks(Box<TaskList>, Vec<Problem>),
}

impl ReadDocument {
    /// Returns what is wrong with it.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Prp(_, problems) | Self::Plan(_, problems) | Self::Tasks(_, problems) => problems,
        }
    }

    /// Returns the text that the places of its problems refer to.
    pub fn text(&self) -> &str {
        match self {
            Self::Prp(prp, _) => &prp.text,
            Self::Plan(plan, _) => &plan.text,
            Self::Tasks(list, _) => &list.text,
        }
    }

    /// Returns what it was taken for.
    pub fn format(&self) -> Format {
        match self {
            Self::Prp(..) => Format::Prp,
            Self::Plan(..) => Format::Plan,
            Self::Tasks(list, _) => list.format,
        }
    }
}

/// Decides what a document is and reads it. `path` is kept, not opened.
pub fn document(path: &Path, bytes: &[u8]) -> ReadDocument {
    document_beside(path, bytes, Vec::new(), None)
}

/// Like `document`, with what stands beside it, and the format where the user says it.
pub fn document_beside(path: &Path, bytes: &[u8], companions: Vec<Companion>, format: Option<Format>) -> ReadDocument {
    Readers::default().document(path, bytes, companions, format)
}

impl Readers {
    /// Decides what a document is and reads it, with the readers of the project beside those that are built in.
    pub fn document(
        &self,
        path: &Path,
        bytes: &[u8],
        companions: Vec<Companion>,
        format: Option<Format>,
    ) -> ReadDocument {
        let source = Source::new(path, bytes, companions);
        let mut failed = Vec::new();
        let found = match format {
            Some(format) => Some(Recognition { format, confidence: 100, others: Vec::new() }),
            None => self.recognise(&source, &mut failed),
        };
        if let Some(found) = found.filter(|found| !found.format.is_own()) {
            let (list, mut problems) = self.read_as(&source, found.format);
            problems.extend(failed);
            if !found.others.is_empty() {
                problems.insert(0, ambiguous(&found));
            }
            return ReadDocument::Tasks(Box::new(list), problems);
        }
        if let Some(problem) = not_a_document(path, bytes) {
            let text = String::from_utf8_lossy(bytes).into_owned();
            return ReadDocument::Prp(Box::new(Prp { path: path.to_owned(), text, ..Prp::default() }), vec![problem]);
        }
        let (opened, mut problems) = source.into_opened();
        problems.extend(failed);
        let is_plan = match format {
            Some(format) => format == Format::Plan,
            None => is_plan(path, opened.front.as_ref(), &opened.reading),
        };
        if is_plan {
            let plan = super::plan::reader::read(path, opened, &mut problems);
            ReadDocument::Plan(Box::new(plan), problems)
        } else {
            let prp = super::prp::reader::read(path, opened, &mut problems);
            ReadDocument::Prp(Box::new(prp), problems)
        }
    }
}

fn ambiguous(found: &Recognition) -> Problem {
    let others = found.others.iter().map(|format| format!("`{format}`")).collect::<Vec<_>>().join(" or ");
    let message = format!("the document is read as `{}` and could be {others} as well", found.format);
    Problem::warning("format::ambiguous", message).at(0..0).help(format!("say which with `--format {}`", found.format))
}

/// A valid id makes a PRP; the fields of plan phases make a plan; then names decide.
fn is_plan(path: &Path, front: Option<&Frontmatter>, reading: &Reading) -> bool {
    if own::has_id(front) {
        return false;
    }
    if own::has_mega_phases(reading) {
        return true;
    }
    let Some(names) = own::plan_fields(reading) else { return false };
    if own::are_of_a_plan(&names) {
        return true;
    }
    let id = front.and_then(|front| front.get(&["prp_id"])).and_then(scalar);
    let title = reading.headings.iter().find(|heading| heading.level == 1).map_or("", |heading| heading.text.as_str());
    if id.is_some() || super::prp::reader::id_of_file_name(path).is_some() || title.get(..3) == Some("PRP") {
        return false;
    }
    let fields = [Name::Goal, Name::Dependencies, Name::Files, Name::Steps, Name::Gates];
    let fields = fields.into_iter().filter(|name| names.contains(name));
    // The phases of a PRP lie in a section about the implementation; those of a plan rarely do.
    let headings = &reading.headings;
    let section = phase_section::implementation(headings, reading.masked.len()).and_then(|section| section.heading);
    let needed = if section.is_some_and(|at| headings[at].text.to_lowercase().contains("implement")) { 2 } else { 1 };
    let says_plan = |text: &str| text.to_lowercase().contains("plan");
    let file = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    fields.count() >= needed || says_plan(title) || says_plan(file)
}
