//! Which items declare the same file: by path, by directory, by glob.

mod conflicts;
mod groups;
mod index;
mod key;
mod meet;
mod pattern;
mod tracker;

pub(super) use index::FileIndex;
