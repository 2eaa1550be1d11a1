//! A new workspace: made aside by anybody at any time, and whole when it takes its place in one step.

use std::fs;
use std::path::Path;

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::workspace::agent::config::{self, Setting};
use crate::host::git::workspace::agent::own;
use crate::host::git::workspace::agent::seed::{self, Carry};
use crate::host::git::workspace::files::{modules, sparse};
use crate::host::git::workspace::place::administration;
use crate::host::git::workspace::place::leftovers::{self, MAKING};
use crate::host::git::workspace::place::order::Order;
use crate::host::git::workspace::place::record::{self, Record, free_name};
use crate::host::git::workspace::place::space::Workspace;
use crate::host::state;

/// Makes a workspace where nothing is.
pub(crate) fn make(work: &Workspace, order: &Order<'_>) -> Result<Record> {
    let parent = work.path.parent().unwrap_or(&work.path);
    let name = work.path.file_name().unwrap_or_default().to_string_lossy();
    let aside = free_name(parent, &format!("{MAKING}{name}"));
    let made = fill(work, order, &aside).and_then(|record| {
        let record = Record { path: work.path.clone(), ..record };
        record.write(work)?;
        failpoint::around("workspace.place", || fs::rename(&aside, &work.path))
            .map_err(|e| Workspace::failed("make", &work.path, &e))?;
        Ok(record)
    });
    if made.is_err() {
        if aside.exists() {
            failpoint::quietly("workspace.give-up", || drop(fs::remove_dir_all(&aside)));
        } else if work.path.exists() {
            // It took its place all the same, and nobody has seen it there.
            drop(leftovers::leave(&work.path));
        }
        drop(record::discard(work));
    }
    made
}

/// Makes everything of a workspace at another place, except for the record.
fn fill(work: &Workspace, order: &Order<'_>, aside: &Path) -> Result<Record> {
    record::discard(work)?;
    failpoint::around("workspace.folder", || fs::create_dir(aside))
        .map_err(|e| Workspace::failed("make", aside, &e))?;
    let work = Workspace { path: aside.to_owned(), top: aside.to_owned(), ..work.clone() };
    let settings = config::settings(work.repo.configuration()?);
    administration::make(&work, order.branch, order.commit)?;
    sparse::carry(&work, &settings, order.declared, order.commit)?;
    administration::check_out(&work, order.commit, order.silence)?;
    let modules = modules::initialise(&work, order.silence)?;
    let seed = repository(&work, order, &settings, modules)?;
    let git = aside.join(".git");
    failpoint::around("workspace.folder", || fs::create_dir_all(&git))
        .map_err(|e| Workspace::failed("make", &git, &e))?;
    own::build(&work, &git, &seed)?;
    Ok(order.record(seed.id, aside))
}

/// Collects what the repository of a workspace is made from, and keeps what it is compared with later.
pub(crate) fn repository(
    work: &Workspace,
    order: &Order<'_>,
    settings: &[Setting],
    modules: Vec<(String, String)>,
) -> Result<seed::Seed> {
    let carry = Carry {
        branch: order.branch.map(str::to_owned),
        commit: order.commit.to_owned(),
        batch: order.batch.map(str::to_owned),
        remotes: order.remotes.to_vec(),
        worktree: None,
        modules,
    };
    let seed = seed::collect(work, settings, carry)?;
    for (name, text) in [("config.agent", &seed.config), ("refs.agent", &seed.refs)] {
        let file = work.file(name);
        failpoint::around("workspace.keep", || state::write_private(&file, text.as_bytes()))
            .map_err(|e| Workspace::failed("write", &file, &e))?;
    }
    Ok(seed)
}
