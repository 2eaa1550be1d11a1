//! The formats in which plans are written.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A format, by the name of the tool that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Plan,
    Prp,
    ClassicPrp,
    SpecKit,
    Kiro,
    #[serde(rename = "openspec")]
    OpenSpec,
    Taskmaster,
    Gsd,
    Bmad,
    Superpowers,
    Ralphex,
    Checklist,
}

impl Format {
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
        }
    }

    /// Reads a name.
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
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
