//! Reads in process: libgit2 answers where it can open the repository, and says so where the git program is to be asked.

mod compared;
mod graph;
mod handle;
mod head;
mod index;
mod notes;
mod object;
mod refs;
mod revision;
mod tree;
pub(crate) use compared::Changed;
pub(crate) use graph::Walked;
pub(crate) use handle::{AskGit, Read, Store};
pub(crate) use head::Pointer;
pub(crate) use tree::Listed;
