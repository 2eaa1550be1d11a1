//! What lies in a workspace and comes into no commit of it, because git ignores it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirEntry};
use std::path::Path;
use std::time::SystemTime;

use super::agent::index::IndexEntry;
use super::files::made::SetUp;
use super::place::space::Workspace;
use super::prepare::{self, Prepared};
use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;

/// What tools keep for themselves and make again when it is gone: no check passes because of it.
const CACHES: [&str; 22] = [
    "__pycache__",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    ".coverage",
    "coverage",
    "htmlcov",
    ".nyc_output",
    ".tox",
    ".nox",
    ".cache",
    ".eslintcache",
    ".parcel-cache",
    ".turbo",
    ".gradle",
    ".idea",
    ".vscode",
    ".DS_Store",
    "target",
    "tmp",
    "logs",
];
const CACHE_ENDS: [&str; 5] = [".pyc", ".log", ".swp", ".tsbuildinfo", ".pid"];

/// Entries of a folder whose times are looked at.
const MOST: usize = 1000;

/// What is ignored, each path with what changes when somebody writes there; folders end with `/`.
pub type Unseen = BTreeMap<String, (Option<SystemTime>, u64)>;

/// Lists what is ignored in a workspace whose files were looked at just now. A folder of which nothing is known to git
/// is one entry.
pub fn unseen(repo: &Repo, prepared: &Prepared) -> Result<Unseen> {
    let (work, record) = prepare::recorded(&repo.unhooked(), prepared)?;
    let entries = work.entries().unwrap_or_default();
    let files: BTreeSet<String> = entries.iter().map(IndexEntry::name).collect();
    let folders = files.iter().flat_map(|file| file.match_indices('/').map(|(at, _)| file[..at].to_owned())).collect();
    let walk = Walk { work: &work, exclude: &record.exclude, set_up: SetUp::of(&work), files, folders };
    let mut found = Unseen::new();
    walk.folder("", &mut found);
    Ok(found)
}

struct Walk<'a> {
    work: &'a Workspace,
    exclude: &'a [String],
    set_up: SetUp,
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Walk<'_> {
    /// Looks into a folder of which git has files. What cannot be read is not there.
    fn folder(&self, folder: &str, found: &mut Unseen) {
        for entry in fs::read_dir(self.work.path.join(folder)).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let is_cache = CACHES.contains(&name.as_str()) || CACHE_ENDS.iter().any(|end| name.ends_with(end));
            let is_ours = name == ".git" || self.exclude.contains(&path) || self.set_up.holds(path.as_bytes());
            if self.files.contains(&path) || is_ours {
                continue;
            }
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && self.folders.contains(&path) {
                self.folder(&path, found);
            } else if is_folder && !is_cache && holds_files(&entry.path()) {
                found.insert(format!("{path}/"), of_folder(&entry.path()));
            } else if !is_folder && !is_cache {
                found.insert(path, of_file(&entry));
            }
        }
    }
}

fn of_file(entry: &DirEntry) -> (Option<SystemTime>, u64) {
    entry.metadata().map_or((None, 0), |facts| (facts.modified().ok(), facts.len()))
}

/// The latest time of a folder and of what is directly in it, and how much that is.
fn of_folder(folder: &Path) -> (Option<SystemTime>, u64) {
    let own = fs::symlink_metadata(folder).and_then(|facts| facts.modified()).ok();
    let inside = fs::read_dir(folder).into_iter().flatten().flatten().take(MOST);
    inside.fold((own, 0), |(latest, count), entry| (latest.max(of_file(&entry).0), count + 1))
}

fn holds_files(folder: &Path) -> bool {
    let walk = walkdir::WalkDir::new(folder).into_iter().flatten().take(MOST);
    walk.into_iter().any(|entry| !entry.file_type().is_dir())
}
