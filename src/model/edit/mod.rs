//! Editing the frontmatter of a document in place: only the lines concerned change.

mod apply;
mod reconcile;
mod region;
mod render;
mod value;

pub use apply::set;
pub use reconcile::{WRITTEN_KEYS, reconciled};
pub use value::{EditError, FieldValue};
