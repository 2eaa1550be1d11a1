//! References: one by name, many by prefix.

use git2::{Oid, Reference, Repository};

use super::handle::{AskGit, Read, Store, found};

impl Store {
    /// Returns the object at which a reference points, through symbolic ones; the name begins with `refs/`.
    pub(crate) fn reference(&self, name: &str) -> Read<Option<String>> {
        if !name.starts_with("refs/") || !Reference::is_valid_name(name) {
            return Err(AskGit);
        }
        self.read(|repo| Ok(found(repo.refname_to_id(name))?.map(|id| id.to_string())))
    }

    /// Returns all references below a folder, which ends with `/`, sorted by name.
    pub(crate) fn references(&self, folder: &str) -> Read<Vec<(String, String)>> {
        if !folder.starts_with("refs/") || !folder.ends_with('/') || folder.contains(['*', '?', '[', '\\']) {
            return Err(AskGit);
        }
        self.read(|repo| {
            let mut all = Vec::new();
            for reference in repo.references_glob(&format!("{folder}*"))? {
                let reference = reference?;
                let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
                // One that points at nothing is passed over, as git does.
                all.extend(target(repo, &reference)?.map(|id| (name, id.to_string())));
            }
            all.sort();
            Ok(all)
        })
    }
}

fn target(repo: &Repository, reference: &Reference<'_>) -> Result<Option<Oid>, git2::Error> {
    match (reference.target(), reference.symbolic_target_bytes()) {
        (Some(id), _) => Ok(Some(id)),
        (None, Some(name)) => found(repo.refname_to_id(&String::from_utf8_lossy(name))),
        (None, None) => Ok(None),
    }
}
