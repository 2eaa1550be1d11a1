//! Whose project it is: the folder in which a command works is a real repository, or one with configuration, of the user
//! who started the command. What others left in a folder above is neither run nor obeyed.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::error::{Error, ExitCode};
use crate::host::git::plumbing::repo::GitPolicy;
use crate::host::git::plumbing::run::Git;

/// What a project brings along that is read or run, below its folder.
const OBEYED: [&str; 9] = [
    ".ce",
    ".ce/batchprp.toml",
    ".ce/commands",
    ".ce/agents",
    ".ce/executors",
    ".ce/formats",
    ".ce/hooks",
    ".ce/stdlib",
    ".ce/subagents",
];

/// Others may write.
const BY_OTHERS: u32 = 0o002;

/// The project of a command.
#[derive(Clone, Debug)]
pub struct Project {
    pub root: PathBuf,
    /// Why it is this folder, for people.
    pub reason: &'static str,
    /// What was found on the way up and passed over.
    pub ignored: Vec<Ignored>,
    /// Why nothing may be run here, until somebody says that it may.
    pub refusal: Option<String>,
    /// The user named this folder, or said yes to it before.
    pub is_known: bool,
}

/// Something that looks like a project and is none that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    pub path: PathBuf,
    pub reason: String,
}

/// What is wrong with a folder.
enum Doubt {
    /// It belongs to somebody else: as if it were not there.
    Foreign(String),
    /// Others may change it.
    Open(String),
}

/// Finds the project of a folder: the nearest one upwards that counts, else the folder itself. A folder that was `named`
/// by the user counts as it is, and so does one about which somebody said yes before. Like git, it does not look into
/// the folders of `GIT_CEILING_DIRECTORIES` or above them.
pub fn find(start: &Path, named: bool, is_trusted: impl Fn(&Path) -> bool) -> Project {
    let mut ignored = Vec::new();
    let mut foreign = None;
    let ceilings = ceilings();
    for folder in start.ancestors().take_while(|folder| *folder == start || !ceilings.iter().any(|c| c == folder)) {
        let git = folder.join(".git");
        let is_repository = fs::symlink_metadata(&git).is_ok() && is_git(&git);
        if !is_repository && fs::symlink_metadata(&git).is_ok() {
            ignored.push(Ignored { path: git, reason: "it is no git repository".to_owned() });
        }
        let has_config = folder.join(".ce/batchprp.toml").is_file();
        if !is_repository && !has_config {
            continue;
        }
        let reason = if is_repository { "a git repository" } else { "it has `.ce/batchprp.toml`" };
        let is_known = (named && folder == start) || is_trusted(folder);
        let refusal = match doubt(folder, is_repository).filter(|_| !is_known) {
            None => None,
            Some(Doubt::Open(why)) => Some(why),
            Some(Doubt::Foreign(why)) => {
                if folder == start {
                    foreign = Some(why.clone());
                }
                ignored.push(Ignored { path: folder.to_owned(), reason: why });
                continue;
            }
        };
        return Project { root: folder.to_owned(), reason, ignored, refusal: refusal.or(foreign), is_known };
    }
    let is_known = named || is_trusted(start);
    Project { root: start.to_owned(), reason: "no project was found above", ignored, refusal: foreign, is_known }
}

impl Project {
    /// Refuses to obey a folder that others may change, or that belongs to somebody else.
    pub fn obeyed(&self) -> Result<(), Error> {
        self.refusal.as_ref().map_or(Ok(()), |why| Err(self.refused(why)))
    }

    /// Refuses to obey documents that others may change: they are orders for agents.
    pub fn documents_obeyed(&self, folders: &[&Path]) -> Result<(), Error> {
        let Some(owner) = fs::metadata(&self.root).ok().filter(|_| !self.is_known).map(|facts| facts.uid()) else {
            return Ok(());
        };
        let all = folders.iter().flat_map(|folder| WalkDir::new(self.root.join(folder))).flatten();
        let mut paths = all.filter(|entry| {
            let is_document = entry.path().extension().is_some_and(|end| end.eq_ignore_ascii_case("md"));
            entry.file_type().is_dir() || is_document
        });
        let doubt = paths.find_map(|entry| doubt_about(entry.path(), &fs::metadata(entry.path()).ok()?, owner));
        match doubt {
            Some(Doubt::Open(why) | Doubt::Foreign(why)) => Err(self.refused(&why)),
            None => Ok(()),
        }
    }

