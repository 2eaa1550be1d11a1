//! The texts that the rules are held against.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of the project.
pub(crate) struct Source {
    /// Relative to the project, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// Returns the lines before the tests of the file, without comments.
    pub(crate) fn code(&self) -> Vec<(usize, &str)> {
        let all: Vec<&str> = self.text.lines().collect();
        let end = all.iter().position(|line| *line == "#[cfg(test)]").unwrap_or(all.len());
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        all[..end].iter().enumerate().filter(|(_, line)| is_code(line)).map(|(n, line)| (n + 1, *line)).collect()
    }

    /// Returns the folder of `src/` that the file is in.
    pub(crate) fn room(&self) -> Option<&str> {
        self.path.strip_prefix("src/")?.split_once('/').map(|(room, _)| room)
    }

    /// Returns the folder that the file is in.
    pub(crate) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }
}

/// Reads all files of a folder with an extension.
pub(crate) fn sources(folder: &str, extension: &str) -> Vec<Source> {
    let files = walkdir::WalkDir::new(root().join(folder)).sort_by_file_name().into_iter().flatten();
    files
        .filter(|entry| entry.file_type().is_file() && entry.path().extension().is_some_and(|e| e == extension))
        .map(|entry| Source { path: relative(entry.path()), text: fs::read_to_string(entry.path()).expect("UTF-8") })
        .collect()
}

/// Fails with a list, unless it is empty.
#[track_caller]
pub(crate) fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).expect("below the root").to_string_lossy().replace('\\', "/")
}
