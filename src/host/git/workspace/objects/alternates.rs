//! Where a repository finds objects that it does not have itself.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// Most folders that are followed; git follows five levels.
const MOST: usize = 64;

/// Returns the content of `info/alternates` for a repository that borrows the objects of another one: its folder and
/// every one from which it borrows in turn, so that no relative path and no depth is in the way.
pub(crate) fn text(store: &Path) -> Vec<u8> {
    let mut folders = vec![store.join("objects")];
    let mut next = 0;
    while next < folders.len() && folders.len() < MOST {
        for further in lines(&folders[next]) {
            if !folders.contains(&further) {
                folders.push(further);
            }
        }
        next += 1;
    }
    let mut text = Vec::new();
    for folder in folders {
        text.extend(quoted(&folder, b'\n'));
        text.push(b'\n');
    }
    text
}

/// Returns the folders of objects from which one borrows.
fn lines(objects: &Path) -> Vec<PathBuf> {
    let bytes = fs::read(objects.join("info/alternates")).unwrap_or_default();
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#"));
    let folders = lines.map(|line| objects.join(std::ffi::OsStr::from_bytes(line)));
    folders.filter_map(|folder| fs::canonicalize(folder).ok()).collect()
}

/// Writes a path as git reads it from a list, in quotes where it holds the separator.
pub(crate) fn quoted(path: &Path, separator: u8) -> Vec<u8> {
    let bytes = path.as_os_str().as_bytes();
    if !bytes.contains(&separator) && !bytes.starts_with(b"\"") {
        return bytes.to_vec();
    }
    let mut text = vec![b'"'];
    for byte in bytes {
        match byte {
            b'\n' => text.extend(b"\\n"),
            b'"' | b'\\' => text.extend([b'\\', *byte]),
            _ => text.push(*byte),
        }
    }
    text.push(b'"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn borrowed_folders_are_named_in_full_and_once() {
        let place = tempfile::tempdir().expect("a folder");
        let root = fs::canonicalize(place.path()).expect("a path");
        for (name, text) in
            [("a", "../../b/objects\n# no\n"), ("b", "/nowhere\n../../c/objects\n"), ("c", "../../a/objects\n")]
        {
            fs::create_dir_all(root.join(name).join("objects/info")).expect("a folder");
            fs::write(root.join(name).join("objects/info/alternates"), text).expect("a file");
        }
        let lines = String::from_utf8(text(&root.join("a"))).expect("text");
        let expected = ["a", "b", "c"].map(|name| format!("{}\n", root.join(name).join("objects").display()));
        assert_eq!(lines, expected.concat());
    }

    #[test]
    fn a_separator_in_a_path_is_quoted() {
        assert_eq!(quoted(Path::new("/a b"), b':'), b"/a b");
        assert_eq!(quoted(Path::new("/a:\"b\\"), b':'), b"\"/a:\\\"b\\\\\"");
    }
}
