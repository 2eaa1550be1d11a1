//! Commits that were made in a workspace, brought into quarantine: exactly those, checked object by object.
//!
//! The objects of the workspace are read with the orchestrator's git directory, so that nothing of the workspace's
//! configuration takes part, and are written anew, so that each has the name that its content has.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::alternates;
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::refuse;
use crate::host::git::plumbing::run::Git;
use crate::host::git::workspace::agent::folder::Kind;
use crate::host::git::workspace::place::space::Workspace;

/// From so many objects on they stay together in a pack.
const PACKED: usize = 100;

/// References to what was saved.
const RESCUE: &str = "refs/batchprp/rescue/";

/// A commit as it stands in history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) commit: String,
    pub(crate) parents: Vec<String>,
    /// No reference of the project held it before.
    pub(crate) is_new: bool,
}

/// Brings a commit and what leads to it into quarantine. Returns the commits that `tip` does not have, newest first.
pub(crate) fn fetch(work: &Workspace, commit: &str, tip: &str) -> Result<Vec<Line>> {
    let borrowed = borrowed(work)?;
    let reading = || work.git().env("GIT_ALTERNATE_OBJECT_DIRECTORIES", &borrowed);
    let range = format!("{commit}\n^{tip}\n");
    let text = reading().args(["rev-list", "--parents", "--topo-order", "--stdin"]).input(range.clone()).text()?;
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(' ').collect()).collect();
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let partial = is_partial(work);
    let objects = unknown(work, reading(), range, partial)?;
    let ids = || objects.lines().filter_map(|line| line.split(' ').next());
    if !objects.is_empty() {
        receive(work, reading(), &objects, ids().count(), partial)?;
    }
    let new: HashSet<&str> = ids().collect();
    let line = |ids: Vec<&str>| {
        let (commit, parents) = ids.split_first()?;
        let parents = parents.iter().map(|&id| id.to_owned()).collect();
        Some(Line { commit: (*commit).to_owned(), parents, is_new: new.contains(commit) })
    };
    Ok(lines.into_iter().filter_map(line).collect())
}

/// Lists the objects behind a range that no reference of the project leads to.
fn unknown(work: &Workspace, reading: Git, mut range: String, partial: bool) -> Result<String> {
    // By their values: one broken reference must not be in the way of all.
    let known = work.home().args(["for-each-ref", "--format=%(objectname) %(refname)"]).text()?;
    for (id, name) in known.lines().filter_map(|line| line.split_once(' ')) {
        // What was saved from a workspace is still its own.
        if !name.starts_with(RESCUE) {
            writeln!(range, "^{id}").ok();
        }
    }
    let mut args = vec!["rev-list", "--objects", "--ignore-missing"];
    args.extend(partial.then_some("--exclude-promisor-objects"));
    // It is obeyed only for what is named behind it.
    args.push("--stdin");
    reading.args(args).input(range).text()
}

/// Packs objects where they are and unpacks them in quarantine, with every check that git has.
fn receive(work: &Workspace, reading: Git, objects: &str, count: usize, partial: bool) -> Result<()> {
    let incoming = work.file("incoming");
    let failed = |e: std::io::Error| Workspace::failed("write into", &incoming, &e);
    let fresh = || {
        drop(fs::remove_dir_all(&incoming));
        fs::create_dir(&incoming)
    };
    failpoint::around("objects.incoming", fresh).map_err(failed)?;
    let base = incoming.join("pack");
    let pack = reading.args(["pack-objects".as_ref(), "-q".as_ref(), base.as_os_str()]);
    let name = pack.input(objects.as_bytes()).changes(work.repo.common_dir()).text()?;
    let file = incoming.join(format!("pack-{name}.pack"));
    // A partial clone does not have everything that its trees name.
    let args: &[&str] = match (partial, count < PACKED) {
        (true, _) => &["index-pack", "--stdin", "--fsck-objects"],
        (false, false) => &["index-pack", "--stdin", "--strict"],
        (false, true) => &["unpack-objects", "-q", "--strict"],
    };
    let done = work.changing().args(args).input_file(&file).ok();
    failpoint::quietly("objects.incoming", || drop(fs::remove_dir_all(&incoming)));
    done.map(drop)
        .map_err(|error| refuse(format!("commits made in `{}` are damaged: {}", work.path.display(), error.message)))
}

/// Returns the folder of objects of a workspace as git takes it from the environment. What the workspace itself borrows
/// is put right first: git would follow it anywhere.
fn borrowed(work: &Workspace) -> Result<std::ffi::OsString> {
    let refusal = || refuse(format!("the repository in `{}` is damaged", work.path.display()));
    let git = work.folder().ok_or_else(refusal)?;
    let list = Path::new("objects/info/alternates");
    let right = alternates::text(&work.store);
    let is_folder = |path: &str| git.kind(Path::new(path)) == Some(Kind::Folder);
    if !is_folder("objects") || git.kind(Path::new("objects/pack")).is_some_and(|kind| kind != Kind::Folder) {
        return Err(refusal());
    }
    if git.read(list, 1 << 20).ok().flatten().as_ref() != Some(&right) {
        git.write(list, &right, None).map_err(|e| Workspace::failed("mend", &work.top.join(&work.own), &e))?;
    }
    let objects: PathBuf = work.top.join(&work.own).join("objects");
    Ok(std::os::unix::ffi::OsStringExt::from_vec(alternates::quoted(&objects, b':')))
}

/// Tells whether the project has only a part of its objects.
fn is_partial(work: &Workspace) -> bool {
    let text = fs::read_to_string(work.store.join("config")).unwrap_or_default().to_lowercase();
    text.contains("partialclone") || text.contains("promisor")
}
