//! Notes: the tree of a notes reference names commits, in folders by the first digits of their ids.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use git2::{Error, ObjectType, Oid, Repository, Tree};

use super::handle::{Read, Store, found};

impl Store {
    /// Returns the notes of commits below a reference, by commit.
    pub(crate) fn notes(&self, reference: &str, commits: &[&str]) -> Read<HashMap<String, Vec<u8>>> {
        self.read(|repo| {
            let mut notes = HashMap::new();
            let Some(tip) = found(repo.find_reference(reference))? else { return Ok(notes) };
            let mut folders = HashMap::from([(String::new(), tip.peel_to_tree()?)]);
            for commit in commits {
                if let Some(id) = note(repo, &mut folders, commit)? {
                    notes.insert((*commit).to_owned(), repo.find_blob(id)?.content().to_vec());
                }
            }
            Ok(notes)
        })
    }
}

/// Finds the note of a commit. Folders that were read once stay in `folders`, by the digits that lead there.
fn note<'repo>(
    repo: &'repo Repository,
    folders: &mut HashMap<String, Tree<'repo>>,
    commit: &str,
) -> Result<Option<Oid>, Error> {
    for digits in (0..commit.len()).step_by(2) {
        let Some((before, rest)) = commit.split_at_checked(digits) else { return Ok(None) };
        let Some(folder) = folders.get(before) else { return Ok(None) };
        if let Some(entry) = folder.get_name(rest) {
            return Ok((entry.kind() == Some(ObjectType::Blob)).then(|| entry.id()));
        }
        let Some(name) = rest.get(..2) else { return Ok(None) };
        let deeper = folder.get_name(name).filter(|entry| entry.kind() == Some(ObjectType::Tree));
        let Some(deeper) = deeper.map(|entry| entry.id()) else { return Ok(None) };
        if let Entry::Vacant(place) = folders.entry(format!("{before}{name}")) {
            place.insert(repo.find_tree(deeper)?);
        }
    }
    Ok(None)
}
