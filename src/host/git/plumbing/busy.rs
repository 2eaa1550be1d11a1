//! Which processes are using a file or a directory, as far as the system tells.

use std::fs;
use std::path::{Path, PathBuf};

/// Git commands that editors keep running and that take no locks.
const LASTING: [&str; 3] = ["cat-file", "fsmonitor--daemon", "credential-cache--daemon"];

/// A process seen in the process table.
struct Seen {
    pid: u32,
    folder: PathBuf,
}

/// Returns the processes of this machine other than this one; `None` where the system has no process table to read.
fn processes() -> Option<Vec<Seen>> {
    let me = std::process::id();
    let entries = fs::read_dir("/proc").ok()?;
    let numbered = entries.flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        (pid != me).then(|| Seen { pid, folder: entry.path() })
    });
    Some(numbered.collect())
}

/// Tells whether a process has a file open; `None` when that cannot be known.
pub(crate) fn is_open(file: &Path) -> Option<bool> {
    let file = fs::canonicalize(file).ok()?;
    let open = |process: &Seen| {
        let Ok(descriptors) = fs::read_dir(process.folder.join("fd")) else { return false };
        descriptors.flatten().any(|fd| fs::read_link(fd.path()).is_ok_and(|target| target == file))
    };
    Some(processes()?.iter().any(open))
}

/// Tells whether a git process works in one of the directories now; `None` when that cannot be known.
pub(crate) fn git_runs_in(folders: &[&Path]) -> Option<bool> {
    let folders: Vec<PathBuf> = folders.iter().filter_map(|folder| fs::canonicalize(folder).ok()).collect();
    let works_there = |process: &Seen| {
        if !fs::read_to_string(process.folder.join("comm")).is_ok_and(|name| name.starts_with("git")) {
            return false;
        }
        let arguments = arguments(process);
        let inside = |path: &Path| folders.iter().any(|folder| path.starts_with(folder));
        let reads_only = arguments.iter().any(|argument| LASTING.contains(&argument.as_str()));
        let cwd = fs::read_link(process.folder.join("cwd"));
        !reads_only
            && (cwd.is_ok_and(|cwd| inside(&cwd)) || arguments.iter().any(|arg| folders.iter().any(|f| names(arg, f))))
    };
    Some(processes()?.iter().any(works_there))
}

/// Returns the processes whose current directory is inside `folder`.
pub(crate) fn occupants(folder: &Path) -> Vec<u32> {
    let Ok(folder) = fs::canonicalize(folder) else { return Vec::new() };
    let inside = |process: &Seen| fs::read_link(process.folder.join("cwd")).is_ok_and(|cwd| cwd.starts_with(&folder));
    processes().unwrap_or_default().iter().filter(|process| inside(process)).map(|process| process.pid).collect()
}

fn arguments(process: &Seen) -> Vec<String> {
    let bytes = fs::read(process.folder.join("cmdline")).unwrap_or_default();
    bytes.split(|byte| *byte == 0).map(|argument| String::from_utf8_lossy(argument).into_owned()).collect()
}

fn names(argument: &str, folder: &Path) -> bool {
    let value = argument.split_once('=').map_or(argument, |(_, value)| value);
    Path::new(value).starts_with(folder)
}
