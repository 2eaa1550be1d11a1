//! Documents in which both sides of a merge say what became of the same work: no conflict for a person.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::temporary;
use crate::model::edit;

/// A version of a path in conflict: 1 is that of the common ancestor, 2 and 3 are those of the two sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stage {
    pub(super) path: String,
    pub(super) number: u8,
    pub(super) object: String,
}

impl Stage {
    /// Reads a line of `git merge-tree`: `MODE OBJECT NUMBER<tab>PATH`.
    pub(super) fn read(line: &str) -> Option<Self> {
        let (head, path) = line.split_once('\t')?;
        let [_, object, number] = head.split(' ').collect::<Vec<_>>()[..] else { return None };
        Some(Self { path: path.to_owned(), number: number.parse().ok()?, object: object.to_owned() })
    }
}

/// Returns the tree without its conflicts, where they are all in documents whose versions can be brought together.
pub(super) fn reconciled(repo: &Repo, tree: &str, stages: &[Stage]) -> Result<Option<String>> {
    let mut versions: BTreeMap<&str, [Option<&str>; 3]> = BTreeMap::new();
    for Stage { path, number, object } in stages {
        let at = usize::from(*number).wrapping_sub(1);
        if let Some(version) = versions.entry(path).or_default().get_mut(at) {
            *version = Some(object);
        }
    }
    let mut whole = tree.to_owned();
    for (path, version) in versions {
        let [Some(base), Some(ours), Some(theirs)] = version else { return Ok(None) };
        let is_document = path.rsplit_once('.').is_some_and(|(_, kind)| kind.eq_ignore_ascii_case("md"));
        if !is_document {
            return Ok(None);
        }
        let texts = [repo.blob(base)?, repo.blob(ours)?, repo.blob(theirs)?].map(String::from_utf8);
        let [Ok(base), Ok(ours), Ok(theirs)] = texts else { return Ok(None) };
        let Some(text) = edit::reconciled(&base, &ours, &theirs) else { return Ok(None) };
        whole = temporary::with_file(repo, &whole, path, text.as_bytes())?;
    }
    Ok(Some(whole))
}
