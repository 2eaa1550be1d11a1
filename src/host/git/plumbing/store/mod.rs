//! Reads in process: libgit2 answers where it can open the repository. `None` always means that the git program is to be
//! asked: the repository is of a kind that libgit2 does not know, or its answer could be another one than git's.

mod graph;
mod handle;
mod head;
mod index;
mod notes;
mod object;
mod refs;
mod revision;
mod tree;
pub(crate) use graph::Walked;
pub(crate) use handle::Store;
pub(crate) use head::Pointer;
pub(crate) use tree::Listed;
