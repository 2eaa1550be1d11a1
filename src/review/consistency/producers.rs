//! Which PRPs declare a file, found without comparing it with everything that is declared.

use std::collections::{BTreeSet, HashMap};

use super::batch::Batch;
use crate::model::pattern::DeclaredFile;

/// What the PRPs of a batch declare, by item.
#[derive(Default)]
pub(super) struct Producers<'a> {
    /// Files and directories as declared.
    by_path: HashMap<&'a str, Vec<usize>>,
    by_name: HashMap<&'a str, Vec<(usize, &'a str)>>,
    globs: Vec<(usize, DeclaredFile)>,
}

impl<'a> Producers<'a> {
    pub(super) fn new(batch: &'a Batch<'_>) -> Self {
        let mut producers = Self::default();
        for (item, document) in batch.documents.iter().enumerate() {
            for file in &document.prp.files {
                let path = file.trim_start_matches("./").trim_end_matches('/');
                let name = path.rsplit('/').next().unwrap_or(path);
                producers.by_path.entry(path).or_default().push(item);
                producers.by_name.entry(name).or_default().push((item, path));
                let pattern = DeclaredFile::new(path);
                if pattern.is_glob() {
                    producers.globs.push((item, pattern));
                }
            }
        }
        producers
    }

    /// Returns the items that declare a file, a folder that holds it, or a glob that fits it.
    pub(super) fn of(&self, path: &str) -> BTreeSet<usize> {
        let folders = path.match_indices('/').map(|(end, _)| &path[..end]);
        let mut found: BTreeSet<usize> =
            folders.chain([path, ".", ""]).filter_map(|part| self.by_path.get(part)).flatten().copied().collect();
        // A document may name a file from a folder further down than the project root.
        let tail = format!("/{path}");
        let name = path.rsplit('/').next().unwrap_or(path);
        let same_name = self.by_name.get(name).into_iter().flatten();
        found.extend(same_name.filter(|(_, declared)| declared.ends_with(&tail)).map(|(item, _)| *item));
        found.extend(self.globs.iter().filter(|(_, glob)| glob.matches(path)).map(|(item, _)| *item));
        found
    }
}
