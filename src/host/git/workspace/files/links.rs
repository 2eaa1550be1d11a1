//! Which submodules a workspace has: those that its index names, and those that were made there.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::git::plumbing::run::split;
use crate::host::git::workspace::agent::config;
use crate::host::git::workspace::agent::folder::Folder;
use crate::host::git::workspace::agent::index::IndexEntry;
use crate::host::git::workspace::place::space::Workspace;

/// A submodule that was made in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Module {
    /// Where its files are, below the top of the repository that it is part of.
    pub(crate) path: String,
    pub(crate) name: String,
    /// Its git directory in the project.
    pub(crate) store: PathBuf,
}

/// The link to a commit of another repository.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) path: String,
    /// `None` where the project has nothing of the submodule.
    pub(crate) module: Option<Workspace>,
}

/// Lists the links among entries whose place is still a folder. One that no file declares any more is none: its files
/// are those of the workspace itself.
pub(crate) fn links(work: &Workspace, entries: &[IndexEntry]) -> Result<Vec<Link>> {
    let found: Vec<&IndexEntry> = entries.iter().filter(|entry| entry.is_gitlink()).collect();
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let modules = made(work);
    let declared = declared(work);
    let (mut links, mut given_up) = (Vec::new(), Vec::new());
    for entry in found {
        let place = work.path.join(Path::new(std::ffi::OsStr::from_bytes(&entry.path)));
        if !fs::symlink_metadata(&place).is_ok_and(|facts| facts.is_dir()) {
            continue;
        }
        let path = entry.name();
        if !declared.iter().any(|(known, _)| *known == path) && fs::symlink_metadata(place.join(".git")).is_err() {
            given_up.push(entry.path.clone());
            continue;
        }
        let module = modules.iter().find(|module| module.path == path).map(|module| at(work, module));
        links.push(Link { path, module });
    }
    if !given_up.is_empty() {
        remove(work, &given_up)?;
    }
    Ok(links)
}

pub(crate) fn made(work: &Workspace) -> Vec<Module> {
    let text = fs::read(work.file("modules.json")).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Returns the workspace of a submodule.
pub(crate) fn at(work: &Workspace, module: &Module) -> Workspace {
    Workspace {
        repo: work.repo.clone(),
        store: module.store.clone(),
        dir: work.dir.join("modules").join(module.name.replace('%', "%25").replace('/', "%2F")),
        path: work.path.join(&module.path),
        top: work.top.clone(),
        own: work.own.join("modules").join(&module.name),
    }
}

/// Lists the submodules that the files of a workspace declare: path and name.
pub(crate) fn declared(work: &Workspace) -> Vec<(String, String)> {
    let text = Folder::open(&work.path).ok().and_then(|top| top.read(Path::new(".gitmodules"), 4 << 20).ok()?);
    let Some(text) = text else { return Vec::new() };
    let output = work.direct().args(["config", "--file", "-", "--list", "-z"]).input(text).run();
    let lines = output.map(|output| split(&output.stdout)).unwrap_or_default();
    let paths = lines.iter().filter_map(|line| {
        let (key, path) = line.split_once('\n')?;
        Some((path.trim_end_matches('/').to_owned(), key.strip_prefix("submodule.")?.strip_suffix(".path")?.to_owned()))
    });
    paths.collect()
}

/// Returns names and addresses of the submodules that were made in a workspace.
pub(crate) fn addresses(work: &Workspace) -> Result<Vec<(String, String)>> {
    let modules = made(work);
    if modules.is_empty() {
        return Ok(Vec::new());
    }
    let settings = config::read(work.home())?;
    let address =
        |name: &str| config::value(&settings, &format!("submodule.{name}.url")).unwrap_or_default().to_owned();
    Ok(modules.into_iter().map(|module| (module.name.clone(), address(&module.name))).collect())
}

/// Returns the submodules of which a workspace has files.
pub(crate) fn present(work: &Workspace) -> Result<Vec<Workspace>> {
    let entries = work.entries().unwrap_or_default();
    let mut found = Vec::new();
    for sub in links(work, &entries)?.into_iter().filter_map(|link| link.module) {
        found.extend(present(&sub)?);
        found.push(sub);
    }
    Ok(found)
}

/// Takes paths out of the index; the files stay.
pub(crate) fn remove(work: &Workspace, paths: &[Vec<u8>]) -> Result<()> {
    let input = paths.join(&0);
    work.changing().args(["update-index", "--force-remove", "-z", "--stdin"]).input(input).ok().map(drop)
}

/// Tells whether a folder is there and has nothing in it.
pub(crate) fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}
