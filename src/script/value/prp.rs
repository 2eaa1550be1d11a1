//! `Prp`: a work package as scripts see it.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic};

use crate::model::id::PrpId;
use crate::model::prp::{Complexity, Prp};
use crate::model::status::Status;

use super::convert::{gates, messages, optional, texts};
use super::phase::PhaseValue;

/// A PRP that was read.
#[derive(Clone, Debug)]
pub(crate) struct PrpValue(pub(crate) Arc<Prp>, pub(crate) Arc<Vec<String>>);

impl PrpValue {
    /// Takes a PRP that was read; `problems` are its errors, where it is kept in spite of them.
    pub(crate) fn new(prp: Prp) -> Self {
        let errors = prp.problems.iter().filter(|problem| problem.is_error()).cloned().collect::<Vec<_>>();
        let found = messages(&prp.text, &errors);
        Self(Arc::new(prp), Arc::new(found))
    }

    /// Returns the id as text; the name of the file where there is none.
    pub(crate) fn id_text(&self) -> String {
        self.0.id.as_ref().map_or_else(|| self.stem(), ToString::to_string)
    }

    /// Returns the name for people, such as `PRP-47.1.1-api`.
    pub(crate) fn short_name(&self) -> String {
        if let Some(origin) = &self.0.origin {
            let plain = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
            return format!("{}-{}", self.id_text(), origin.label.chars().map(plain).collect::<String>());
        }
        let (id, stem) = (self.id_text(), self.stem());
        if stem.starts_with(&id) { stem } else { id }
    }

    fn stem(&self) -> String {
        self.0.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

#[export_module]
pub(crate) mod getters {
    /// Id in canonical form, such as `PRP-47.1.1`.
    #[rhai_fn(get = "id", pure)]
    pub fn id(prp: &mut PrpValue) -> String {
        prp.id_text()
    }

    /// Branch on which it is carried out; empty for a document without an id.
    #[rhai_fn(get = "branch", pure)]
    pub fn branch(prp: &mut PrpValue) -> String {
        prp.0.id.as_ref().map(PrpId::branch).unwrap_or_default()
    }

    /// Title, or the id where there is none.
    #[rhai_fn(get = "title", pure)]
    pub fn title(prp: &mut PrpValue) -> String {
        prp.0.title.clone().unwrap_or_else(|| prp.id_text())
    }

    /// Short name for people, such as `PRP-47.1.1-api`.
    #[rhai_fn(get = "name", pure)]
    pub fn name(prp: &mut PrpValue) -> String {
        prp.short_name()
    }

    /// Status word of the frontmatter (`planning`, `executed`, …), or `()`. Git decides, this is what people read.
    #[rhai_fn(get = "status", pure)]
    pub fn status(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.status.map(Status::as_str))
    }

    /// The status as the author wrote it, such as `deferred` for `cancelled`, or `()`. It may be no status word at all.
    #[rhai_fn(get = "status_word", pure)]
    pub fn status_word(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.status_word.clone())
    }

    /// Tells whether the document says that the work is done.
    #[rhai_fn(get = "executed", pure)]
    pub fn executed(prp: &mut PrpValue) -> bool {
        let folder = prp.0.path.parent().and_then(|folder| folder.file_name());
        prp.0.status.is_some_and(Status::is_done) || folder.is_some_and(|name| name == "executed")
    }

    /// What the reader found, one text each. Only the errors, for PRPs of `prp::select` with `lenient`.
    #[rhai_fn(get = "problems", pure)]
    pub fn problems(prp: &mut PrpValue) -> Array {
        texts(prp.1.iter().cloned())
    }

    /// Path of the document below the project.
    #[rhai_fn(get = "path", pure)]
    pub fn path(prp: &mut PrpValue) -> String {
        prp.0.path.display().to_string()
    }

    /// The whole document.
    #[rhai_fn(get = "text", pure)]
    pub fn text(prp: &mut PrpValue) -> String {
        prp.0.text.clone()
    }

