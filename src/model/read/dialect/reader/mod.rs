//! The dialects, each in a file of its own.

pub(super) mod bmad;
pub(super) mod checklist;
pub(super) mod classic_prp;
pub(super) mod gsd;
pub(super) mod kiro;
pub(super) mod openspec;
pub(super) mod own_plan;
pub(super) mod ralphex;
pub(super) mod spec_kit;
pub(super) mod superpowers;
pub(super) mod task_sections;
pub(super) mod taskmaster;
