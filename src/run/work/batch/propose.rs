//! What is to be proposed of a batch is pushed: the batch branch, or the branch of each item in the order of the merges.

use crate::bridge::{PushWork, PushedHead, PushedWork};
use crate::error::{Error, ExitCode, Result};
use crate::host::git::merge::landing;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::push::{self, Head};
use crate::run::settings::Settings;
use crate::run::shared::names;

/// Pushes what an order names.
pub(crate) fn push_work(settings: &Settings, order: PushWork) -> Result<PushedWork> {
    let PushWork { batch, onto, remote, merged, look } = order;
    let repo = settings.repo()?;
    let branch = names::batch_branch(batch);
    let Some(tip) = repo.tip(&branch)? else {
        let text = format!("there is no branch `{branch}` to propose");
        return Err(Error::new(ExitCode::NothingMatched, text).help("carry the batch out first: batchprp exe"));
    };
    let onto = landing::onto(&repo, &branch, onto.as_deref())?;
    let address = push::address(&repo, &remote)?;
    let heads = match merged {
        None => vec![PushedHead { item: None, branch: branch.clone(), commit: tip }],
        Some(merged) => stack(&repo, &onto, merged)?,
    };
    let pushed: Vec<Head> =
        heads.iter().map(|head| Head { commit: head.commit.clone(), branch: head.branch.clone() }).collect();
    if !look {
        push::push(&repo, &remote, &pushed)?;
    }
    Ok(PushedWork { branch, onto, address, heads })
}

/// Returns what each merge brought, in the order in which they were made.
fn stack(repo: &Repo, onto: &str, merged: Vec<(String, String)>) -> Result<Vec<PushedHead>> {
    let mut heads = Vec::new();
    for (item, merge) in merged {
        let head = PushedHead {
            branch: names::parse(&item)?.branch(),
            // An item whose merge only moved the branch forward has no second parent.
            commit: repo.resolve(&format!("{merge}^2")).or_else(|_| repo.resolve(&merge))?,
            item: Some(item),
        };
        heads.push((repo.count(onto, &merge)?, head));
    }
    heads.sort_by(|(one, first), (other, second)| one.cmp(other).then_with(|| first.branch.cmp(&second.branch)));
    Ok(heads.into_iter().map(|(_, head)| head).collect())
}
