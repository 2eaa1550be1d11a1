//! What git says of the fake project: HEAD holds what scripts committed, whatever revision is asked for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::world::World;
use crate::model::history::LoggedCommit;

impl World {
    /// Tells whether a script committed a file.
    pub(super) fn is_committed(&self, path: &Path) -> bool {
        let path = shown(path);
        self.commits.iter().any(|(_, files)| files.contains(&path))
    }

    /// Returns those of the files that are there and were never committed.
    pub(super) fn changed_files(&self, paths: &[PathBuf]) -> Vec<String> {
        let open = paths.iter().filter(|path| self.files.contains_key(*path) && !self.is_committed(path));
        open.map(|path| shown(path)).collect()
    }

    pub(super) fn committed_text(&self, path: &Path) -> Option<String> {
        self.files.get(path).filter(|_| self.is_committed(path)).cloned()
    }

    /// Returns the commits of scripts, newest first.
    pub(super) fn log(&self) -> Vec<LoggedCommit> {
        let commit = |(number, (message, _)): (u64, &(String, Vec<String>))| LoggedCommit {
            commit: format!("{number:040x}"),
            time: self.agenda.now().epoch,
            message: message.clone(),
            ..LoggedCommit::default()
        };
        let mut log: Vec<_> = (1..).zip(&self.commits).map(commit).collect();
        log.reverse();
        log
    }

    pub(super) fn tree_files(&self) -> Vec<String> {
        self.files.keys().map(|path| shown(path)).collect()
    }

    pub(super) fn tree_folders(&self) -> Vec<String> {
        let above = self.files.keys().flat_map(|path| path.ancestors().skip(1));
        let folders: BTreeSet<String> = above.map(shown).filter(|folder| !folder.is_empty()).collect();
        folders.into_iter().collect()
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
