//! The files of a workspace as a tree, in quarantine: what a checkpoint of them would hold. Submodules are not looked at.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};
use crate::host::failpoint;
use crate::host::git::plumbing::repo::refuse;
use crate::host::git::plumbing::run::{Output, failure};
use crate::host::git::plumbing::store::{AskGit, Store};
use crate::host::git::workspace::agent::index::IndexEntry;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::files::links::{self, Link};
use crate::host::git::workspace::files::made::SetUp;
use crate::host::git::workspace::objects::{pen, quarantine};
use crate::host::git::workspace::place::record::Record;
use crate::host::git::workspace::place::space::Workspace;
use crate::model::pattern::DeclaredFile;

/// Most names on one command line.
const MOST: usize = 1000;

/// What is to be taken besides what git takes by itself, and what is left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selection<'a> {
    /// Paths that never enter a commit, such as `.ce/tmp`.
    pub(crate) exclude: &'a [String],
    /// Files that the item declares: taken even when git ignores them.
    pub(crate) declared: &'a [String],
    /// What set-up made.
    pub(crate) set_up: SetUp,
    pub(crate) mode: Mode<'a>,
}

impl<'a> Selection<'a> {
    /// Returns what holds for the workspace of an item.
    pub(crate) fn of(work: &Workspace, record: &'a Record, mode: Mode<'a>) -> Self {
        Self { exclude: &record.exclude, declared: &record.declared, set_up: SetUp::of(work), mode }
    }
}

/// What is done about submodules.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Mode<'a> {
    /// They are compared; a changed one is told by the tree of its files.
    #[default]
    Look,
    /// What changed in them is committed.
    Commit { message: &'a str },
}

/// Why files cannot be staged.
#[derive(Debug)]
pub(crate) enum Blocked {
    /// A git repository that is no submodule.
    Embedded(String),
    /// Files in a submodule of which the project has nothing.
    Submodule(String),
    Other(Error),
}

