//! References of a workspace, read from its files: what is checked out there, and what else was kept.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use super::folder::{Folder, Kind};

/// Longest file of packed references that is read.
const MAX_PACKED: u64 = 256 << 20;
/// Most references that are looked at, and how deep their folders may be.
const MAX_REFS: usize = 100_000;
const MAX_DEPTH: usize = 16;

/// What is checked out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// A branch, and its commit where it has one.
    Branch(String, Option<String>),
    Detached(String),
    /// Missing, unreadable, or pointing at nothing.
    Broken,
}

impl Head {
    /// Returns the commit that is checked out.
    pub(crate) fn commit(&self) -> Option<&str> {
        match self {
            Self::Branch(_, commit) => commit.as_deref(),
            Self::Detached(commit) => Some(commit),
            Self::Broken => None,
        }
    }

    /// Tells whether a branch is checked out.
    pub(crate) fn is_on(&self, branch: &str) -> bool {
        matches!(self, Self::Branch(name, _) if name == branch)
    }
}

/// Reads HEAD of a git directory.
pub(crate) fn head(git: &Folder) -> Head {
    let Some(text) = git.text(Path::new("HEAD")) else { return Head::Broken };
    match text.trim_end().strip_prefix("ref:") {
        None if is_id(text.trim_end()) => Head::Detached(text.trim_end().to_owned()),
        None => Head::Broken,
        Some(name) => match name.trim().strip_prefix("refs/heads/") {
            Some(branch) if is_plain(branch) => Head::Branch(branch.to_owned(), read(git, name.trim())),
            Some(_) | None => Head::Broken,
        },
    }
}

/// Returns the object at which a reference points.
pub(crate) fn read(git: &Folder, name: &str) -> Option<String> {
    let mut name = name.to_owned();
    for _ in 0..5 {
        if !is_plain(&name) {
            return None;
        }
        let Some(text) = git.text(Path::new(&name)) else { return packed(git).remove(&name) };
        match text.trim_end().strip_prefix("ref:") {
            None => return Some(text.trim_end().to_owned()).filter(|text| is_id(text)),
            Some(next) => next.trim().clone_into(&mut name),
        }
    }
    None
}

/// Returns all references with the objects at which they point; symbolic ones and broken ones are left out.
pub(crate) fn all(git: &Folder) -> BTreeMap<String, String> {
    let mut found = packed(git);
    if let Ok(Some(folder)) = git.below(Path::new("refs")) {
        loose(&folder, "refs", 0, &mut found);
    }
    found
}

/// Returns the older entries of the stash, which only its log names.
pub(crate) fn stashed(git: &Folder) -> Vec<String> {
    let log = git.read(Path::new("logs/refs/stash"), 1 << 20).ok().flatten().unwrap_or_default();
    let log = String::from_utf8_lossy(&log).into_owned();
    let ids = log.lines().filter_map(|line| line.split(' ').nth(1)).filter(|id| is_id(id));
    ids.map(str::to_owned).collect()
}

fn loose(folder: &Folder, prefix: &str, depth: usize, found: &mut BTreeMap<String, String>) {
    for name in folder.names().unwrap_or_default() {
        let path = Path::new(OsStr::from_bytes(&name));
        let Some(text) = path.to_str() else { continue };
        let full = format!("{prefix}/{text}");
        if found.len() >= MAX_REFS {
            return;
        }
        match folder.kind(path) {
            Some(Kind::Folder) if depth < MAX_DEPTH => {
                if let Ok(Some(inner)) = folder.below(path) {
                    loose(&inner, &full, depth + 1, found);
                }
            }
            Some(Kind::File) => {
                let value = folder.text(path).unwrap_or_default();
                if is_id(value.trim_end()) {
                    found.insert(full, value.trim_end().to_owned());
                }
            }
            Some(Kind::Folder | Kind::Other) | None => {}
        }
    }
}

fn packed(git: &Folder) -> BTreeMap<String, String> {
    let bytes = git.read(Path::new("packed-refs"), MAX_PACKED).ok().flatten().unwrap_or_default();
    parse(&String::from_utf8_lossy(&bytes))
}

/// Reads the content of a file of packed references.
pub(crate) fn parse(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().filter(|line| !line.starts_with(['#', '^']));
    let pairs = lines.filter_map(|line| line.split_once(' ')).filter(|(id, name)| is_id(id) && is_plain(name));
    pairs.take(MAX_REFS).map(|(id, name)| (name.to_owned(), id.to_owned())).collect()
}

/// Writes bytes as the id that they are.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        // Writing into a string cannot fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}

/// Tells whether a text is the full id of an object.
pub(crate) fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Tells whether a name can be a reference, and a path below its folder.
fn is_plain(name: &str) -> bool {
    let bad = |c: char| c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none();
    !name.chars().any(bad) && !name.contains("..") && !name.contains("@{") && name.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0123456789012345678901234567890123456789";

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Folder) {
        let place = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = place.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let folder = Folder::open(place.path()).expect("a folder");
        (place, folder)
    }

    #[test]
    fn heads_of_every_kind_are_told_apart() {
        let other = ID.replace('0', "a");
        let packed = format!("# pack-refs with: sorted \n{other} refs/heads/x\n^{ID}\n{other} refs/tags/t\n");
        for (text, expected) in [
            ("ref: refs/heads/x\n".to_owned(), Head::Branch("x".to_owned(), Some(other.clone()))),
            ("ref: refs/heads/a/b\n".to_owned(), Head::Branch("a/b".to_owned(), Some(ID.to_owned()))),
            ("ref: refs/heads/unborn\n".to_owned(), Head::Branch("unborn".to_owned(), None)),
            (format!("{ID}\n"), Head::Detached(ID.to_owned())),
            ("ref: refs/heads/../../config\n".to_owned(), Head::Broken),
            ("ref: refs/tags/t\n".to_owned(), Head::Broken),
            (String::new(), Head::Broken),
        ] {
            let (_place, git) = folder(&[
                ("HEAD", &text),
                ("packed-refs", &packed),
                ("refs/heads/a/b", &format!("{ID}\n")),
                ("refs/stash", "garbage"),
            ]);
            assert_eq!(head(&git), expected, "{text}");
            assert_eq!(all(&git).keys().collect::<Vec<_>>(), ["refs/heads/a/b", "refs/heads/x", "refs/tags/t"]);
        }
        let (_place, git) = folder(&[("HEAD", "ref: refs/heads/a\n"), ("refs/heads/a", "ref: refs/heads/a\n")]);
        assert_eq!(head(&git), Head::Branch("a".to_owned(), None));
    }
}
