//! Whose work breaks a merged tree: bisecting over the checkpoints of an item and the items merged before it.

use std::collections::BTreeMap;

use super::trial::Trial;
use crate::bridge::{Failure, GateLine};
use crate::error::Result;
use crate::event::kind::Guilty;
use crate::host::git::merge::{self, Candidate};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::scan;
use crate::host::validate::Validation;
use crate::model::id::PrpId;
use crate::run::work::off_the_loop::off_the_loop;

/// The cause of a failure, as far as it can be found.
#[derive(Debug)]
pub(crate) struct Blame {
    pub(crate) guilty: Vec<Guilty>,
    /// For people.
    pub(crate) sentence: String,
}

impl Blame {
    /// Returns the phase of an item that is to blame.
    pub(crate) fn phase_of(&self, item: &PrpId) -> Option<u32> {
        self.guilty.iter().find(|guilty| guilty.item == item.as_str())?.phase
    }

    fn nobody(sentence: &str) -> Self {
        Self { guilty: Vec::new(), sentence: sentence.to_owned() }
    }
}

/// One state to try: these commits merged one after the other. It proves nothing when `alone` fails as well.
struct Combination {
    merged: Vec<String>,
    alone: Option<String>,
}

/// An item, and its checkpoints in order: ordinal of the phase and commit.
struct Work {
    id: PrpId,
    phases: Vec<(u32, String)>,
}

struct Search<'a> {
    trial: &'a mut Trial,
    order: Validation,
    known: BTreeMap<String, bool>,
}

/// Finds out which phase of which item makes a candidate fail. `line` is the command that failed.
pub(crate) async fn blame(
    trial: &mut Trial,
    candidate: &Candidate,
    line: Option<GateLine>,
) -> std::result::Result<Blame, Failure> {
    let whole = trial.worktree.order.clone();
    // The one command says it sooner than all of them, if it fails without those before it.
    let single = line.map(|GateLine { level, command }| Validation {
        commands: BTreeMap::from([(level, vec![command])]),
        gates: Vec::new(),
        manual: Vec::new(),
        ..whole.clone()
    });
    let mut search = Search { order: single.unwrap_or_else(|| whole.clone()), trial, known: BTreeMap::new() };
    if !search.fails(&candidate.commit).await? {
        search.order = whole;
        search.known.clear();
        if !search.fails(&candidate.commit).await? {
            return Ok(Blame::nobody("it passed when it was tried again, so nobody can be named"));
        }
    }
    let own = search.work(candidate.from.clone(), candidate.into.clone(), search.trial.merge.id.clone()).await?;
    if search.fails(&candidate.from).await? {
        let began = search.read(|repo, c| repo.merge_base(&c.into, &c.from), candidate).await?;
        return match began {
            Some(began) if search.fails(&began).await? => search.earlier(&began).await,
            Some(_) | None => search.by_itself(&own).await,
        };
    }
    if search.fails(&candidate.into).await? {
        return search.earlier(&candidate.into).await;
    }
    search.together(&own, candidate).await
}

