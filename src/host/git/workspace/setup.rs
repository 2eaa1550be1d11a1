//! The set-up of a workspace, once it is done: what it made is no work of an agent, and in no commit.

use crate::error::Result;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::files::made::{SetUp, keep};
use crate::host::git::workspace::files::stage;
use crate::host::git::workspace::files::tree::{self, Mode, Selection};
use crate::host::git::workspace::prepare::{self, Prepared};

/// Tells whether everything was put into a workspace that belongs there besides its commit.
pub fn is_set_up(repo: &Repo, prepared: &Prepared) -> Result<bool> {
    Ok(prepare::workspace(repo, prepared)?.file("set-up.json").exists())
}

/// Remembers that a workspace is set up, and what that made: it is left out of commits from now on. Returns the tree of
/// the files as they are, against which the work of an agent can be measured.
pub fn set_up(repo: &Repo, prepared: &Prepared) -> Result<String> {
    let (work, record) = prepare::recorded(&repo.unhooked(), prepared)?;
    let list = |more: &[&str]| {
        let excluded = record.exclude.iter().map(|path| format!(":(top,exclude,literal){path}"));
        let args = ["ls-files", "--others", "--exclude-standard", "-z"];
        work.git().args(args).args(more).args(["--", "."]).args(excluded).list()
    };
    let folders = list(&["--directory", "--no-empty-directory"])?;
    let files = if folders.iter().any(|name| name.ends_with('/')) { list(&[])? } else { folders.clone() };
    let set_up = SetUp::gather(&files, &folders);
    set_up.remember(&work)?;
    let config = own::text(&work, "config").unwrap_or_default();
    keep(&work, "config.agent", config.as_bytes())?;
    stage::stage(&work, &Selection { set_up: set_up.clone(), ..Selection::of(&work, &record, Mode::Look) })?;
    let tree = tree::write(&work)?;
    let text = serde_json::to_vec(&set_up).unwrap_or_default();
    keep(&work, "set-up.json", &text)?;
    Ok(tree)
}
