//! The index of a checkout: what is staged, and the tree that comes of it.

use std::fmt::Write as _;
use std::path::Path;

use git2::{Index, IndexEntry};

use super::handle::{AskGit, Read, Store};

impl Store {
    /// Returns what is staged in an index, as `git ls-files --stage -z` prints it.
    pub(crate) fn staged(&self, index: &Path) -> Read<Vec<u8>> {
        let mut staged = Vec::new();
        for entry in self.index(index)?.iter() {
            let mut head = String::new();
            // Writing into a string cannot fail.
            write!(head, "{:06o} {} {}\t", entry.mode, entry.id, stage(&entry)).ok();
            staged.extend_from_slice(head.as_bytes());
            staged.extend_from_slice(&entry.path);
            staged.push(0);
        }
        Ok(staged)
    }

    /// Writes an index as a tree.
    pub(crate) fn write_index(&self, index: &Path) -> Read<String> {
        self.read(|repo| Ok(Index::open(index)?.write_tree_to(repo)?.to_string()))
    }

    /// Reads an index. Libgit2 refuses those that are split or sparse.
    fn index(&self, file: &Path) -> Read<Index> {
        if self.is_readable() { Index::open(file).map_err(|_| AskGit) } else { Err(AskGit) }
    }
}

fn stage(entry: &IndexEntry) -> u16 {
    (entry.flags >> 12) & 3
}
