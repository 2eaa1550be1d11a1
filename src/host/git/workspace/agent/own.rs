//! The git directory of a workspace: made whole, and told what became of the work in it.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::folder::{Folder, Kind};
use super::index::{self, IndexEntry};
use super::seed::Seed;
use super::view;
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::refs;
use crate::host::git::plumbing::repo::refuse;
use crate::host::git::plumbing::run::Git;
use crate::host::git::workspace::place::space::Workspace;
use crate::host::state;

/// Holds the id by which a workspace is known again.
const ID: &str = "batchprp-workspace";

/// Files and folders that operations in progress leave in a git directory.
const OPERATIONS: [&str; 13] = [
    "MERGE_HEAD",
    "MERGE_MSG",
    "MERGE_MODE",
    "MERGE_RR",
    "AUTO_MERGE",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "REBASE_HEAD",
    "SQUASH_MSG",
    "BISECT_LOG",
    "rebase-merge",
    "rebase-apply",
    "sequencer",
];

/// Locks that git processes of whoever worked there may have left.
const LOCKS: [&str; 6] =
    ["index.lock", "HEAD.lock", "ORIG_HEAD.lock", "config.lock", "packed-refs.lock", "reftable/tables.list.lock"];

/// Fills a new folder as the git directory of a workspace.
pub(crate) fn build(work: &Workspace, git: &Path, seed: &Seed) -> Result<()> {
    note_told(work, &seed.commit)?;
    failpoint::around("workspace.repository", || fill(git, seed, &work.file("index")))
        .map_err(|e| Workspace::failed("write into", git, &e))?;
    let reftable = view::has_tables(work);
    let head = seed.branch.as_deref().map(refs::head);
    if !reftable {
        let packed =
            if seed.refs.is_empty() { String::new() } else { format!("# pack-refs with: sorted \n{}\n", seed.refs) };
        let point = || {
            if let Some(head) = &head {
                let file = git.join(head);
                fs::create_dir_all(file.parent().unwrap_or(git))?;
                fs::write(file, format!("{}\n", seed.commit))?;
            }
            fs::write(git.join("packed-refs"), packed)?;
            let text = head.as_ref().map_or_else(|| seed.commit.clone(), |head| format!("ref: {head}"));
            fs::write(git.join("HEAD"), text + "\n")
        };
        return failpoint::around("workspace.repository", point).map_err(|e| Workspace::failed("write into", git, &e));
    }
    let start = || {
        fs::create_dir(git.join("reftable"))?;
        fs::write(git.join("HEAD"), "ref: refs/heads/.invalid\n")
    };
    failpoint::around("workspace.repository", start).map_err(|e| Workspace::failed("write into", git, &e))?;
    let command = || Git::new(git, work.repo.policy()).within(git, git);
    let mut lines = String::new();
    for (id, name) in seed.refs.lines().filter_map(|line| line.split_once(' ')) {
        lines.extend(["create ", name, "\0", id, "\0"]);
    }
    match &head {
        Some(head) => {
            lines.extend(["create ", head, "\0", &seed.commit, "\0"]);
            command().args(["symbolic-ref", "HEAD", head]).changes(work.repo.common_dir()).ok()?;
        }
        None => lines.extend(["update HEAD\0", &seed.commit, "\0\0"]),
    }
    let update = command().args(["update-ref", "--no-deref", "--stdin", "-z"]).input(lines);
    update.changes(work.repo.common_dir()).ok().map(drop)
}

fn fill(git: &Path, seed: &Seed, index: &Path) -> io::Result<()> {
    for folder in ["objects/info", "objects/pack", "refs/heads", "refs/tags", "info"] {
        fs::create_dir_all(git.join(folder))?;
    }
    for (name, bytes) in &seed.files {
        fs::write(git.join(name), bytes)?;
    }
    fs::write(git.join("config"), &seed.config)?;
    fs::write(git.join(ID), &seed.id)?;
    // As old as the original: what changed since then must look changed.
    let time = fs::metadata(index)?.modified()?;
    fs::copy(index, git.join("index"))?;
    File::options().write(true).open(git.join("index"))?.set_modified(time)
}

/// Tells whether the git directory of a workspace is the one that we made there.
pub(crate) fn is_ours(work: &Workspace, id: &str) -> bool {
    work.folder().and_then(|git| git.text(Path::new(ID))).is_some_and(|found| found == id)
}

