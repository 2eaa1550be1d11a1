//! Wraps a command line into bubblewrap: own workspace writable, the rest read-only, secrets of the home hidden.

use std::path::{Path, PathBuf};

/// Whether agents are confined.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sandbox {
    #[default]
    Off,
    /// With `bwrap`. The paths in `writable` may be written besides the workspace and the private directory: where the
    /// agent keeps its own state. Folders in `hidden` are empty inside, except for what may be written in them.
    Bwrap { writable: Vec<PathBuf>, hidden: Vec<PathBuf>, home: PathBuf },
}

/// Directories and files below the home that hold keys of other services.
const HIDDEN: [&str; 10] = [
    ".ssh",
    ".gnupg",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".config/gcloud",
    ".password-store",
    ".netrc",
    ".git-credentials",
];

impl Sandbox {
    /// Returns the command line that runs `argv` inside.
    pub fn wrap(&self, argv: Vec<String>, worktree: &Path, private: &Path) -> Vec<String> {
        let Self::Bwrap { writable, hidden, home } = self else { return argv };
        let mut line: Vec<String> =
            ["bwrap", "--die-with-parent", "--unshare-pid", "--new-session"].map(str::to_owned).into();
        let text = |path: &Path| path.to_string_lossy().into_owned();
        line.extend(["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--tmpfs", "/tmp"].map(str::to_owned));
        for path in hidden.iter().filter(|path| path.is_dir()) {
            line.extend(["--tmpfs".to_owned(), text(path)]);
        }
        for path in writable.iter().map(PathBuf::as_path).chain([worktree, private]) {
            line.extend(["--bind-try".to_owned(), text(path), text(path)]);
        }
        // Last, so that no writable folder around it shows a secret again.
        for hidden in HIDDEN.iter().map(|name| home.join(name)) {
            if hidden.is_dir() {
                line.extend(["--tmpfs".to_owned(), text(&hidden)]);
            } else if hidden.exists() {
                line.extend(["--ro-bind".to_owned(), "/dev/null".to_owned(), text(&hidden)]);
            }
        }
        line.extend(["--chdir".to_owned(), text(worktree), "--".to_owned()]);
        line.extend(argv);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn off_changes_nothing_and_the_program_comes_last() {
        let argv = vec!["agent".to_owned(), "--flag".to_owned()];
        assert_eq!(Sandbox::Off.wrap(argv.clone(), Path::new("/w"), Path::new("/p")), argv);
        let sandbox =
            Sandbox::Bwrap { writable: vec!["/state".into()], hidden: vec!["/dev".into()], home: "/nowhere".into() };
        let line = sandbox.wrap(argv, Path::new("/w"), Path::new("/p")).join(" ");
        assert!(line.starts_with("bwrap --die-with-parent --unshare-pid --new-session --ro-bind / /"), "{line}");
        assert!(
            line.contains("--tmpfs /dev --bind-try /state /state --bind-try /w /w --bind-try /p /p --chdir"),
            "{line}"
        );
        assert!(line.ends_with("--chdir /w -- agent --flag"), "{line}");
    }
}
