//! Submodules of a workspace: made from what the user has of them, staged by themselves, kept before a commit names them.
//!
//! Git's own commands would run `git status` inside a submodule, with the configuration that whoever works there gave
//! it. So the command that stages a workspace never sees one, and each is a workspace of its own here.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::workspace::agent::config;
use crate::host::git::workspace::agent::folder::Folder;
use crate::host::git::workspace::agent::index::IndexEntry;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::agent::seed::{self, Carry};
use crate::host::git::workspace::files::links::{Module, addresses, at, declared, is_empty, links, made};
use crate::host::git::workspace::files::tree;
use crate::host::git::workspace::place::administration;
use crate::host::git::workspace::place::space::Workspace;
use crate::host::state;

/// Makes the submodules that the user has and the workspace has not, where its files are there. Returns names and
/// addresses of all that it has then.
pub(crate) fn initialise(work: &Workspace, silence: Duration) -> Result<Vec<(String, String)>> {
    let entries = work.entries().unwrap_or_default();
    let links: Vec<&IndexEntry> = entries.iter().filter(|entry| entry.is_gitlink()).collect();
    if links.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = made(work);
    let known = all.len();
    for (path, name) in declared(work).into_iter().filter(|(path, name)| is_plain(path) && is_plain(name)) {
        let Some(link) = links.iter().find(|entry| entry.path == path.as_bytes()) else { continue };
        let Some(store) = store(work, &path, &name) else { continue };
        let module = Module { path, name, store };
        let (sub, commit) = (at(work, &module), link.object());
        let has = || sub.home().args(["cat-file", "-e", &format!("{commit}^{{commit}}")]).run();
        if all.contains(&module) || !is_empty(&sub.path) || has()?.code != 0 {
            continue;
        }
        make_one(work, &sub, &module, &commit, silence)?;
        all.push(module);
    }
    if all.len() > known {
        let text = serde_json::to_vec(&all).unwrap_or_default();
        let list = work.file("modules.json");
        failpoint::around("modules.mark", || state::write_private(&list, &text))
            .map_err(|e| Workspace::failed("write", &list, &e))?;
    }
    addresses(work)
}

fn make_one(work: &Workspace, sub: &Workspace, module: &Module, commit: &str, silence: Duration) -> Result<()> {
    administration::make(sub, None, commit)?;
    administration::check_out(sub, commit, silence)?;
    let modules = initialise(sub, silence)?;
    repository(work, sub, module, commit, modules)
}

/// Makes the git directory of whoever works in a submodule.
fn repository(
    work: &Workspace,
    sub: &Workspace,
    module: &Module,
    commit: &str,
    modules: Vec<(String, String)>,
) -> Result<()> {
    let below = sub.path.strip_prefix(&sub.top).unwrap_or(&sub.path);
    let worktree = Some(format!("{}{}", up(&sub.own), below.display()));
    let carry = Carry { commit: commit.to_owned(), worktree, modules, ..Carry::default() };
    let seed = seed::collect(sub, &config::read(sub.home())?, carry)?;
    let git = sub.top.join(&sub.own);
    failpoint::around("modules.folder", || fs::create_dir_all(&git))
        .map_err(|e| Workspace::failed("make", &work.path.join(&module.path), &e))?;
    point(sub)?;
    own::build(sub, &git, &seed)
}

/// Lets the files of a submodule lead to its git directory.
fn point(sub: &Workspace) -> Result<()> {
    let below = sub.path.strip_prefix(&sub.top).unwrap_or(&sub.path);
    let pointer = format!("gitdir: {}{}\n", up(below), sub.own.display());
    let write = || Folder::open(&sub.top)?.write(&below.join(".git"), pointer.as_bytes(), None);
    write().map_err(|e| Workspace::failed("write into", &sub.path, &e))
}

/// Makes the git directories of submodules again that are gone. Those that were taken out of the project stay out.
pub(crate) fn connect(work: &Workspace) -> Result<()> {
    let modules = made(work);
    let declared = if modules.is_empty() { Vec::new() } else { declared(work) };
    for module in modules {
        let sub = at(work, &module);
        if !sub.path.is_dir() || !declared.iter().any(|(path, _)| *path == module.path) {
            continue;
        }
        if sub.folder().is_none() {
            let told = fs::read_to_string(sub.file("HEAD")).unwrap_or_default().trim().to_owned();
            let modules = addresses(&sub)?;
            repository(work, &sub, &module, &told, modules)?;
        } else if fs::symlink_metadata(sub.path.join(".git")).is_err() {
            point(&sub)?;
        }
        connect(&sub)?;
    }
    Ok(())
}

/// Returns the way up from a relative folder to where it begins.
fn up(path: &Path) -> String {
    "../".repeat(path.components().count())
}

/// Finds what the project has of a submodule.
fn store(work: &Workspace, path: &str, name: &str) -> Option<PathBuf> {
    let mut places = vec![work.store.join("modules").join(name)];
    if work.store == work.repo.common_dir() {
        places.insert(0, work.repo.git_dir().join("modules").join(name));
        places.push(work.repo.root().join(path).join(".git"));
    }
    places.into_iter().find(|place| place.join("HEAD").is_file() && place.join("objects").is_dir())
}

/// Tells whether a name leads nowhere but downwards.
fn is_plain(name: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !matches!(part, "." | "..") && !part.eq_ignore_ascii_case(".git");
    !name.contains(['\\', '\0']) && name.split('/').all(part)
}

/// Brings submodules to the commits that the index of the workspace names. What was in them must have been saved.
pub(crate) fn reset(work: &Workspace, silence: Duration) -> Result<()> {
    let entries = work.entries().unwrap_or_default();
    if !entries.iter().any(IndexEntry::is_gitlink) {
        return Ok(());
    }
    connect(work)?;
    initialise(work, silence)?;
    for link in links(work, &entries)? {
        let commit = entries.iter().find(|entry| entry.name() == link.path).map(IndexEntry::object);
        let (Some(sub), Some(commit)) = (&link.module, commit) else { continue };
        sub.unlock()?;
        tree::check_out(sub, &commit)?;
        administration::detach(sub, &commit)?;
        own::tell(sub, None, &commit)?;
        reset(sub, silence)?;
    }
    Ok(())
}

/// Names the submodules of which the project has nothing and whose folders are therefore empty.
pub(crate) fn missing(work: &Workspace) -> Result<Vec<String>> {
    let entries = work.entries().unwrap_or_default();
    Ok(links(work, &entries)?.into_iter().filter(|link| link.module.is_none()).map(|link| link.path).collect())
}
