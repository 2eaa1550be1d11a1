//! What a repository says about files: in commits and trees, and how the checkout differs from them.

use std::fs;
use std::path::Path;

use super::repo::Repo;
use super::store::{AskGit, Listed};
use super::temporary::Index;
use crate::error::Result;

impl Repo {
    /// Returns the paths of the user's checkout with uncommitted changes, untracked files included. Changes nothing.
    pub fn status(&self) -> Result<Vec<String>> {
        let args =
            ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=none"];
        let lines = self.git().args(args).list()?;
        Ok(lines.iter().filter_map(|line| line.get(3..)).map(str::to_owned).collect())
    }

    /// Tells whether the user's checkout has no uncommitted change.
    pub fn is_clean(&self) -> Result<bool> {
        Ok(self.status()?.is_empty())
    }

    /// Tells whether a working file differs from its version in a commit; `path` is below the root.
    pub fn differs(&self, path: &Path, commit: &str) -> Result<bool> {
        Ok(!self.differing(&[path], commit)?.is_empty())
    }

    /// Returns those of some paths below the root whose working file differs from its version in a commit.
    pub fn differing<P: AsRef<Path>>(&self, paths: &[P], commit: &str) -> Result<Vec<String>> {
        let (mut differing, mut doubtful) = (Vec::new(), Vec::new());
        for path in paths {
            let relative = self.relative(path.as_ref())?;
            let file = self.root().join(&relative);
            let is_there = fs::symlink_metadata(&file).is_ok();
            match self.entry(commit, &relative)? {
                None if is_there => differing.push(relative),
                None => {}
                Some(_) if !is_there => differing.push(relative),
                Some(entry) if self.is_same(&entry, &file) => {}
                // Line ends, filters and modes decide.
                Some(_) => doubtful.push(relative),
            }
        }
        if !doubtful.is_empty() {
            let literal = doubtful.iter().map(|path| format!(":(top,literal){path}"));
            let args = ["diff", "--name-only", "-z", "--no-ext-diff", "--no-renames", commit, "--"];
            // `git diff` writes the index anew when it had to look into files: a copy, so that the user's stays as it is.
            let index = Index::copy(self, &self.git_dir().join("index"))?;
            differing.extend(index.attach(self.git()).args(args).args(literal).list()?);
        }
        differing.sort();
        Ok(differing)
    }

    /// Tells whether a regular file has the very content and mode of an entry.
    fn is_same(&self, entry: &Listed, file: &Path) -> bool {
        use std::os::unix::fs::PermissionsExt as _;
        let Ok(facts) = fs::symlink_metadata(file) else { return false };
        let mode = if facts.permissions().mode() & 0o100 == 0 { "100644" } else { "100755" };
        facts.is_file()
            && entry.mode == mode
            && self.store().blob(&entry.object).is_ok_and(|content| fs::read(file).is_ok_and(|text| text == content))
    }

    /// Returns the content of a file in a commit.
    pub fn show(&self, commit: &str, path: &Path) -> Result<Option<Vec<u8>>> {
        let relative = self.relative(path)?;
        match self.entry(commit, &relative)? {
            Some(entry) if entry.kind == "blob" => self.blob(&entry.object).map(Some),
            Some(_) | None => Ok(None),
        }
    }

    /// Returns the content of a file by its object id.
    pub(crate) fn blob(&self, object: &str) -> Result<Vec<u8>> {
        match self.store().blob(object) {
            Ok(content) => Ok(content),
            Err(AskGit) => Ok(self.git().args(["cat-file", "blob", object]).ok()?.stdout),
        }
    }

    /// Tells whether a commit holds a path.
    pub fn tracked(&self, commit: &str, path: &Path) -> Result<bool> {
        Ok(self.entry(commit, &self.relative(path)?)?.is_some())
    }

    /// Returns the entry of a path in a commit or tree.
    pub(crate) fn entry(&self, tree: &str, relative: &str) -> Result<Option<Listed>> {
        if let Ok(entry) = self.store().entry(tree, relative) {
            return Ok(entry);
        }
        let args = ["ls-tree", "-z", "--full-tree", tree, "--", relative];
        let lines = self.git().args(args).env("GIT_LITERAL_PATHSPECS", "1").list()?;
        Ok(lines.iter().find_map(|line| {
            let (head, path) = line.split_once('\t')?;
            let [mode, kind, object] = head.split(' ').collect::<Vec<_>>()[..] else { return None };
            let entry = || Listed { mode: mode.to_owned(), kind: kind.to_owned(), object: object.to_owned() };
            (path == relative).then(entry)
        }))
    }
}
