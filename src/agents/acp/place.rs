//! Where an agent may read and write through this client: its workspace and the folder of its attempt.

use std::io;
use std::path::{Component, Path, PathBuf};

/// The folders that are open to an agent, with all links resolved.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    workspace: PathBuf,
    folder: Option<PathBuf>,
}

impl Bounds {
    /// Opens the workspace, and the folder of the attempt where it is there.
    pub(super) fn new(workspace: &Path, folder: &str) -> io::Result<Self> {
        let folder = (!folder.is_empty()).then(|| Path::new(folder).canonicalize().ok()).flatten();
        Ok(Self { workspace: workspace.canonicalize()?, folder })
    }

    pub(super) fn workspace(&self) -> &Path {
        &self.workspace
    }

    /// Returns the place that a path leads to, when that is inside. What is not there yet is judged by the folder that
    /// is to hold it.
    pub(super) fn inside(&self, path: &str) -> Result<PathBuf, String> {
        let place = self.resolve(Path::new(path)).ok_or_else(|| format!("`{path}` is no place"))?;
        let open =
            place.starts_with(&self.workspace) || self.folder.as_ref().is_some_and(|folder| place.starts_with(folder));
        if open { Ok(place) } else { Err(format!("`{path}` is outside of the workspace")) }
    }

    /// Like `inside`, for what is to be changed: the records of git are nobody's to write.
    pub(super) fn writable(&self, path: &str) -> Result<PathBuf, String> {
        let place = self.inside(path)?;
        let below = place.strip_prefix(&self.workspace).ok();
        let first = below.and_then(|below| below.components().next());
        match first {
            Some(Component::Normal(name)) if name == ".git" => Err(format!("`{path}` belongs to git")),
            _ => Ok(place),
        }
    }

    fn resolve(&self, path: &Path) -> Option<PathBuf> {
        let path = self.workspace.join(path);
        // The part that is there, by what it really is; then the names that are not there yet.
        for (count, there) in path.ancestors().enumerate() {
            // A link that leads nowhere could be given a target by whoever writes through it.
            if there.is_symlink() && !there.exists() {
                return None;
            }
            let Ok(real) = there.canonicalize() else { continue };
            let mut rest: Vec<Component<'_>> = path.components().rev().take(count).collect();
            rest.reverse();
            if !rest.iter().all(|part| matches!(part, Component::Normal(_))) {
                return None;
            }
            return Some(rest.iter().fold(real, |place, part| place.join(part)));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_really_inside_is_open() {
        let temp = tempfile::tempdir().unwrap();
        let (work, folder) = (temp.path().join("work"), temp.path().join("papers"));
        for path in [&work, &folder, &work.join("src"), &work.join(".git"), &temp.path().join("other")] {
            std::fs::create_dir(path).unwrap();
        }
        let link = |target: &Path, name: &str| std::os::unix::fs::symlink(target, work.join(name)).unwrap();
        link(&temp.path().join("other"), "out");
        link(&temp.path().join("nothing"), "loose");
        link(&work.join("src"), "in");
        let bounds = Bounds::new(&work, &folder.to_string_lossy()).unwrap();
        std::fs::write(work.join("there"), "x").unwrap();
        assert_eq!(std::fs::read_to_string(bounds.inside("there").unwrap()).unwrap(), "x");
        for path in ["a.rs", "src/new/deep.rs", "in/a.rs", "src/../a.rs"] {
            assert!(bounds.writable(path).is_ok(), "{path}: {:?}", bounds.writable(path));
        }
        assert!(bounds.writable(&folder.join("result.json").to_string_lossy()).is_ok());
        for path in ["../other/a", "out/a", "loose", "/etc/passwd", "new/../../x", "/"] {
            assert!(bounds.inside(path).is_err(), "{path}");
        }
        assert!(bounds.inside(".git/config").is_ok() && bounds.writable(".git/config").is_err());
    }
}
