//! Files below one root, and never outside.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use batchprp::host::files::ConfinedFolder;
use batchprp::host::state;

use crate::support::mode;

fn root() -> (tempfile::TempDir, ConfinedFolder) {
    let temp = tempfile::tempdir().unwrap();
    std::fs::create_dir(temp.path().join("root")).unwrap();
    std::fs::write(temp.path().join("secret"), "outside").unwrap();
    let root = ConfinedFolder::open(&temp.path().join("root")).unwrap();
    (temp, root)
}

#[test]
fn nothing_outside_is_read_or_written_by_any_way() {
    let (temp, root) = root();
    symlink(temp.path().join("secret"), root.path().join("link")).unwrap();
    symlink(temp.path(), root.path().join("dir")).unwrap();
    symlink(temp.path().join("new"), root.path().join("dangling")).unwrap();
    for path in ["../secret", "link", "dir/secret", "a/../../secret", "/etc/passwd", "dangling", "dir/new"] {
        let path = Path::new(path);
        assert!(root.read(path).is_err(), "{}", path.display());
        assert!(root.write(path, "x").is_err(), "{}", path.display());
        assert!(root.create_new(path, "x").is_err(), "{}", path.display());
    }
    root.write(Path::new("mine"), "x").unwrap();
    assert!(root.move_file(Path::new("mine"), Path::new("../mine")).is_err());
    assert!(root.move_file(Path::new("dir/secret"), Path::new("stolen")).is_err());
    assert!(root.list(Path::new("dir")).is_err());
    assert_eq!(std::fs::read_to_string(temp.path().join("secret")).unwrap(), "outside");
    assert!(!temp.path().join("new").exists());
}

#[test]
fn writing_keeps_the_mode_and_follows_links_inside() {
    let (_temp, root) = root();
    let file = root.path().join("a/b.md");
    root.write(Path::new("a/b.md"), "one").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o664)).unwrap();
    symlink("a/b.md", root.path().join("link")).unwrap();
    root.write(Path::new("link"), "two").unwrap();
    assert_eq!((root.read(&file).unwrap().as_str(), mode(&file)), ("two", 0o664));
    assert!(root.path().join("link").symlink_metadata().unwrap().is_symlink());
    assert_eq!(std::fs::read_dir(root.path().join("a")).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn neither_a_new_file_nor_a_moved_one_replaces_another() {
    let (_temp, root) = root();
    root.create_new(Path::new("one"), "1").unwrap();
    assert!(root.create_new(Path::new("one"), "2").is_err());
    root.create_new(Path::new("two"), "2").unwrap();
    assert!(root.move_file(Path::new("one"), Path::new("two")).is_err());
    assert_eq!(
        (root.read(Path::new("one")).unwrap(), root.read(Path::new("two")).unwrap()),
        ("1".to_owned(), "2".to_owned())
    );
    root.move_file(Path::new("one"), Path::new("done/one")).unwrap();
    assert_eq!(root.list(Path::new("done")).unwrap(), [Path::new("done/one")]);
    assert_eq!(root.list(Path::new(".")).unwrap(), [Path::new("./two")]);
    assert_eq!(root.list(Path::new("never")).unwrap(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn private_files_are_private_whatever_was_there() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("a/b");
    std::fs::create_dir_all(&dir).unwrap();
    state::private_dir(&dir).unwrap();
    assert_eq!(mode(&dir), 0o700);
    let file = dir.join("state.json");
    std::fs::write(&file, "old and public").unwrap();
    state::write_private(&file, b"new").unwrap();
    assert_eq!((mode(&file), std::fs::read(&file).unwrap().as_slice()), (0o600, b"new".as_slice()));
    assert!(state::create_private(&file).is_err());
}
