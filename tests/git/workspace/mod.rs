//! Workspaces: a private repository for each item, made, mended, read without trust, saved before anything is lost.

mod attacks;
mod checkpoints;
mod histories;
mod kills;
mod kinds;
mod making;
mod modules;
mod resolving;
mod setups;
mod takeover;

use std::path::Path;

use batchprp::host::git::plumbing::repo::Repo;
use batchprp::host::git::workspace::checkpoint::{self, Made, Now};
use batchprp::host::git::workspace::deviation::Deviation;
use batchprp::host::git::workspace::{self, Prepare, Prepared};

use crate::fixture::{Fixture, git, point};

/// Asks for the workspace of an item as a run does.
pub(crate) fn want(fixture: &Fixture, item: &str) -> Prepare {
    let start = fixture.repo().tip("prp-47").expect("git answers").unwrap_or_else(|| "HEAD".to_owned());
    fixture.want(item, &start)
}

pub(crate) fn prepare(fixture: &Fixture, item: &str) -> Prepared {
    workspace::prepare(&fixture.repo(), &want(fixture, item)).expect("a workspace")
}

pub(crate) fn refusal(fixture: &Fixture, item: &str) -> batchprp::error::Error {
    let error = workspace::prepare(&fixture.repo(), &want(fixture, item)).expect_err("a refusal");
    assert!(error.help.is_some(), "{error} needs a way out");
    error
}

pub(crate) fn commit(fixture: &Fixture, prepared: &Prepared, phase: u32) -> Made {
    try_commit(fixture, prepared, phase).expect("a checkpoint")
}

pub(crate) fn try_commit(fixture: &Fixture, prepared: &Prepared, phase: u32) -> batchprp::error::Result<Made> {
    let item = prepared.item.trim_start_matches("PRP-");
    checkpoint::commit(&fixture.repo(), prepared, &point(item, phase, "k"))
}

pub(crate) fn commit_in(repo: &Repo, prepared: &Prepared, phase: u32) -> Made {
    let item = prepared.item.trim_start_matches("PRP-");
    checkpoint::commit(repo, prepared, &point(item, phase, "k")).expect("a checkpoint")
}

pub(crate) fn now(fixture: &Fixture, prepared: &Prepared) -> Now {
    checkpoint::now(&fixture.repo(), prepared).expect("git answers")
}

/// The names of what was done to branches and history.
pub(crate) fn names(deviations: &[Deviation]) -> Vec<&'static str> {
    deviations
        .iter()
        .map(|deviation| match deviation {
            Deviation::OtherBranch { .. } => "other branch",
            Deviation::Detached => "detached",
            Deviation::Reset { .. } => "reset",
            Deviation::Rewritten { .. } => "rewritten",
            Deviation::Foreign { .. } => "foreign",
            Deviation::Forged { .. } => "forged",
            Deviation::SetUpCommitted { .. } => "set-up",
            Deviation::Beside { .. } => "beside",
            Deviation::Overlap { .. } => "overlap",
            Deviation::Replaced { .. } => "replaced",
            Deviation::Unreadable { .. } => "unreadable",
        })
        .collect()
}

/// Checks that whoever works there next finds everything in order: on the branch, at its tip, clean.
#[track_caller]
pub(crate) fn in_order(fixture: &Fixture, prepared: &Prepared, what: &str) {
    assert_eq!(git(&prepared.path, &["symbolic-ref", "HEAD"]), format!("refs/heads/{}", prepared.branch), "{what}");
    assert_eq!(git(&prepared.path, &["rev-parse", "HEAD"]), fixture.git(&["rev-parse", &prepared.branch]), "{what}");
    assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "", "{what}");
    git(&prepared.path, &["log", "--oneline"]);
    fixture.check();
}

/// The orchestrator's folder for a workspace.
pub(crate) fn administration(fixture: &Fixture, branch: &str) -> std::path::PathBuf {
    fixture.root().join(".git/batchprp/workspaces").join(branch)
}

/// Commits as whoever works in a workspace does.
pub(crate) fn commit_there(path: &Path, message: &str) -> String {
    git(path, &["add", "-A"]);
    git(path, &["commit", "-q", "--allow-empty", "-m", message]);
    git(path, &["rev-parse", "HEAD"])
}
