//! A document on its way to a reader, with what stands beside it.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::boxes::{CheckBox, boxes};
use super::companion::Companion;

use crate::model::problem::Problem;
use crate::model::read::opened::Opened;
use crate::model::read::text::source::LineIndex;

/// A document as the dialects see it.
pub struct Source {
    pub(super) path: PathBuf,
    pub(super) opened: Opened,
    pub(super) companions: Vec<Companion>,
    pub(super) lines: LineIndex,
    /// What opening it showed.
    pub(super) problems: Vec<Problem>,
    /// The text outside of code with small letters for those of ASCII, for recognition.
    pub(super) lower: String,
    boxes: OnceLock<Vec<CheckBox>>,
}

impl Source {
    /// Opens a document. `path` is kept, not opened.
    pub fn new(path: &Path, bytes: &[u8], companions: Vec<Companion>) -> Self {
        let mut problems = Vec::new();
        let opened = Opened::of(bytes, &mut problems);
        let lines = LineIndex::new(&opened.text);
        let lower = opened.reading.masked.to_ascii_lowercase();
        Self { path: path.to_owned(), opened, companions, lines, problems, lower, boxes: OnceLock::new() }
    }

    /// Hands over what the readers of batchprp's own documents work with.
    pub(in crate::model::read) fn into_opened(self) -> (Opened, Vec<Problem>) {
        (self.opened, self.problems)
    }

    /// Returns the whole text.
    pub fn text(&self) -> &str {
        &self.opened.text
    }

    /// Returns the text with blanks for frontmatter and code.
    pub fn without_code(&self) -> &str {
        self.masked()
    }

    /// Returns the path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns what stands beside it.
    pub fn companions(&self) -> &[Companion] {
        &self.companions
    }

    /// Returns level, text and line of each heading.
    pub fn outline(&self) -> Vec<(u8, String, usize)> {
        let headings = self.opened.reading.headings.iter();
        headings.map(|heading| (heading.level, heading.text.trim().to_owned(), self.line(heading.span.start))).collect()
    }

    pub(super) fn masked(&self) -> &str {
        &self.opened.reading.masked
    }

    /// Returns the boxes of the whole document, which several readers look at.
    pub(super) fn boxes(&self) -> &[CheckBox] {
        self.boxes.get_or_init(|| boxes(self.masked(), 0..self.masked().len(), &self.opened.reading.headings))
    }

    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.line(offset)
    }

    /// Returns the path with `/` between its parts and one before the first, so that folders can be looked for.
    pub(super) fn folders(&self) -> String {
        format!("/{}", self.path.to_string_lossy().replace('\\', "/"))
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        self.path.file_name().is_some_and(|file| file.eq_ignore_ascii_case(name))
    }

    /// Returns a document beside this one by the end of its path.
    pub(super) fn companion(&self, end: &str) -> Option<&Companion> {
        self.companions.iter().find(|companion| companion.path.ends_with(end))
    }

    /// Returns the first heading of level 1.
    pub fn title(&self) -> Option<String> {
        let first = self.opened.reading.headings.iter().find(|heading| heading.level == 1);
        first.map(|heading| heading.text.trim().to_owned()).filter(|title| !title.is_empty())
    }
}

/// Returns which files a reader wants to know about, relative to the project, when they are there.
pub(super) fn companions_of(path: &Path) -> Vec<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let beside = |names: &[&str]| names.iter().map(|name| folder.join(name)).collect::<Vec<_>>();
    if name.eq_ignore_ascii_case("tasks.md") {
        return beside(&[
            "spec.md",
            "plan.md",
            "research.md",
            "data-model.md",
            "requirements.md",
            "design.md",
            "proposal.md",
        ]);
    }
    if name == "tasks.json" {
        let above = folder.parent().unwrap_or(Path::new(""));
        return vec![above.join("state.json")];
    }
    if let Some(number) = name.strip_suffix("-PLAN.md") {
        let planning = folder.parent().and_then(Path::parent).unwrap_or(Path::new(""));
        let mut wanted = beside(&["CONTEXT.md", "RESEARCH.md"]);
        wanted.push(folder.join(format!("{number}-SUMMARY.md")));
        wanted.extend(["ROADMAP.md", "PROJECT.md", "STATE.md"].map(|name| planning.join(name)));
        return wanted;
    }
    Vec::new()
}
