//! Trees: one entry, the content of a file, and what differs between two of them.

use std::cmp::Ordering;
use std::path::Path;
use std::sync::PoisonError;

use git2::{Error, ErrorClass, ErrorCode, ObjectType, Oid, Repository, Tree, TreeEntry};

use super::compared::Changed;
use super::handle::{AskGit, Read, Store, found};
use super::revision::{Named, look_up};

/// Deepest folder that is compared.
const DEEPEST: usize = 512;

/// An entry of a tree, as `git ls-tree` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Such as `100644`.
    pub(crate) mode: String,
    /// `blob`, `tree` or `commit`.
    pub(crate) kind: String,
    pub(crate) object: String,
}

impl Store {
    /// Returns the entry of a path, which has no leading `/`, in a commit or tree.
    pub(crate) fn entry(&self, tree: &str, path: &str) -> Read<Option<Listed>> {
        let entry = self.read(|repo| {
            let Some(tree) = tree_of(repo, tree)? else { return Ok(None) };
            Ok(Some(find(&tree, path)?.map(|(mode, kind, id)| Listed {
                mode: format!("{mode:06o}"),
                kind: kind.str().to_owned(),
                object: id.to_string(),
            })))
        });
        entry?.ok_or(AskGit)
    }

    /// Tells whether a path of the checkout is ignored; a folder may be meant.
    pub(crate) fn is_ignored(&self, path: &str) -> bool {
        let path = path.trim_start_matches("./").trim_end_matches('/');
        let ignored = |path: String| self.read(|repo| repo.is_path_ignored(&path)).unwrap_or(false);
        !path.is_empty() && (ignored(path.to_owned()) || ignored(format!("{path}/")))
    }

    /// Returns the content of an object that is a file.
    pub(crate) fn blob(&self, object: &str) -> Read<Vec<u8>> {
        self.read(|repo| Ok(repo.find_blob(Oid::from_str(object)?)?.content().to_vec()))
    }

    /// Returns the id of the tree of a commit.
    pub(crate) fn tree_of(&self, commit: &str) -> Read<String> {
        self.read(|repo| Ok(tree_of(repo, commit)?.map(|tree| tree.id().to_string())))?.ok_or(AskGit)
    }

    /// Returns the paths of the files that differ between two commits or trees, sorted; a rename is two of them.
    pub(crate) fn changed(&self, from: &str, to: &str) -> Read<Vec<String>> {
        Ok(self.differences(from, to)?.into_iter().map(|changed| changed.path).collect())
    }

    /// Returns the paths of all files in a folder of a commit or tree, sorted as git does; an empty path is the whole.
    pub(crate) fn files(&self, tree: &str, folder: &Path) -> Read<Vec<String>> {
        let name = folder.to_str().ok_or(AskGit)?;
        let files = self.read(|repo| {
            let Some(mut tree) = tree_of(repo, tree)? else { return Ok(None) };
            let mut prefix = String::new();
            if !name.is_empty() {
                match find(&tree, name)? {
                    Some((_, ObjectType::Tree, id)) => tree = repo.find_tree(id)?,
                    Some(_) => return Ok(None),
                    None => return Ok(Some(Vec::new())),
                }
                prefix = format!("{name}/");
            }
            let mut files = Vec::new();
            compare(repo, None, Some(&tree), &prefix, 0, &mut files)?;
            Ok(Some(files.into_iter().map(|file| file.path).collect()))
        });
        files?.ok_or(AskGit)
    }

    /// Returns the files that differ between two commits or trees, sorted by path.
    pub(crate) fn differences(&self, from: &str, to: &str) -> Read<Vec<Changed>> {
        if let Some(known) = self.compared.lock().unwrap_or_else(PoisonError::into_inner).get(from, to) {
            return Ok(known);
        }
        let changed = self.read(|repo| {
            let (Some(from), Some(to)) = (tree_of(repo, from)?, tree_of(repo, to)?) else { return Ok(None) };
            let mut changed = Vec::new();
            if from.id() != to.id() {
                compare(repo, Some(&from), Some(&to), "", 0, &mut changed)?;
            }
            changed.sort();
            changed.dedup_by(|later, first| later.path == first.path);
            Ok(Some(changed))
        });
        let changed = changed?.ok_or(AskGit)?;
        self.compared.lock().unwrap_or_else(PoisonError::into_inner).keep(from, to, &changed);
        Ok(changed)
    }
}

/// Returns the tree of a commit or tree; `None` when only git can tell.
pub(super) fn tree_of<'repo>(repo: &'repo Repository, name: &str) -> Result<Option<Tree<'repo>>, Error> {
    match look_up(repo, name)? {
        Named::Object(object) => object.peel_to_tree().map(Some),
        Named::Nothing | Named::Unknown => Ok(None),
    }
}

/// Returns mode, kind and object of a path.
pub(super) fn find(tree: &Tree<'_>, path: &str) -> Result<Option<(i32, ObjectType, Oid)>, Error> {
    let Some(entry) = found(tree.get_path(Path::new(path)))? else { return Ok(None) };
    let kind = entry.kind().ok_or_else(|| Error::from_str("an entry of an unknown kind"))?;
    Ok(Some((entry.filemode_raw(), kind, entry.id())))
}

/// Collects the files that differ between two folders.
fn compare(
    repo: &Repository,
    from: Option<&Tree<'_>>,
    to: Option<&Tree<'_>>,
    folder: &str,
    depth: usize,
    changed: &mut Vec<Changed>,
) -> Result<(), Error> {
    if depth > DEEPEST {
        return Err(Error::new(ErrorCode::GenericError, ErrorClass::Tree, "too many folders in each other"));
    }
    let (mut left, mut right) = (0, 0);
    loop {
        let old = from.and_then(|tree| tree.get(left));
        let new = to.and_then(|tree| tree.get(right));
        let order = match (&old, &new) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(old), Some(new)) => key(old).cmp(key(new)),
        };
        let (old, new) = (old.filter(|_| order.is_le()), new.filter(|_| order.is_ge()));
        left += usize::from(old.is_some());
        right += usize::from(new.is_some());
        let leaf = |entry: &TreeEntry<'_>| (entry.filemode_raw(), entry.id());
        if old.as_ref().map(leaf) == new.as_ref().map(leaf) {
            continue;
        }
        let Some(name) = old.as_ref().or(new.as_ref()).map(TreeEntry::name_bytes) else { continue };
        let path = format!("{folder}{}", String::from_utf8_lossy(name));
        let is = |entry: &Option<TreeEntry<'_>>, kind| entry.as_ref().is_some_and(|entry| entry.kind() == Some(kind));
        if is(&old, ObjectType::Tree) || is(&new, ObjectType::Tree) {
            let open =
                |entry: &Option<TreeEntry<'_>>| entry.as_ref().map(|entry| repo.find_tree(entry.id())).transpose();
            let (from, to) = (open(&old)?, open(&new)?);
            compare(repo, from.as_ref(), to.as_ref(), &format!("{path}/"), depth + 1, changed)?;
        } else {
            let content = new.map(|entry| format!("{:06o} {}", entry.filemode(), entry.id()));
            changed.push(Changed { path, content });
        }
    }
}

/// Returns what the entries of a tree are sorted by.
fn key<'a>(entry: &'a TreeEntry<'_>) -> impl Iterator<Item = &'a u8> {
    let end: &[u8] = if entry.kind() == Some(ObjectType::Tree) { b"/" } else { b"" };
    entry.name_bytes().iter().chain(end)
}