    /// Number of the batch, or `()`.
    #[rhai_fn(get = "batch", pure)]
    pub fn batch(prp: &mut PrpValue) -> Dynamic {
        let named = prp.0.id.as_ref().and_then(PrpId::batch).map(|batch| batch.0);
        optional(prp.0.batch.or(named).map(i64::from))
    }

    /// Stage that the document states, or `()`. The computed stage is in the graph.
    #[rhai_fn(get = "stage", pure)]
    pub fn stage(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.stage.map(i64::from))
    }

    /// Order within the stage that the document states, or `()`.
    #[rhai_fn(get = "order", pure)]
    pub fn order(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.order.map(i64::from))
    }

    /// Estimated hours, or `()`.
    #[rhai_fn(get = "hours", pure)]
    pub fn hours(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.hours)
    }

    /// `low`, `medium`, `high`, or `()`.
    #[rhai_fn(get = "complexity", pure)]
    pub fn complexity(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.complexity.map(Complexity::as_str))
    }

    /// Declared files, directories and globs.
    #[rhai_fn(get = "files", pure)]
    pub fn files(prp: &mut PrpValue) -> Array {
        texts(prp.0.files.iter().cloned())
    }

    /// Ids of the PRPs that must be merged first.
    #[rhai_fn(get = "dependencies", pure)]
    pub fn dependencies(prp: &mut PrpValue) -> Array {
        texts(prp.0.dependencies.iter().map(|dependency| dependency.id.to_string()))
    }

    /// Ids of the PRPs that must not run at the same time.
    #[rhai_fn(get = "conflicts_with", pure)]
    pub fn conflicts_with(prp: &mut PrpValue) -> Array {
        texts(prp.0.conflicts_with.iter().map(ToString::to_string))
    }

    /// Phases in the order of the document, each a `Phase`.
    #[rhai_fn(get = "phases", pure)]
    pub fn phases(prp: &mut PrpValue) -> Array {
        let phase = |index| Dynamic::from(PhaseValue { prp: prp.0.clone(), index });
        (0..prp.0.phases.len()).map(phase).collect()
    }

    /// Validation gates as maps `#{ level, text, command, phase }`; `command` and `phase` may be `()`.
    #[rhai_fn(get = "gates", pure)]
    pub fn all_gates(prp: &mut PrpValue) -> Array {
        gates(&prp.0.gates)
    }

    /// Key of the issue in the tracker, or `()`.
    #[rhai_fn(get = "issue", pure)]
    pub fn issue(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.issue.clone())
    }

    /// Path of the plan it was made from, or `()`.
    #[rhai_fn(get = "plan", pure)]
    pub fn plan(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.plan.clone())
    }

    /// Label of the phase of the plan it was made from, or `()`.
    #[rhai_fn(get = "plan_phase", pure)]
    pub fn plan_phase(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.plan_phase.clone())
    }

    /// Name of the tool of whose list it is an item, such as `spec-kit`, or `()` for a PRP with a document of its own.
    #[rhai_fn(get = "format", pure)]
    pub fn format(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.origin.as_ref().map(|origin| origin.format.as_str()))
    }

    /// Label of the item in the list of another tool, such as `2.1`, or `()`.
    #[rhai_fn(get = "label", pure)]
    pub fn label(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.origin.as_ref().map(|origin| origin.label.clone()))
    }

    /// What was assumed about the list of another tool, one sentence each.
    #[rhai_fn(get = "assumed", pure)]
    pub fn assumed(prp: &mut PrpValue) -> Array {
        texts(prp.0.origin.iter().flat_map(|origin| origin.assumed.clone()))
    }

    /// Type that the document states, or `()`.
    #[rhai_fn(get = "kind", pure)]
    pub fn kind(prp: &mut PrpValue) -> Dynamic {
        optional(prp.0.kind.clone())
    }

    /// Returns the id.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(prp: &mut PrpValue) -> String {
        prp.id_text()
    }
}
