//! What is to be proposed of a batch is pushed: the batch branch, or the branch of each item in the order of the merges.

use super::stack::{self, Stack};
use crate::bridge::{PushWork, PushedHead, PushedWork};
use crate::error::{Error, ExitCode, Result};
use crate::host::git::merge::{landing, past};
use crate::host::git::plumbing::refs;
use crate::host::git::upkeep::push::{self, Head};
use crate::run::settings::Settings;
use crate::run::shared::names;

/// Pushes what an order names.
pub(crate) fn push_work(settings: &Settings, order: PushWork) -> Result<PushedWork> {
    let PushWork { batch, onto, remote, merged, gone, stranded, look } = order;
    let repo = settings.repo()?;
    let branch = names::batch_branch(batch);
    let Some(tip) = repo.tip(&branch)? else {
        let text = format!("there is no branch `{branch}` to propose");
        return Err(Error::new(ExitCode::NothingMatched, text).help("carry the batch out first: batchprp exe"));
    };
    let onto = landing::onto(&repo, &branch, onto.as_deref())?;
    let address = push::address(&repo, &remote)?;
    let base = repo.resolve(&refs::head(&onto))?;
    if !look && past::common(&repo, None, &base, &tip)?.is_some() {
        let batch = batch.map_or_else(|| "BATCH".to_owned(), |batch| batch.to_string());
        let text = format!("`{branch}` did work again that `{onto}` took back: a merge there would leave it out");
        let help =
            format!("`batchprp exe --batch {batch} --update-base` merges `{onto}` in first, with that work kept");
        return Err(Error::new(ExitCode::GitRefuses, text).help(help));
    }
    let Some(merged) = merged else {
        let head = Head { commit: tip.clone(), branch: branch.clone(), ..Head::default() };
        if !look {
            push::push(&repo, &remote, &[head])?;
        }
        let heads = vec![PushedHead { branch: branch.clone(), commit: tip, ..PushedHead::default() }];
        return Ok(PushedWork { branch, onto, address, heads });
    };
    let stack = Stack::read(&repo, &branch, &onto, &remote, merged)?;
    let heads = if look { stack.heads() } else { stack::push(&repo, &stack, &onto, &remote, &gone, &stranded)? };
    Ok(PushedWork { branch, onto, address, heads })
}
