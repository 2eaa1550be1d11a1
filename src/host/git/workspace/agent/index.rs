//! Reads the entries of an index file, also of one that a stranger may have written.

use super::refs::hex;

/// Mode of a link to a commit of another repository.
const GITLINK: u32 = 0o160_000;

/// One entry of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub(crate) path: Vec<u8>,
    mode: u32,
    stage: u8,
    /// The file is outside of the sparse checkout.
    pub(crate) skipped: bool,
    id: Vec<u8>,
}

impl IndexEntry {
    /// Tells whether the entry is the commit of a submodule.
    pub(crate) fn is_gitlink(&self) -> bool {
        self.mode == GITLINK
    }

    /// Tells whether a merge left the path unresolved.
    pub(crate) fn is_unmerged(&self) -> bool {
        self.stage > 0
    }

    /// Returns the object.
    pub(crate) fn object(&self) -> String {
        hex(&self.id)
    }

    /// Returns the path as text.
    pub(crate) fn name(&self) -> String {
        String::from_utf8_lossy(&self.path).into_owned()
    }
}

/// Reads all entries; `id` is the length of an object id in bytes. `None` when the file is damaged or split in two.
pub(crate) fn entries(bytes: &[u8], id: usize) -> Option<Vec<IndexEntry>> {
    let mut rest = bytes.strip_prefix(b"DIRC")?;
    let version = number(&mut rest)?;
    let count = number(&mut rest)?;
    if !(2..=4).contains(&version) || bytes.len() < id {
        return None;
    }
    let mut found: Vec<IndexEntry> = Vec::new();
    for _ in 0..count {
        let begin = rest.len();
        let mode = u32::from_be_bytes(take(&mut rest, 40)?.get(24..28)?.try_into().ok()?);
        let id = take(&mut rest, id)?.to_vec();
        let flags = short(&mut rest)?;
        let extended = if flags & 0x4000 == 0 { 0 } else { short(&mut rest)? };
        let mut path = Vec::new();
        if version == 4 {
            let before = found.last().map(|entry| entry.path.as_slice()).unwrap_or_default();
            let kept = before.len().checked_sub(varint(&mut rest)?)?;
            path.extend_from_slice(&before[..kept]);
        }
        let end = rest.iter().position(|byte| *byte == 0)?;
        path.extend_from_slice(take(&mut rest, end)?);
        // Entries of older versions end with one to eight zeros, so that the next one is aligned.
        let padding = if version == 4 { 1 } else { 8 - (begin - rest.len()) % 8 };
        take(&mut rest, padding)?;
        let stage = u8::try_from((flags >> 12) & 3).ok()?;
        found.push(IndexEntry { path, mode, stage, skipped: extended & 0x4000 != 0, id });
    }
    (!is_split(rest, id)).then_some(found)
}

/// Tells whether the entries continue in another file.
fn is_split(mut rest: &[u8], id: usize) -> bool {
    while rest.len() > id + 8 {
        if rest.starts_with(b"link") {
            return true;
        }
        rest = &rest[4..];
        let skipped = number(&mut rest).and_then(|size| take(&mut rest, usize::try_from(size).ok()?));
        if skipped.is_none() {
            return true;
        }
    }
    false
}

fn take<'a>(rest: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(count)?;
    *rest = left;
    Some(taken)
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    take(rest, 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn short(rest: &mut &[u8]) -> Option<u16> {
    take(rest, 2)?.try_into().ok().map(u16::from_be_bytes)
}

fn varint(rest: &mut &[u8]) -> Option<usize> {
    let mut byte = take(rest, 1)?[0];
    let mut value = usize::from(byte & 0x7f);
    while byte & 0x80 != 0 {
        byte = take(rest, 1)?[0];
        value = value.checked_add(1)?.checked_mul(128)?.checked_add(usize::from(byte & 0x7f))?;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    fn git(folder: &Path, args: &[&str]) {
        let done = Command::new("git").args(args).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null").output();
        assert!(done.expect("git starts").status.success(), "{args:?}");
    }

    #[test]
    fn every_version_and_hash_is_read_and_damage_is_no_panic() {
        for (format, id) in [("sha1", 20), ("sha256", 32)] {
            for version in ["2", "4"] {
                let folder = tempfile::tempdir().expect("a folder");
                git(folder.path(), &["init", "-q", "--object-format", format]);
                git(folder.path(), &["config", "index.version", version]);
                for name in ["a", "b/long name that shares a beginning 1", "b/long name that shares a beginning 2"] {
                    let path = folder.path().join(name);
                    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
                    std::fs::write(path, name).expect("a file");
                }
                git(folder.path(), &["add", "-A"]);
                let commit = "1".repeat(id * 2);
                git(folder.path(), &["update-index", "--add", "--cacheinfo", &format!("160000,{commit},sub")]);
                git(folder.path(), &["update-index", "--skip-worktree", "a"]);
                let bytes = std::fs::read(folder.path().join(".git/index")).expect("an index");
                let found = entries(&bytes, id).expect("entries");
                let names: Vec<_> = found.iter().map(IndexEntry::name).collect();
                let long = "b/long name that shares a beginning";
                assert_eq!(names, ["a", &format!("{long} 1"), &format!("{long} 2"), "sub"], "{format} {version}");
                assert!(found[0].skipped && !found[1].skipped);
                assert!(found[3].is_gitlink() && found[3].object() == commit && !found[0].is_gitlink());
                for end in 0..bytes.len() - id {
                    if let Some(some) = entries(&bytes[..end], id) {
                        assert!(some.len() <= 4, "{end}");
                    }
                }
            }
        }
        assert_eq!(entries(b"", 20), None);
    }
}
