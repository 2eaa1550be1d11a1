//! What the set-up of a workspace made there: known by name, left out of commits, kept when files are put back.

use std::fs;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::run::Git;
use crate::host::git::workspace::agent::config::{self, Setting};
use crate::host::git::workspace::agent::index::IndexEntry;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::place::space::Workspace;
use crate::host::state;

/// From so many files on, all that lies in a folder which set-up made counts as made by it.
const MANY: usize = 200;

/// Paths that set-up made and that git does not ignore; folders end with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SetUp {
    made: Vec<String>,
}

impl SetUp {
    /// Makes it of the files that are there, and of the folders of which git knows none.
    pub(crate) fn gather(files: &[String], folders: &[String]) -> Self {
        Self { made: gathered(files, folders) }
    }

    /// Reads what set-up made in a workspace.
    pub(crate) fn of(work: &Workspace) -> Self {
        let text = fs::read(work.file("set-up.json")).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Tells whether set-up made a path.
    pub(crate) fn holds(&self, path: &[u8]) -> bool {
        let matches = |made: &String| match made.strip_suffix('/') {
            Some(folder) => path.strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.first() == Some(&b'/')),
            None => made.as_bytes() == path,
        };
        self.made.iter().any(matches)
    }

    /// Returns patterns that match what set-up made, and nothing else.
    pub(crate) fn patterns(&self) -> impl Iterator<Item = String> {
        self.made.iter().map(|path| format!("/{}", escaped(path)))
    }

    /// Returns the paths among entries that set-up made.
    pub(crate) fn among(&self, entries: &[IndexEntry]) -> Vec<Vec<u8>> {
        if self.made.is_empty() {
            return Vec::new();
        }
        entries.iter().filter(|entry| self.holds(&entry.path)).map(|entry| entry.path.clone()).collect()
    }

    /// Lets a command ignore what set-up made, as if the user's own list of ignored files named it.
    pub(crate) fn ignore(&self, work: &Workspace, git: Git) -> Git {
        if self.made.is_empty() {
            return git;
        }
        let mut setting = std::ffi::OsString::from("core.excludesFile=");
        setting.push(work.file("exclude"));
        git.set(setting)
    }

    /// Writes the list of ignored files for the orchestrator, and adds to the one of the workspace.
    pub(crate) fn remember(&self, work: &Workspace) -> Result<()> {
        if self.made.is_empty() {
            return Ok(());
        }
        let patterns: String = self.patterns().map(|pattern| pattern + "\n").collect();
        let settings = config::read(work.direct())?;
        let users = users_list(&settings).unwrap_or_default();
        keep(work, "exclude", format!("{users}\n{patterns}").as_bytes())?;
        let theirs = own::text(work, "info/exclude").unwrap_or_default();
        own::write(work, &[("info/exclude", format!("{theirs}\n{patterns}").into_bytes())])
    }
}

/// Puts the files of large new folders together under the name of the folder.
fn gathered(files: &[String], folders: &[String]) -> Vec<String> {
    let inside = |folder: &&String| files.iter().filter(|file| file.starts_with(folder.as_str())).count();
    let folders = folders.iter().filter(|name| name.ends_with('/'));
    let large: Vec<&String> = folders.filter(|folder| inside(folder) >= MANY).collect();
    let name =
        |file: &String| large.iter().find(|folder| file.starts_with(folder.as_str())).map_or(file, |name| name).clone();
    let mut made: Vec<String> = files.iter().map(name).collect();
    made.sort();
    made.dedup();
    made
}

/// Keeps a file of the set-up in the private state.
pub(crate) fn keep(work: &Workspace, name: &str, bytes: &[u8]) -> Result<()> {
    let file = work.file(name);
    failpoint::around("workspace.set-up", || state::write_private(&file, bytes))
        .map_err(|e| Workspace::failed("write", &file, &e))
}

/// Reads the user's own list of ignored files.
fn users_list(settings: &[Setting]) -> Option<String> {
    let home = || std::env::var("HOME").ok();
    let place = if let Some(place) = config::value(settings, "core.excludesfile") {
        place.strip_prefix("~/").map_or_else(|| Some(place.to_owned()), |below| Some(format!("{}/{below}", home()?)))?
    } else {
        let base = std::env::var("XDG_CONFIG_HOME").ok().filter(|base| !base.is_empty());
        format!("{}/git/ignore", base.map_or_else(|| home().map(|home| format!("{home}/.config")), Some)?)
    };
    fs::read_to_string(place).ok()
}

/// Writes a path as a pattern that matches it alone.
fn escaped(path: &str) -> String {
    let mut text = String::new();
    for c in path.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\' | '!' | '#' | ' ') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_files_are_named_one_by_one_and_many_by_their_folder() {
        let many = (0..MANY).map(|n| format!("app/deps/{}/f{n}", n % 3));
        let files: Vec<String> = many.chain([".env", "app/gen/one", "app/new"].map(str::to_owned)).collect();
        let folders = [".env", "app/deps/", "app/gen/", "app/new"].map(str::to_owned);
        let set_up = SetUp { made: gathered(&files, &folders) };
        assert_eq!(set_up.made, [".env", "app/deps/", "app/gen/one", "app/new"]);
        for (path, expected) in [
            ("app/deps/1/f1", true),
            ("app/deps/new", true),
            ("app/deps", false),
            ("app/gen/two", false),
            ("app/gen/one", true),
        ] {
            assert_eq!(set_up.holds(path.as_bytes()), expected, "{path}");
        }
        assert_eq!(escaped("a*[b] #!"), "a\\*\\[b\\]\\ \\#\\!");
    }
}
