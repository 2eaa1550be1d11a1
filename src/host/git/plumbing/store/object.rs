//! Objects of our own that are written without starting git: files, trees with one file changed, commits.
//!
//! They are written as git writes them with the settings of `run`: into a new file that is renamed when it is whole, and
//! flushed to the disk before anything points at it. Who configures more than that gets it from the git program; see
//! `Identity`.

use std::fs::File;
use std::path::Path;

use git2::{ObjectType, Oid, build::TreeUpdateBuilder};

use super::handle::{AskGit, Read, Store};
use super::tree::tree_of;
use crate::host::failpoint;

impl Store {
    /// Writes the empty tree.
    pub(crate) fn write_empty_tree(&self) -> Read<String> {
        self.flushed(self.read(|repo| Ok(vec![repo.treebuilder(None)?.write()?.to_string()])))
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
            let whole = repo.find_tree(update.create_updated(repo, &tree)?)?;
            let mut objects = vec![whole.id().to_string(), blob.to_string()];
            for folder in Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
                objects.push(whole.get_path(folder)?.id().to_string());
            }
            Ok(Some(objects))
        });
        self.flushed(written.and_then(|objects| objects.ok_or(AskGit)))
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
        let written = self.read(|repo| {
            let mut text = format!("tree {}\n", repo.find_tree(Oid::from_str(tree)?)?.id());
            for parent in parents {
                text.extend(["parent ", &repo.find_commit(Oid::from_str(parent)?)?.id().to_string(), "\n"]);
            }
            let end = if message.ends_with('\n') || message.is_empty() { "" } else { "\n" };
            text.extend(["author ", author, "\ncommitter ", committer, "\n\n", message, end]);
            Ok(vec![repo.odb()?.write(ObjectType::Commit, text.as_bytes())?.to_string()])
        });
        self.flushed(written)
    }

    /// Forces objects to the disk and returns the first one. Those that lie in a pack were there before.
    fn flushed(&self, written: Read<Vec<String>>) -> Read<String> {
        let objects = written?;
        for id in &objects {
            let (folder, name) = id.split_at(2);
            let folder = self.objects().join(folder);
            for path in [folder.join(name), folder] {
                match File::open(&path) {
                    Ok(file) => failpoint::around("object.flush", || file.sync_all()).map_err(|_| AskGit)?,
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(_) => return Err(AskGit),
                }
            }
        }
        objects.into_iter().next().ok_or(AskGit)
    }
}
