//! Objects of our own that are written without starting git: files, trees with one file changed, commits.
//!
//! They are written as git writes them by default: into a new file that is renamed when it is whole, without waiting
//! for the disk. Who configures more than that gets it from the git program; see `Identity`.

use std::path::Path;

use git2::{ObjectType, Oid, build::TreeUpdateBuilder};

use super::handle::{AskGit, Read, Store};
use super::tree::tree_of;

impl Store {
    /// Writes the empty tree.
    pub(crate) fn write_empty_tree(&self) -> Read<String> {
        self.read(|repo| Ok(repo.treebuilder(None)?.write()?.to_string()))
    }

    /// Writes a tree that differs from another one in the content of a file, which keeps its mode.
    pub(crate) fn write_file(&self, tree: &str, path: &str, content: &[u8]) -> Read<String> {
        let written = self.read(|repo| {
            let Some(tree) = tree_of(repo, tree)? else { return Ok(None) };
            let mode = match super::tree::find(&tree, path)? {
                None | Some((0o100_644, ObjectType::Blob, _)) => git2::FileMode::Blob,
                Some((0o100_755, ObjectType::Blob, _)) => git2::FileMode::BlobExecutable,
                // A link or a folder in place of the file: as git would have it.
                Some(_) => return Ok(None),
            };
            let blob = repo.blob(content)?;
            let mut update = TreeUpdateBuilder::new();
            update.upsert(Path::new(path), blob, mode);
            Ok(Some(update.create_updated(repo, &tree)?.to_string()))
        });
        written?.ok_or(AskGit)
    }

    /// Writes a commit. `author` and `committer` are lines as they stand in a commit, without the word before them.
    pub(crate) fn write_commit(
        &self,
        tree: &str,
        parents: &[&str],
        author: &str,
        committer: &str,
        message: &str,
    ) -> Read<String> {
        if message.contains('\0') {
            return Err(AskGit);
        }
        self.read(|repo| {
            let mut text = format!("tree {}\n", repo.find_tree(Oid::from_str(tree)?)?.id());
            for parent in parents {
                text.extend(["parent ", &repo.find_commit(Oid::from_str(parent)?)?.id().to_string(), "\n"]);
            }
            let end = if message.ends_with('\n') || message.is_empty() { "" } else { "\n" };
            text.extend(["author ", author, "\ncommitter ", committer, "\n\n", message, end]);
            Ok(repo.odb()?.write(ObjectType::Commit, text.as_bytes())?.to_string())
        })
    }
}
