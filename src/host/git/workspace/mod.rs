//! The branch of one item and the place where it is worked on: a private repository each, made, mended, read, saved.

mod abandon;
pub(crate) mod agent;
pub mod branch;
pub mod checkpoint;
pub mod deviation;
pub(crate) mod files;
pub(crate) mod make;
pub(crate) mod mend;
pub(crate) mod objects;
pub(crate) mod place;
pub mod prepare;
pub mod remove;
pub mod resolve;
pub mod scratch;
pub mod setup;
pub mod unseen;
pub use abandon::abandon;
pub use files::stage::Submodule;
pub use mend::rescue::Rescue;
pub(crate) use place::linked::{checkouts, reworked};
pub use prepare::{Prepare, Prepared, prepare};
pub use setup::{is_set_up, set_up};
