//! The formats in which plans are written.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

/// A format that a project brings along, as its reader describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DropInFormat {
    pub name: String,
    /// Where such documents are found.
    pub place: String,
    /// What becomes an item, and what its phases are.
    pub unit: String,
    /// What is written back after a merge.
    pub mark: String,
    /// Names of its documents, by which they are found in a folder.
    pub files: Vec<String>,
    /// Names of documents beside it that the reader wants to see.
    pub beside: Vec<String>,
}

/// A format, by the name of the tool that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    Plan,
    Prp,
    ClassicPrp,
    SpecKit,
    Kiro,
    OpenSpec,
    Taskmaster,
    Gsd,
    Bmad,
    Superpowers,
    Ralphex,
    Checklist,
    /// It is known for as long as the program runs.
    DropIn(&'static DropInFormat),
}

impl Format {
    /// The formats that are built in.
    pub const ALL: [Self; 12] = [
        Self::Plan,
        Self::Prp,
        Self::ClassicPrp,
        Self::SpecKit,
        Self::Kiro,
        Self::OpenSpec,
        Self::Taskmaster,
        Self::Gsd,
        Self::Bmad,
        Self::Superpowers,
        Self::Ralphex,
        Self::Checklist,
    ];

    /// Returns the name, as flags and documents have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Prp => "prp",
            Self::ClassicPrp => "classic-prp",
            Self::SpecKit => "spec-kit",
            Self::Kiro => "kiro",
            Self::OpenSpec => "openspec",
            Self::Taskmaster => "taskmaster",
            Self::Gsd => "gsd",
            Self::Bmad => "bmad",
            Self::Superpowers => "superpowers",
            Self::Ralphex => "ralphex",
            Self::Checklist => "checklist",
            Self::DropIn(format) => &format.name,
        }
    }

    /// Reads the name of a format that is built in.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// Tells whether the format is batchprp's own, with readers of its own.
    pub fn is_own(self) -> bool {
        matches!(self, Self::Plan | Self::Prp)
    }

    /// Says where such documents are found.
    pub fn place(self) -> &'static str {
        match self {
            Self::Plan => "any Markdown file with `### Phase N:` sections",
            Self::Prp => "`PRPs/feature-requests/PRP-*.md`",
            Self::ClassicPrp => "`PRPs/*.md` with `## Implementation Blueprint` and `Task N:` in a YAML fence",
            Self::SpecKit => "`specs/NNN-name/tasks.md`",
            Self::Kiro => "`.kiro/specs/NAME/tasks.md`",
            Self::OpenSpec => "`openspec/changes/NAME/tasks.md`",
            Self::Taskmaster => "`.taskmaster/tasks/tasks.json`",
            Self::Gsd => "`.planning/phases/NN-name/NN-MM-PLAN.md`",
            Self::Bmad => "`docs/stories/N.M.name.md`",
            Self::Superpowers => "`docs/superpowers/plans/*.md`, `docs/plans/*.md`",
            Self::Ralphex => "`docs/plans/*.md`",
            Self::Checklist => "any Markdown file that is mostly checkboxes",
            Self::DropIn(format) => &format.place,
        }
    }

    /// Says what becomes an item, and what its phases are.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Plan => "each phase is an item",
            Self::Prp => "the document is an item, its phases are the phases",
            Self::ClassicPrp | Self::Gsd | Self::Bmad => "the document is an item, its tasks are the phases",
            Self::SpecKit => "each phase of the list is an item, its tasks are the phases",
            Self::Kiro | Self::Taskmaster => "each task is an item, its sub-tasks are the phases",
            Self::OpenSpec => "each numbered section is an item, its tasks are the phases",
            Self::Superpowers | Self::Ralphex => "each task is an item of one phase, with its steps in it",
            Self::Checklist => "each box is an item, the boxes below it are the phases",
            Self::DropIn(format) => &format.unit,
        }
    }

    /// Says what is written back after a merge.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Plan | Self::Kiro | Self::SpecKit | Self::OpenSpec | Self::Superpowers | Self::Ralphex => {
                "the boxes of the item are ticked"
            }
            Self::Checklist => "the box and those below it are ticked",
            Self::Prp => "`status: completed` in the frontmatter",
            Self::ClassicPrp => "nothing: the format has no mark; git knows what is done",
            Self::Taskmaster => "`status` of the task and its sub-tasks becomes `done`",
            Self::Gsd => "the box of the plan in `ROADMAP.md` is ticked",
            Self::Bmad => "the boxes are ticked and the status becomes `Done`",
            Self::DropIn(format) => &format.mark,
        }
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for Format {
    fn schema_name() -> Cow<'static, str> {
        "Format".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names = Self::ALL.map(Self::as_str).join(", ");
        schemars::json_schema!({
            "type": "string",
            "description": format!("A format: {names}, or the name of a reader in `.ce/formats`.")
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