    fn refused(&self, why: &str) -> Error {
        let root = self.root.display();
        Error::new(ExitCode::Config, format!("nothing of `{root}` is run or obeyed: {why}"))
            .help(format!("if you trust it, name it: `batchprp -C '{root}' …`"))
    }
}

fn ceilings() -> Vec<PathBuf> {
    let named = std::env::var_os("GIT_CEILING_DIRECTORIES").unwrap_or_default();
    std::env::split_paths(&named).filter_map(|folder| fs::canonicalize(folder).ok()).collect()
}

/// Tells whether something called `.git` is one: git itself looks for these three.
fn is_git(git: &Path) -> bool {
    let text = if git.is_file() { fs::read_to_string(git).unwrap_or_default() } else { String::new() };
    let folder = match text.strip_prefix("gitdir: ") {
        Some(place) => git.parent().unwrap_or(git).join(place.trim_end()),
        None => git.to_owned(),
    };
    let common = fs::read_to_string(folder.join("commondir")).map(|place| folder.join(place.trim_end()));
    let common = common.unwrap_or_else(|_| folder.clone());
    fs::symlink_metadata(folder.join("HEAD")).is_ok() && common.join("objects").is_dir() && common.join("refs").exists()
}

fn doubt(folder: &Path, is_repository: bool) -> Option<Doubt> {
    let of = |path: &Path| fs::metadata(path).ok();
    let owner = of(folder)?.uid();
    let is_known = is_mine(owner) || (is_repository && git_trusts(folder));
    if !is_known {
        return Some(Doubt::Foreign(format!("it belongs to {}", name(owner))));
    }
    for path in std::iter::once(folder.to_owned()).chain(OBEYED.map(|name| folder.join(name))) {
        let Some(facts) = of(&path) else { continue };
        // Of a folder of scripts each script counts.
        let inside = Some(&path).filter(|path| *path != folder).and_then(|path| fs::read_dir(path).ok());
        let inside = inside.into_iter().flatten().flatten().map(|entry| entry.path());
        let scripts = inside.filter(|script| script.extension().is_some_and(|end| end == "rhai"));
        let scripts = scripts.filter_map(|script| Some((of(&script)?, script)));
        let all = std::iter::once((facts, path.clone())).chain(scripts);
        if let Some(doubt) = all.into_iter().find_map(|(facts, path)| doubt_about(&path, &facts, owner)) {
            return Some(doubt);
        }
    }
    None
}

fn doubt_about(path: &Path, facts: &Metadata, owner: u32) -> Option<Doubt> {
    let shown = path.display();
    // Whoever is root can change everything anyway.
    if !is_mine(facts.uid()) && ![owner, 0].contains(&facts.uid()) {
        return Some(Doubt::Open(format!("`{shown}` belongs to {}", name(facts.uid()))));
    }
    let is_open = facts.mode() & BY_OTHERS != 0;
    is_open.then(|| Doubt::Open(format!("every user may write into `{shown}` (`chmod o-w '{shown}'` ends that)")))
}

/// Tells whether git would work in a repository of somebody else, as `safe.directory` says.
fn git_trusts(folder: &Path) -> bool {
    let output = Git::new(folder, GitPolicy::default()).args(["rev-parse", "--git-dir"]).run();
    output.is_ok_and(|output| output.code == 0)
}

/// Tells whether something belongs to the user on whose behalf the program runs, as git sees it: behind `sudo` also to
/// the one who called that.
fn is_mine(owner: u32) -> bool {
    let me = nix::unistd::geteuid().as_raw();
    let caller = || std::env::var("SUDO_UID").ok().and_then(|text| text.parse().ok());
    owner == me || (me == 0 && caller() == Some(owner))
}

fn name(user: u32) -> String {
    let found = nix::unistd::User::from_uid(nix::unistd::Uid::from_raw(user)).ok().flatten();
    found.map_or_else(|| format!("user {user}"), |user| format!("the user `{}`", user.name))
}
