//! The branch and the checkout of one item: made, mended, committed, saved.

pub(crate) mod admin;
pub mod branch;
pub mod checkpoint;
pub mod deviation;
pub mod prepare;
pub(crate) mod repair;
mod request;
pub mod rescue;
pub mod scratch;
pub(crate) mod work;
pub(crate) use prepare::administration;
pub use prepare::{is_furnished, prepare, set_furnished};
pub use request::{Prepare, Prepared};
