//! Tasks: what is done away from the loop, each from an order to what came of it. None of them knows who gave it.

pub(crate) mod batch;
pub(crate) mod item;
pub(crate) mod merge;
pub(crate) mod off_the_loop;
pub(crate) mod placed;
pub(crate) mod query;
pub(crate) mod tell;
pub(crate) mod world;
