//! Hooks of a project: functions in `.ce/hooks/*.rhai` that a run calls at fixed moments, and that may say no.

mod facts;
mod files;

pub(crate) use facts::{
    after_item, after_merges, after_phase, after_run, before_item, before_run, listed, refused, shown,
};
pub(crate) use files::{NAMES, places};
