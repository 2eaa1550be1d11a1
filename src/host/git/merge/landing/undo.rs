//! Taking the last landing of a batch back, as long as nothing was built on it.

use super::checkout::Checkout;
use super::record;
use crate::error::{Error, ExitCode, Result};
use crate::host::failpoint;
use crate::host::git::plumbing::history;
use crate::host::git::plumbing::refs::{self, Moved};
use crate::host::git::plumbing::repo::{Repo, refuse};

/// A landing that was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    pub onto: String,
    pub from: String,
    pub to: String,
}

/// Moves a branch back to where it was before a batch landed on it.
pub fn undo(repo: &Repo, batch_branch: &str, onto: &str) -> Result<Undone> {
    let noted = record::noted(repo, batch_branch, onto)?;
    let forgotten = record::note(batch_branch, onto, &noted, &record::Noted::default());
    let [Some(from), Some(to), _] = noted else {
        let text = format!("`{batch_branch}` was not landed on `{onto}` here");
        return Err(Error::new(ExitCode::NothingMatched, text).help("`--onto BRANCH` names another branch"));
    };
    let tip = repo.tip(onto)?;
    let undone = Undone { onto: onto.to_owned(), from: to.clone(), to: from.clone() };
    if tip.as_ref() == Some(&from) {
        // One that was killed may have moved the branch and not taken its note away.
        forgotten.must(&repo.unhooked(), "batchprp: the landing is undone")?;
        return Ok(undone);
    }
    if tip.as_ref() != Some(&to) {
        let text = format!("`{onto}` has moved since `{batch_branch}` was landed on it");
        // With `-m`, git takes merges only; without, none.
        let landed = history::first_parents(repo, &to, &from)?;
        let way = if landed.iter().all(|entry| entry.parents.len() > 1) {
            let commits =
                landed.iter().map(|entry| entry.commit.get(..12).unwrap_or(&entry.commit)).collect::<Vec<_>>();
            format!("revert what landed by hand: `git revert -m 1 {}`", commits.join(" "))
        } else {
            format!("revert what landed by hand: `git revert {from}..{to}`, merges among it with `-m 1`")
        };
        return Err(refuse(text).help(way));
    }
    let repo = &repo.with_hooks();
    // One that was killed may have written the files and not the reference.
    if let Some(checkout) = Checkout::of(repo, onto)?
        && !checkout.is_at(&from)?
    {
        failpoint::around("land.undo", || checkout.back(&from))?;
        forgotten.must(&repo.unhooked(), "batchprp: the landing is undone")?;
    } else {
        let change = forgotten.update(&refs::head(onto), &from, &to);
        if change.apply(repo, "batchprp: undo the landing")? == Moved::Raced {
            return Err(
                refuse(format!("`{onto}` was moved by somebody else at the same time")).help("run the command again")
            );
        }
    }
    Ok(undone)
}
