//! Bringing branches together: merge commits, landing, and what stands in the way of either.

pub mod carried;
pub mod clash;
mod documents;
pub mod follow;
pub mod item;
pub mod join;
pub mod landing;
pub(crate) mod past;
pub mod probe;
mod replay;
pub mod restack;
pub mod revert;
pub use item::{Candidate, DocumentEdit, Merge, MergeItem, PreparedMerge, accept, busy, candidate, item, trial};