impl From<Error> for Blocked {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<Blocked> for Error {
    fn from(blocked: Blocked) -> Self {
        match blocked {
            Blocked::Embedded(path) => refuse(format!(
                "`{path}` is a git repository of its own inside of the workspace"
            ))
            .help(format!("remove `{path}/.git` so that the files themselves are committed, or add it as a submodule")),
            Blocked::Submodule(path) => {
                refuse(format!("there is work in `{path}`, a submodule that is not initialised in this project"))
                    .help(format!("initialise it in your checkout and run again: `git submodule update --init {path}`"))
            }
            Blocked::Other(error) => error,
        }
    }
}

/// Brings the index of the orchestrator to a commit, as far as the files agree with it.
pub(crate) fn begin(work: &Workspace, commit: &str) -> Result<()> {
    quarantine::make(work)?;
    work.unlock()?;
    if work.entries().is_none() {
        // Damaged or missing: made again, at the price of reading all files.
        failpoint::quietly("index.delete", || drop(fs::remove_file(work.file("index"))));
    }
    work.changing().args(["read-tree", "--reset", commit]).ok().map(drop)
}

/// Stages everything in the workspace but its submodules.
pub(crate) fn stage(work: &Workspace, what: &Selection<'_>, links: &[Link]) -> std::result::Result<(), Blocked> {
    add(work, what, links)?;
    let after = work.entries().unwrap_or_default();
    embedded(work, links, &after)?;
    let made = what.set_up.among(&after);
    if !made.is_empty() {
        links::remove(work, &made)?;
    }
    let wanted = wanted(work, what, links, &after);
    if wanted.is_empty() { Ok(()) } else { force(work, &wanted) }
}

/// Returns the tree of what is staged.
pub(crate) fn write(work: &Workspace) -> Result<String> {
    let index = work.file("index");
    match pen::written(work, "object.tree", |store| store.write_index(&index))? {
        Some(tree) => Ok(tree),
        None => work.git().args(["write-tree"]).text(),
    }
}

/// Makes a commit of a tree, in quarantine; the message is stored as it is.
pub(crate) fn commit(work: &Workspace, tree: &str, parents: &[&str], message: &str) -> Result<String> {
    let write = |store: &Store| {
        let [author, committer] = work.repo.who_commits().lines().ok_or(AskGit)?;
        store.write_commit(tree, parents, &author, &committer, message)
    };
    if !work.repo.policy().sign
        && let Some(commit) = pen::written(work, "object.commit", write)?
    {
        return Ok(commit);
    }
    let mut git = work.git().args(["commit-tree", tree]);
    for parent in parents {
        git = git.args(["-p", parent]);
    }
    if work.repo.policy().sign {
        git = git.args(["-S"]);
    }
    git.args(["-F", "-"]).input(message).text()
}

/// Makes index and files those of a commit. Ignored files stay, and what set-up made; everything else must have been
/// saved before.
pub(crate) fn check_out(work: &Workspace, commit: &str) -> Result<()> {
    let first = work.direct().args(["read-tree", "--reset", "-u", commit]).changes(work.repo.common_dir()).run()?;
    if first.code != 0 {
        // An index that a kill damaged is made again from the commit.
        failpoint::quietly("index.delete", || drop(fs::remove_file(work.file("index"))));
        work.direct().args(["read-tree", "--reset", "-u", commit]).changes(work.repo.common_dir()).ok()?;
    }
    let set_up = SetUp::of(work);
    // What the project asks git to see although the user's list names it is named once more.
    let spared = set_up.patterns().take(MOST).map(|pattern| format!("--exclude={pattern}"));
    let git = set_up.ignore(work, work.changing());
    git.args(["clean", "-f", "-d", "--quiet"]).args(spared).ok().map(drop)
}

fn add(work: &Workspace, what: &Selection<'_>, links: &[Link]) -> std::result::Result<(), Blocked> {
    let links = links.iter().map(|link| link.path.as_str());
    let paths: Vec<&str> = what.exclude.iter().map(String::as_str).chain(links).collect();
    let excluded = paths.iter().map(|path| format!(":(top,exclude,literal){path}"));
    let git = what.set_up.ignore(work, work.changing());
    // Files outside of a sparse checkout are taken as well: nobody would put them there for nothing.
    let output = git.args(["add", "--all", "--sparse", "--", "."]).args(excluded).run()?;
    if output.code == 0 || tells_of(&output, &paths) { Ok(()) } else { Err(blocked(&output)) }
}

/// Says whether git only tells that excluded paths, or folders they are in, are ignored as well: it does that when they
/// exist, with exit code 1, after it has added everything else.
fn tells_of(output: &Output, excluded: &[&str]) -> bool {
    let mut lines = output.stderr.lines().filter(|line| !line.starts_with("hint: "));
    let holds = |folder: &str, path: &str| {
        path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let is_excluded = |line: &str| excluded.iter().any(|path| holds(path, line) || holds(line, path));
    output.code == 1
        && lines.next() == Some("The following paths are ignored by one of your .gitignore files:")
        && lines.all(is_excluded)
}

fn blocked(output: &Output) -> Blocked {
    let inner = output.stderr.lines().find_map(|line| {
        let (_, rest) = line.split_once('\'')?;
        rest.strip_suffix("' does not have a commit checked out")
    });
    match inner {
        Some(path) => Blocked::Embedded(path.trim_end_matches('/').to_owned()),
        None => Blocked::Other(failure("add", output)),
    }
}

/// Refuses repositories that only the workspace has: a link to them would be all that is left of their content.
fn embedded(work: &Workspace, links: &[Link], after: &[IndexEntry]) -> std::result::Result<(), Blocked> {
    let known = |entry: &IndexEntry| links.iter().any(|link| link.path.as_bytes() == entry.path);
    let new: Vec<&IndexEntry> = after.iter().filter(|entry| entry.is_gitlink() && !known(entry)).collect();
    if new.is_empty() {
        return Ok(());
    }
    let declared = links::declared(work);
    let inner = new.into_iter().filter(|entry| !declared.iter().any(|(path, _)| *path == entry.name()));
    let inner: Vec<&IndexEntry> = inner.collect();
    match inner.first() {
        None => Ok(()),
        Some(first) => {
            // Left in the index, git would look into it the next time.
            links::remove(work, &inner.iter().map(|entry| entry.path.clone()).collect::<Vec<_>>())?;
            Err(Blocked::Embedded(first.name()))
        }
    }
}

/// Lists files that git ignores and that are meant all the same: the declared ones, and those that were added by force.
fn wanted(work: &Workspace, what: &Selection<'_>, links: &[Link], staged: &[IndexEntry]) -> Vec<Vec<u8>> {
    let known: BTreeSet<&[u8]> = staged.iter().map(|entry| entry.path.as_slice()).collect();
    let theirs = own::entries(work).unwrap_or_default();
    let theirs = theirs.into_iter().filter(|entry| !entry.is_gitlink()).map(|entry| entry.path);
    let declared = what.declared.iter().map(|path| path.trim_start_matches("./").as_bytes().to_vec());
    // A folder or glob of which git would take nothing: what is ignored there is what was meant.
    let patterns = what.declared.iter().map(|path| (path, DeclaredFile::new(path)));
    let empty = patterns.filter(|(path, pattern)| {
        let begin = literal(path).into_os_string().into_encoded_bytes();
        let near = known.range(begin.as_slice()..).take_while(|name| name.starts_with(&begin));
        !near.into_iter().any(|name| pattern.matches(&String::from_utf8_lossy(name)))
    });
    let meant: Vec<Vec<u8>> = empty.flat_map(|(path, pattern)| below(work, path, &pattern)).collect();
    let is_excluded = |path: &[u8]| {
        let below = |folder: &str| path.strip_prefix(folder.as_bytes());
        what.exclude.iter().any(|exclude| below(exclude).is_some_and(|rest| matches!(rest, [] | [b'/', ..])))
    };
    let is_file = |path: &[u8]| {
        let is_down = |part: &[u8]| !part.is_empty() && part != b".." && !part.eq_ignore_ascii_case(b".git");
        let place = work.path.join(Path::new(std::ffi::OsStr::from_bytes(path)));
        path.split(|byte| *byte == b'/').all(is_down) && fs::symlink_metadata(place).is_ok_and(|facts| !facts.is_dir())
    };
    // A submodule is staged by itself.
    let is_in_link = |path: &[u8]| {
        let below = |link: &Link| path.strip_prefix(link.path.as_bytes());
        links.iter().any(|link| below(link).is_some_and(|rest| rest.first() == Some(&b'/')))
    };
    let is_wanted = |path: &Vec<u8>| {
        !known.contains(path.as_slice())
            && !is_excluded(path)
            && !is_in_link(path)
            && !what.set_up.holds(path)
            && is_file(path)
    };
    let mut wanted: Vec<Vec<u8>> = theirs.chain(declared).chain(meant).filter(is_wanted).collect();
    wanted.sort();
    wanted.dedup();
    wanted
}

/// Returns the folders with which a declared path begins, up to the first glob.
fn literal(declared: &str) -> PathBuf {
    let parts = Path::new(declared.trim().trim_start_matches("./")).components();
    parts.take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{'])).collect()
}

/// Lists the files of a workspace that a declared folder or glob matches; none where there are too many to be meant.
fn below(work: &Workspace, declared: &str, pattern: &DeclaredFile) -> Vec<Vec<u8>> {
    let plain = literal(declared);
    if plain.as_os_str().is_empty() || plain.components().any(|part| !matches!(part, Component::Normal(_))) {
        return Vec::new();
    }
    let walk = walkdir::WalkDir::new(work.path.join(plain)).min_depth(1).into_iter().flatten();
    let files = walk.filter(|entry| !entry.file_type().is_dir()).take(MOST + 1);
    let names = files.filter_map(|entry| Some(entry.path().strip_prefix(&work.path).ok()?.to_owned()));
    let found: Vec<PathBuf> = names.collect();
    if found.len() > MOST {
        return Vec::new();
    }
    let fits = found.into_iter().filter(|path| path.to_str().is_some_and(|path| pattern.matches(path)));
    fits.map(|path| path.into_os_string().into_encoded_bytes()).collect()
}

fn force(work: &Workspace, paths: &[Vec<u8>]) -> std::result::Result<(), Blocked> {
    let args = ["add", "--force", "--sparse", "--pathspec-from-file=-", "--pathspec-file-nul"];
    let git = work.changing().env("GIT_LITERAL_PATHSPECS", "1").args(args).input(paths.join(&0));
    let output = git.run()?;
    if output.code == 0 { Ok(()) } else { Err(blocked(&output)) }
}
