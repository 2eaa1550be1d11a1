//! Writes PRPs: from a phase of a plan to the canonical document, by rule and always the same.

mod document;
mod draft;
mod gates;
mod gone;
mod steps;

pub use document::prp;
pub use draft::{DraftGate, DraftPhase, PrpDraft};
pub use gates::gates;
pub use steps::phases;