/// Returns the id in the git directory at a place, whosever it is.
pub(crate) fn id_at(path: &Path) -> Option<String> {
    Folder::open(path).ok()?.below(Path::new(".git")).ok()??.text(Path::new(ID))
}

/// Lets the workspace know a new state: its branch is at a commit, and its index is what the files are.
pub(crate) fn tell(work: &Workspace, branch: Option<&str>, commit: &str) -> Result<()> {
    let git = open(work)?;
    forget(work, &git)?;
    view::set(work, &git, branch, commit)?;
    show_index(work)?;
    note_told(work, commit)
}

/// Notes of which commit the workspace knows: what goes on from there was made in it.
fn note_told(work: &Workspace, commit: &str) -> Result<()> {
    let told = work.file("told");
    failpoint::around("workspace.told", || state::write_private(&told, commit.as_bytes()))
        .map_err(|e| Workspace::failed("write", &told, &e))
}

/// Gives the workspace the index of the orchestrator.
pub(crate) fn show_index(work: &Workspace) -> Result<()> {
    let index = work.file("index");
    let copy = || {
        let (bytes, time) = (fs::read(&index)?, fs::metadata(&index)?.modified()?);
        let git = work.folder().ok_or(io::ErrorKind::NotFound)?;
        if git.kind(Path::new("index")) == Some(Kind::Folder) {
            git.remove(Path::new("index"))?;
        }
        git.write(Path::new("index"), &bytes, Some(time))
    };
    copy().map_err(|e| failed(work, &e))
}

/// Writes files into the git directory of a workspace.
pub(crate) fn write(work: &Workspace, files: &[(&str, Vec<u8>)]) -> Result<()> {
    let git = open(work)?;
    for (name, bytes) in files {
        git.write(Path::new(name), bytes, None).map_err(|e| failed(work, &e))?;
    }
    Ok(())
}

/// Makes configuration and borrowed objects what they were when the workspace was handed over.
pub(crate) fn restore(work: &Workspace, config: &[u8], alternates: &[u8]) -> Result<()> {
    let git = open(work)?;
    for (name, right) in [("config", config), ("objects/info/alternates", alternates)] {
        let found = git.read(Path::new(name), 1 << 20).ok().flatten();
        if found.as_deref() != Some(right) {
            git.write(Path::new(name), right, None).map_err(|e| failed(work, &e))?;
        }
    }
    for name in ["commondir", "info/grafts"] {
        git.remove(Path::new(name)).map_err(|e| failed(work, &e))?;
    }
    Ok(())
}

/// Forgets merges, rebases, cherry-picks and reverts in progress, and locks of the dead.
pub(crate) fn forget(work: &Workspace, git: &Folder) -> Result<()> {
    let branches = git.below(Path::new("refs/heads")).ok().flatten();
    let names = branches.and_then(|folder| folder.names().ok()).unwrap_or_default();
    let names = names.iter().map(|name| PathBuf::from(&*String::from_utf8_lossy(name)));
    let locks = names.filter(|name| name.extension().is_some_and(|end| end == "lock"));
    let locks: Vec<PathBuf> = locks.map(|name| Path::new("refs/heads").join(name)).collect();
    for name in OPERATIONS.iter().chain(&LOCKS).map(Path::new).chain(locks.iter().map(PathBuf::as_path)) {
        if git.kind(name).is_some() {
            git.remove(name).map_err(|e| failed(work, &e))?;
        }
    }
    Ok(())
}

/// Reads the index of whoever works in a workspace; `None` when there is none that can be read.
pub(crate) fn entries(work: &Workspace) -> Option<Vec<IndexEntry>> {
    let bytes = work.folder()?.read(Path::new("index"), 1 << 30).ok()??;
    index::entries(&bytes, work.id_length())
}

/// Reads a file in the git directory of a workspace.
pub(crate) fn text(work: &Workspace, name: &str) -> Option<String> {
    work.folder()?.text(Path::new(name))
}

fn open(work: &Workspace) -> Result<Folder> {
    let refusal = || {
        refuse(format!("the repository in `{}` is gone", work.path.display()))
            .help("run the same command again: it is made anew")
    };
    work.folder().ok_or_else(refusal)
}

fn failed(work: &Workspace, error: &io::Error) -> crate::error::Error {
    Workspace::failed("write into", &work.top.join(&work.own), error)
}
