//! Moving a branch to what was made for it, by compare-and-swap: it is old or new, with its files where it is checked out.

use super::checkout::Checkout;
use super::plan::Landing;
use super::record;
use crate::error::{Error, ExitCode, Result};
use crate::host::failpoint;
use crate::host::git::plumbing::refs::{self, Moved, RefChange};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::plumbing::seal;

/// What git says when a hook refuses to let references move.
const BY_HOOK: &str = "aborted by hook";

/// How moving a branch went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Advance {
    Done,
    /// Somebody else moved it since the commit was made.
    Raced,
}

/// Moves a branch to what was made for it; `again` is the command that asks for it.
pub fn advance(repo: &Repo, batch_branch: &str, onto: &str, landing: &Landing, again: &str) -> Result<Advance> {
    let repo = &repo.with_hooks();
    let checkout = Checkout::of(repo, onto)?;
    let (from, to) = (&landing.from, &landing.commit);
    let (earlier, noted) = (record::noted(repo, batch_branch, onto)?, landing.to_note());
    let written = record::note(batch_branch, onto, &earlier, &noted);
    seal::note_merge(repo, to)?;
    let Some(checkout) = checkout else {
        return moved(repo, written.update(&refs::head(onto), to, from), onto);
    };
    // A landing that was killed may have written the files and not the reference.
    if checkout.is_at(to)? && repo.tip(onto)?.as_ref() == Some(from) {
        return moved(repo, written.update(&refs::head(onto), to, from), onto);
    }
    checkout.require_clean(from, to, again)?;
    // Before the branch moves: `land --undo` must find it whatever happens in between.
    written.must(&repo.unhooked(), "batchprp: land")?;
    // `git merge` takes any branch that the commit builds on: one that was moved back meanwhile would get back what it lost.
    let end = if repo.tip(onto)?.as_ref() == Some(from) {
        forward(repo, &checkout, onto, landing)
    } else {
        Ok(Advance::Raced)
    };
    if !matches!(end, Ok(Advance::Done)) {
        // Nothing landed now: what landed before can still be taken back.
        record::note(batch_branch, onto, &noted, &earlier).must(&repo.unhooked(), "batchprp: nothing landed")?;
    }
    end
}

/// Moves a branch with its files.
fn forward(repo: &Repo, checkout: &Checkout<'_>, onto: &str, landing: &Landing) -> Result<Advance> {
    let Landing { commit: to, from, .. } = landing;
    match failpoint::around("land.checkout", || checkout.forward(to))? {
        Ok(()) => Ok(Advance::Done),
        Err(_) if repo.tip(onto)?.as_ref() != Some(from) => Ok(Advance::Raced),
        Err(said) => {
            // Git writes the files first: a hook that refuses the reference finds them changed.
            if checkout.is_at(to)? {
                checkout.take_back(to, from)?;
            }
            Err(refused(onto, &said))
        }
    }
}

fn moved(repo: &Repo, change: RefChange, onto: &str) -> Result<Advance> {
    match change.apply(repo, "batchprp: land") {
        Ok(Moved::Done) => Ok(Advance::Done),
        Ok(Moved::Raced) => Ok(Advance::Raced),
        Err(error) if error.message.contains(BY_HOOK) => Err(refused(onto, &error.message)),
        Err(error) => Err(error),
    }
}

/// What git, or a hook of the user, says against it.
fn refused(onto: &str, said: &str) -> Error {
    let said = said.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    let code = if said.contains(BY_HOOK) { ExitCode::Policy } else { ExitCode::GitRefuses };
    Error::new(code, format!("`{onto}` was not moved: {said}"))
        .help("settle that, then run the command again; `--onto BRANCH` lands on another branch")
}
