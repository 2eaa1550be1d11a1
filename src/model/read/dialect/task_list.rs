//! What every dialect says: a list of items, some of them done.

use std::ops::Range;
use std::path::PathBuf;

use super::companion::Companion;
use super::format::Format;
use crate::model::gate::Gate;

/// A document of a dialect.
#[derive(Clone, Debug, PartialEq)]
pub struct TaskList {
    pub format: Format,
    pub path: PathBuf,
    /// The whole text, byte for byte.
    pub text: String,
    pub title: Option<String>,
    /// The dialect's own id of the document, such as `02-01`.
    pub id: Option<String>,
    /// The document is one work package and its items are the phases of it.
    pub is_package: bool,
    /// The steps of an item are carried out in one go, with one checkpoint.
    pub in_one_go: bool,
    /// Everything is done, whatever the items say.
    pub done: bool,
    /// Ids of other documents that come first.
    pub dependencies: Vec<String>,
    pub items: Vec<TaskItem>,
    /// What the document says about all items.
    pub intro: String,
    /// Documents beside this one that say what is wanted.
    pub context: Vec<PathBuf>,
    /// Documents without which the list cannot be read again.
    pub beside: Vec<Companion>,
    /// Gates of every item.
    pub gates: Vec<Gate>,
    /// Marks of the document as a whole.
    pub marks: Vec<TaskMark>,
    /// What was assumed, one sentence each.
    pub assumed: Vec<String>,
}

impl TaskList {
    pub(super) fn new(format: Format, path: PathBuf, text: String) -> Self {
        Self {
            format,
            path,
            text,
            title: None,
            id: None,
            is_package: false,
            in_one_go: false,
            done: false,
            dependencies: Vec::new(),
            items: Vec::new(),
            intro: String::new(),
            context: Vec::new(),
            beside: Vec::new(),
            gates: Vec::new(),
            marks: Vec::new(),
            assumed: Vec::new(),
        }
    }
}

/// One item of a list, or a part of one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TaskItem {
    /// As written: `T012`, `2.1`, `29.2`; its place in the list where none is written.
    pub label: String,
    pub title: String,
    /// From 1.
    pub line: usize,
    pub done: bool,
    pub optional: bool,
    /// It may run beside its neighbours.
    pub parallel: bool,
    /// Labels of items that come first, said or assumed.
    pub dependencies: Vec<String>,
    pub files: Vec<String>,
    pub phases: Vec<Self>,
    /// What is to be done, as Markdown.
    pub body: String,
    /// Commands that must succeed.
    pub gates: Vec<Gate>,
    /// Where the title stands in the text.
    pub span: Range<usize>,
    /// What is changed when it is done.
    pub mark: Option<TaskMark>,
}

impl TaskItem {
    /// Returns the marks of the item and of everything below it that is not left out.
    pub fn marks(&self, with_optional: bool) -> Vec<&TaskMark> {
        let below = self.phases.iter().filter(|phase| with_optional || !phase.optional);
        self.mark.iter().chain(below.flat_map(|phase| phase.marks(with_optional))).collect()
    }

    /// Tells whether anything of the item can be marked.
    pub(super) fn has_mark(&self) -> bool {
        self.mark.is_some() || self.phases.iter().any(Self::has_mark)
    }
}

/// A place in a document that says whether something is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskMark {
    /// The document, where it is another one.
    pub path: Option<PathBuf>,
    pub span: Range<usize>,
    /// What stands there when it is done.
    pub done: String,
}
