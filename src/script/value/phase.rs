//! `Phase`: one numbered phase of a PRP as scripts see it.

use std::sync::Arc;

use rhai::plugin::*;
use rhai::{Array, Dynamic};

use crate::model::phase::Phase;
use crate::model::prp::Prp;

use super::convert::{gates, optional};

/// A phase and the PRP it belongs to.
#[derive(Clone, Debug)]
pub(crate) struct PhaseValue {
    pub(crate) prp: Arc<Prp>,
    pub(crate) index: usize,
}

impl PhaseValue {
    pub(crate) fn phase(&self) -> &Phase {
        &self.prp.phases[self.index]
    }
}

#[export_module]
pub(crate) mod getters {
    /// Label as written: `1`, `2A`, `10.1`.
    #[rhai_fn(get = "label", pure)]
    pub fn label(phase: &mut PhaseValue) -> String {
        phase.phase().label.clone()
    }

    /// Order of appearance, from 1.
    #[rhai_fn(get = "ordinal", pure)]
    pub fn ordinal(phase: &mut PhaseValue) -> i64 {
        i64::from(phase.phase().ordinal)
    }

    /// Title of the phase.
    #[rhai_fn(get = "title", pure)]
    pub fn title(phase: &mut PhaseValue) -> String {
        phase.phase().title.clone()
    }

    /// Estimated minutes, or `()`.
    #[rhai_fn(get = "minutes", pure)]
    pub fn minutes(phase: &mut PhaseValue) -> Dynamic {
        optional(phase.phase().minutes)
    }

    /// Heading and body.
    #[rhai_fn(get = "text", pure)]
    pub fn text(phase: &mut PhaseValue) -> String {
        phase.prp.phase_text(phase.phase()).to_owned()
    }

    /// Tells whether it is the last phase of its PRP.
    #[rhai_fn(get = "last", pure)]
    pub fn last(phase: &mut PhaseValue) -> bool {
        phase.index + 1 == phase.prp.phases.len()
    }

    /// The phase's own gates, as maps `#{ level, text, command, phase }`.
    #[rhai_fn(get = "gates", pure)]
    pub fn own_gates(phase: &mut PhaseValue) -> Array {
        let ordinal = phase.phase().ordinal;
        gates(phase.prp.gates.iter().filter(|gate| gate.phase == Some(ordinal)))
    }

    /// Returns `Phase 2: Title`.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(phase: &mut PhaseValue) -> String {
        format!("Phase {}: {}", phase.phase().label, phase.phase().title)
    }
}
