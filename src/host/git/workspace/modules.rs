//! Submodules of a workspace: made from what the user has of them, staged by themselves, kept before a commit names them.
//!
//! Git's own commands would run `git status` inside a submodule, with the configuration that whoever works there gave
//! it. So the command that stages a workspace never sees one, and each is a workspace of its own here.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::agent::folder::Folder;
use super::agent::index::Entry;
use super::agent::own;
use super::agent::seed::{self, Carry};
use super::agent::{self, config};
use super::history::{self, Relation};
use super::make;
use super::objects::{quarantine, transfer};
use super::record::Record;
use super::space::Workspace;
use super::stage::{self, Blocked, Mode, Selection};
use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::repo::refuse;
use crate::host::state;

/// A submodule that was made in a workspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Module {
    /// Where its files are, below the top of the repository that it is part of.
    path: String,
    name: String,
    /// Its git directory in the project.
    store: PathBuf,
}

/// A submodule that moved to another commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submodule {
    pub path: String,
    pub commit: String,
    /// The project has that commit; nobody else needs to have it.
    pub kept: bool,
}

/// The link to a commit of another repository.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) path: String,
    /// `None` where the project has nothing of the submodule.
    module: Option<Workspace>,
}

/// Makes the submodules that the user has and the workspace has not, where its files are there. Returns names and
/// addresses of all that it has then.
pub(crate) fn initialise(work: &Workspace, silence: Duration) -> Result<Vec<(String, String)>> {
    let entries = work.entries().unwrap_or_default();
    let links: Vec<&Entry> = entries.iter().filter(|entry| entry.is_gitlink()).collect();
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

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

fn make_one(work: &Workspace, sub: &Workspace, module: &Module, commit: &str, silence: Duration) -> Result<()> {
    make::orchestrators(sub, None, commit)?;
    make::check_out(sub, commit, silence)?;
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

/// Returns the workspace of a submodule.
fn at(work: &Workspace, module: &Module) -> Workspace {
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
    let lines = output.map(|output| crate::host::git::plumbing::run::split(&output.stdout)).unwrap_or_default();
    let paths = lines.iter().filter_map(|line| {
        let (key, path) = line.split_once('\n')?;
        Some((path.trim_end_matches('/').to_owned(), key.strip_prefix("submodule.")?.strip_suffix(".path")?.to_owned()))
    });
    paths.collect()
}

/// Tells whether a name leads nowhere but downwards.
fn is_plain(name: &str) -> bool {
    let part = |part: &str| !part.is_empty() && !matches!(part, "." | "..") && !part.eq_ignore_ascii_case(".git");
    !name.contains(['\\', '\0']) && name.split('/').all(part)
}

/// Lists the links among entries whose place is still a folder. One that no file declares any more is none: its files
/// are those of the workspace itself.
pub(crate) fn links(work: &Workspace, entries: &[Entry]) -> Result<Vec<Link>> {
    let found: Vec<&Entry> = entries.iter().filter(|entry| entry.is_gitlink()).collect();
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
        stage::remove(work, &given_up)?;
    }
    Ok(links)
}

/// Stages what became of submodules.
pub(crate) fn stage(work: &Workspace, links: &[Link], mode: Mode<'_>) -> std::result::Result<(), Blocked> {
    let mut commits = Vec::new();
    for link in links {
        let Some(module) = &link.module else {
            unused(work, link)?;
            continue;
        };
        let commit = one(module, mode)?;
        commits.extend(format!("160000 {commit}\t{}\0", link.path).into_bytes());
    }
    if !commits.is_empty() {
        work.changing().args(["update-index", "--add", "-z", "--index-info"]).input(commits).ok()?;
    }
    Ok(())
}

/// Refuses files in the folder of a submodule of which the project has nothing: no commit could hold them.
fn unused(work: &Workspace, link: &Link) -> std::result::Result<(), Blocked> {
    if is_empty(&work.path.join(&link.path)) { Ok(()) } else { Err(Blocked::Submodule(link.path.clone())) }
}

/// Returns the commit of a submodule, made of its files where they differ from what is checked out. When it is only
/// looked at, the tree stands for such a commit.
fn one(sub: &Workspace, mode: Mode<'_>) -> std::result::Result<String, Blocked> {
    let told = fs::read_to_string(sub.file("HEAD")).unwrap_or_default().trim().to_owned();
    let found = history::examine(sub, &told, None)?;
    if let Relation::Unreadable(reason) = &found.relation {
        return Err(Blocked::Other(
            refuse(reason.clone()).help("the submodule can be made anew by `git submodule update`"),
        ));
    }
    let here = found.head.commit().unwrap_or(&told).to_owned();
    if here != told || sub.entries().is_none() {
        stage::begin(sub, &here)?;
    }
    stage::stage(sub, &Selection { mode, ..Selection::default() })?;
    let tree = stage::write(sub)?;
    let tree_of = |commit: &str| sub.git().args(["rev-parse", "--verify", &format!("{commit}^{{tree}}")]).text();
    let Mode::Commit { message } = mode else {
        return Ok(if tree == tree_of(&here)? { here } else { tree });
    };
    let commit = if tree == tree_of(&here)? {
        here
    } else if found.relation == Relation::Behind && tree == tree_of(&told)? {
        told.clone()
    } else {
        stage::commit(sub, &tree, &[&here], message)?
    };
    if commit != told {
        keep(sub, &format!("refs/batchprp/kept/{commit}"), &commit)?;
        make::detach(sub, &commit)?;
    }
    let branch = match &found.head {
        super::agent::refs::Head::Branch(name, _) => Some(name.as_str()),
        super::agent::refs::Head::Detached(_) | super::agent::refs::Head::Broken => None,
    };
    own::tell(sub, branch, &commit)?;
    Ok(commit)
}

/// Lets the project keep a commit of a submodule under a reference of its own.
fn keep(sub: &Workspace, reference: &str, commit: &str) -> Result<()> {
    quarantine::name(sub, || {
        let args = ["update-ref", "-m", "batchprp: submodule", "--no-deref", reference, commit];
        sub.home().args(args).changes(sub.repo.common_dir()).ok().map(drop)
    })
}

/// Brings submodules to the commits that the index of the workspace names. What was in them must have been saved.
pub(crate) fn reset(work: &Workspace, silence: Duration) -> Result<()> {
    let entries = work.entries().unwrap_or_default();
    if !entries.iter().any(Entry::is_gitlink) {
        return Ok(());
    }
    connect(work)?;
    initialise(work, silence)?;
    for link in links(work, &entries)? {
        let commit = entries.iter().find(|entry| entry.name() == link.path).map(Entry::object);
        let (Some(sub), Some(commit)) = (&link.module, commit) else { continue };
        sub.unlock()?;
        stage::check_out(sub, &commit)?;
        make::detach(sub, &commit)?;
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

/// Tells whether the project has a commit of one of its submodules.
pub(crate) fn is_kept(work: &Workspace, path: &str, commit: &str) -> Result<bool> {
    let entries = work.entries().unwrap_or_default();
    let link = links(work, &entries)?.into_iter().find(|link| link.path == path);
    match link.and_then(|link| link.module) {
        Some(sub) => Ok(sub.home().args(["cat-file", "-e", commit]).run()?.code == 0),
        None => Ok(false),
    }
}

/// Saves commits of a submodule that only the workspace has: the project keeps them under references of its own.
pub(crate) fn rescue(sub: &Workspace, record: &Record) -> Result<()> {
    let told = fs::read_to_string(sub.file("HEAD")).unwrap_or_default().trim().to_owned();
    let mut found: Vec<String> = agent::head(sub)?.commit().map(str::to_owned).into_iter().collect();
    found.extend(agent::all(sub)?.into_values());
    found.extend(agent::stashed(sub)?);
    found.sort();
    found.dedup();
    for commit in found.into_iter().filter(|commit| *commit != told) {
        // What cannot be read cannot be saved.
        let lines = transfer::fetch(sub, &commit, &told).unwrap_or_default();
        if lines.iter().any(|line| line.is_new) {
            keep(sub, &format!("refs/batchprp/rescue/{}/{commit}", record.branch), &commit)?;
        }
    }
    Ok(())
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

fn made(work: &Workspace) -> Vec<Module> {
    let text = fs::read(work.file("modules.json")).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}