impl Search<'_> {
    /// The item fails without the others: its first phase that does.
    async fn by_itself(&mut self, own: &Work) -> std::result::Result<Blame, Failure> {
        let states = own.phases.iter().map(|(_, commit)| Combination { merged: vec![commit.clone()], alone: None });
        let phase = self.first_bad(&states.collect::<Vec<_>>()).await?.map(|at| own.phases[at].0);
        let sentence = match phase {
            Some(phase) => format!("{} fails by itself since its phase {phase}", own.id),
            None => format!("{} fails by itself", own.id),
        };
        Ok(Blame { guilty: vec![Guilty { item: own.id.to_string(), phase }], sentence })
    }

    /// A commit of the batch branch fails already: the first merge, and its first phase, that made it so.
    async fn earlier(&mut self, broken: &str) -> std::result::Result<Blame, Failure> {
        let base = self.trial.base.clone();
        if self.fails(&base).await? {
            return Ok(Blame::nobody("the commit from which the batch started fails already"));
        }
        let merges = self.merges(broken.to_owned(), None).await?;
        let states = merges.iter().map(|(_, merge)| Combination { merged: vec![merge.clone()], alone: None });
        let Some(at) = self.first_bad(&states.collect::<Vec<_>>()).await? else {
            return Ok(Blame::nobody("a commit on the batch branch that is no merge of an item fails already"));
        };
        let (id, merge) = merges[at].clone();
        let (before, work) = self.merged_work(id, &merge).await?;
        let state =
            |(_, commit): &(u32, String)| Combination { merged: vec![before.clone(), commit.clone()], alone: None };
        let phase = self.first_bad(&work.phases.iter().map(state).collect::<Vec<_>>()).await?;
        let phase = phase.map(|at| work.phases[at].0);
        let since = phase.map_or_else(String::new, |phase| format!(" since its phase {phase}"));
        let sentence = format!("{}, merged before, breaks the batch branch{since}", work.id);
        Ok(Blame { guilty: vec![Guilty { item: work.id.to_string(), phase }], sentence })
    }

    /// Both sides pass and fail together: the first merge with which the item fails, and the first phase of each.
    async fn together(&mut self, own: &Work, candidate: &Candidate) -> std::result::Result<Blame, Failure> {
        let from = &candidate.from;
        let merges = self.merges(candidate.into.clone(), Some(from.clone())).await?;
        let states =
            merges.iter().map(|(_, merge)| Combination { merged: vec![merge.clone(), from.clone()], alone: None });
        let Some(at) = self.first_bad(&states.collect::<Vec<_>>()).await? else {
            return Ok(Blame::nobody("both sides pass alone; commits that belong to no item are part of the cause"));
        };
        let (id, merge) = merges[at].clone();
        let (before, other) = self.merged_work(id, &merge).await?;
        let state = |(_, commit): &(u32, String)| Combination {
            merged: vec![merge.clone(), commit.clone()],
            alone: Some(commit.clone()),
        };
        let phase = self.first_bad(&own.phases.iter().map(state).collect::<Vec<_>>()).await?;
        let phase = phase.map(|at| own.phases[at].0);
        let state = |(_, commit): &(u32, String)| Combination {
            merged: vec![before.clone(), commit.clone(), from.clone()],
            alone: Some(commit.clone()),
        };
        let others = self.first_bad(&other.phases.iter().map(state).collect::<Vec<_>>()).await?;
        let others = others.map(|at| other.phases[at].0);
        let named = |id: &PrpId, phase: Option<u32>| match phase {
            Some(phase) => format!("phase {phase} of {id}"),
            None => id.to_string(),
        };
        let sentence = format!(
            "{} passes alone and fails together with {}: {} and {} do not go together",
            own.id,
            other.id,
            named(&own.id, phase),
            named(&other.id, others)
        );
        let guilty =
            vec![Guilty { item: own.id.to_string(), phase }, Guilty { item: other.id.to_string(), phase: others }];
        Ok(Blame { guilty, sentence })
    }

    /// Returns the first of the states that fails, given that all of them together do; `None` when there are none.
    async fn first_bad(&mut self, states: &[Combination]) -> std::result::Result<Option<usize>, Failure> {
        let (mut good, mut bad) = (0, states.len());
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if self.is_bad(&states[middle - 1]).await? {
                bad = middle;
            } else {
                good = middle;
            }
        }
        Ok(bad.checked_sub(1))
    }

    async fn is_bad(&mut self, state: &Combination) -> std::result::Result<bool, Failure> {
        let (repo, merged) = (self.trial.worktree.repo.clone(), state.merged.clone());
        let Some(commit) = off_the_loop(move || fold(&repo, &merged)).await? else { return Ok(false) };
        if !self.fails(&commit).await? {
            return Ok(false);
        }
        match &state.alone {
            Some(alone) => Ok(!self.fails(alone).await?),
            None => Ok(true),
        }
    }

    async fn fails(&mut self, commit: &str) -> std::result::Result<bool, Failure> {
        if let Some(known) = self.known.get(commit) {
            return Ok(*known);
        }
        let record = self.trial.worktree.check(commit, &self.order).await?;
        self.known.insert(commit.to_owned(), !record.passed());
        Ok(!record.passed())
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Repo, &Candidate) -> Result<T> + Send + 'static,
        candidate: &Candidate,
    ) -> std::result::Result<T, Failure> {
        let (repo, candidate) = (self.trial.worktree.repo.clone(), candidate.clone());
        off_the_loop(move || work(&repo, &candidate)).await
    }

    /// Reads the checkpoints of an item between where it left `into` and its tip.
    async fn work(&self, tip: String, into: String, id: PrpId) -> std::result::Result<Work, Failure> {
        let repo = self.trial.worktree.repo.clone();
        off_the_loop(move || {
            let base = repo.merge_base(&into, &tip)?.unwrap_or(into);
            let found = scan::between(&repo, &tip, &base, &id)?.phases;
            Ok(Work { phases: found.into_iter().map(|phase| (phase.ordinal, phase.commit)).collect(), id })
        })
        .await
    }

    /// Returns what the batch branch was before a merge, and the work that the merge brought.
    async fn merged_work(&self, id: PrpId, merge: &str) -> std::result::Result<(String, Work), Failure> {
        let (repo, commit) = (self.trial.worktree.repo.clone(), merge.to_owned());
        let (before, tip) =
            off_the_loop(move || Ok((repo.resolve(&format!("{commit}^1"))?, repo.resolve(&format!("{commit}^2"))?)))
                .await?;
        let work = self.work(tip, before.clone(), id).await?;
        Ok((before, work))
    }

    /// Lists the merges that `tip` of the batch branch holds, oldest first, without those that `without` holds too.
    async fn merges(&self, tip: String, without: Option<String>) -> std::result::Result<Vec<(PrpId, String)>, Failure> {
        let (repo, branch) = (self.trial.worktree.repo.clone(), self.trial.merge.batch_branch.clone());
        let base = self.trial.base.clone();
        off_the_loop(move || {
            let mut found = Vec::new();
            for (id, merge) in scan::all_merged(&repo, &branch, &base)?.merged {
                let known = without.as_ref().map_or(Ok(false), |other| repo.is_ancestor(&merge, other))?;
                if !known && repo.is_ancestor(&merge, &tip)? {
                    found.push((id, merge));
                }
            }
            Ok(found)
        })
        .await
    }
}

/// Merges commits one after the other; `None` when they conflict.
fn fold(repo: &Repo, commits: &[String]) -> Result<Option<String>> {
    let mut commits = commits.iter();
    let Some(mut whole) = commits.next().cloned() else { return Ok(None) };
    for commit in commits {
        match merge::trial(repo, &whole, commit)? {
            Some(next) => whole = next,
            None => return Ok(None),
        }
    }
    Ok(Some(whole))
}
