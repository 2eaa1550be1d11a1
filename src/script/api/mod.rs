//! What scripts can call: one file per native module, one adapter (`native`) between the engine and all of them.
#![allow(clippy::needless_pass_by_value, reason = "the engine hands arguments over by value")]
#![allow(clippy::unwrap_used, clippy::wildcard_imports, unreachable_pub, reason = "the export macro writes such code")]

mod assert;
pub(crate) mod document;
mod failure;
mod fake;
pub(crate) mod fields;
pub(crate) mod level;
pub(crate) mod native;
pub(crate) mod needs;
mod register;
pub(crate) mod run;
pub(crate) mod shape;
pub(crate) mod shapes;
pub(crate) mod text;
pub(crate) mod world;

pub(crate) use register::register;
