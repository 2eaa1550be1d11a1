//! What a call of an agent is judged by: its worktree before and after, and what was expected of it.

use crate::bridge::{Failure, JudgedReport};
use crate::error::Result;
use crate::evidence::verdict::{Facts, Tree, Wanted, judge};
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::scan;
use crate::host::git::workspace::unseen::{self, Unseen};
use crate::host::git::workspace::{Prepared, checkpoint};
use crate::host::judged_files::Touched;
use crate::model::agent::AgentReport;
use crate::run::shared::leftovers::Leftovers;
use crate::run::work::off_the_loop::off_the_loop;

/// What is known of a call whatever it does.
#[derive(Clone, Debug, Default)]
pub(crate) struct Expectation {
    /// Name of the adapter.
    pub(crate) agent: String,
    /// Id of the item.
    pub(crate) item: String,
    /// Ordinal of the phase, when the call is for one.
    pub(crate) phase: Option<u32>,
    pub(crate) wanted: Wanted,
    /// Files that the item declares.
    pub(crate) declared: Vec<String>,
    /// Paths that are nobody's work: the item's own document, our own state.
    pub(crate) excluded: Vec<String>,
    /// Commands or gates check what the item comes to.
    pub(crate) checks: bool,
    pub(crate) leftovers: Leftovers,
}

/// The worktree in which work is wanted, as its agent found it.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    repo: Repo,
    tree: Prepared,
    /// Tip of the branch.
    pub(crate) tip: String,
    /// The last checkpoint, or where the branch started.
    since: String,
    /// Nobody looked when the agent started, where an earlier run called it.
    start: Option<Tree>,
    /// What git ignored then.
    unseen: Unseen,
}

/// How a worktree is after its checks.
pub(crate) struct Checked {
    /// What differs from the last checkpoint.
    pub(crate) since_checkpoint: Tree,
    /// What is not as the tip of the branch has it.
    pub(crate) touched: Touched,
}

/// Looks at a worktree after its checks. Git goes through its files once, unless there are commits behind the checkpoint.
pub(crate) fn checked(repo: &Repo, prepared: &Prepared) -> Result<Checked> {
    let mut touched = Touched::default();
    let (tip, last) = (tip(repo, prepared)?, last_checkpoint(repo, prepared)?);
    let since_checkpoint = differing(repo, prepared, &last)?;
    let now = if tip == last { since_checkpoint.clone() } else { differing(repo, prepared, &tip)? };
    let before = repo.commit(&format!("{tip}^1"))?;
    for path in now.paths() {
        if repo.entry(&tip, path)?.is_none() {
            touched.new.push(path.to_owned());
            continue;
        }
        let earlier = before.as_ref().map(|before| repo.entry(before, path)).transpose()?.flatten();
        let is_earlier = |content: &String| earlier.as_ref().is_some_and(|old| content.ends_with(&old.object));
        touched.takes_back |= now.at(path).and_then(Option::as_ref).is_none_or(is_earlier);
        touched.committed.push(path.to_owned());
    }
    Ok(Checked { since_checkpoint, touched })
}

fn differing(repo: &Repo, prepared: &Prepared, since: &str) -> Result<Tree> {
    checkpoint::changed(repo, prepared, since).map(Tree::new)
}

fn tip(repo: &Repo, prepared: &Prepared) -> Result<String> {
    Ok(repo.tip(&prepared.branch)?.unwrap_or_else(|| prepared.base.clone()))
}

fn last_checkpoint(repo: &Repo, prepared: &Prepared) -> Result<String> {
    scan::last_own(repo, &prepared.branch, &prepared.base)
}

impl Scene {
    /// Looks at a worktree before an agent starts in it.
    pub(crate) async fn before(repo: Repo, tree: Prepared) -> std::result::Result<Self, Failure> {
        off_the_loop(move || {
            let tip = tip(&repo, &tree)?;
            let start = Some(differing(&repo, &tree, &tip)?);
            let unseen = unseen::unseen(&repo, &tree)?;
            Ok(Self { since: last_checkpoint(&repo, &tree)?, repo, tree, tip, start, unseen })
        })
        .await
    }

    /// Finds the worktree of a call that an earlier run made.
    pub(crate) async fn left(repo: Repo, tree: Prepared) -> std::result::Result<Self, Failure> {
        off_the_loop(move || {
            let (tip, since) = (tip(&repo, &tree)?, last_checkpoint(&repo, &tree)?);
            Ok(Self { repo, tree, tip, since, start: None, unseen: Unseen::new() })
        })
        .await
    }

    /// Adds what git shows to what is known of a call.
    fn complete(&self, mut facts: Facts, leftovers: &Leftovers) -> Result<Facts> {
        let Self { repo, tree: prepared, since, start, .. } = self;
        facts.worktree = prepared.path.to_string_lossy().into_owned();
        facts.start.clone_from(start);
        facts.end = differing(repo, prepared, since)?;
        let now = unseen::unseen(repo, prepared)?;
        let new = now.into_iter().filter(|(path, stamp)| self.unseen.get(path) != Some(stamp));
        leftovers.leaves_unseen(new.map(|(path, _)| path).collect());
        let claims = facts.claims.as_ref();
        if claims.is_some_and(|claims| !claims.files.is_empty()) {
            facts.earlier = diff::files(repo, &prepared.base, since)?;
        }
        if claims.is_some_and(|claims| !claims.commits.is_empty()) {
            facts.commits = checkpoint::commits(repo, prepared)?;
        }
        Ok(facts)
    }
}

/// Judges a call that ended: the one place where a run asks for a verdict about an agent.
pub(crate) async fn judged(
    report: AgentReport,
    expectation: Expectation,
    scene: Option<Scene>,
) -> std::result::Result<(JudgedReport, Vec<String>), Failure> {
    let mut facts = known(&report, &expectation);
    if let Some(scene) = scene {
        let leftovers = expectation.leftovers.clone();
        facts = off_the_loop(move || scene.complete(facts, &leftovers)).await?;
    }
    Ok(verdict(report, &expectation, &facts))
}

/// Judges a call whose worktree is in memory.
pub(crate) fn in_memory(report: AgentReport, expectation: &Expectation, has_changes: bool) -> JudgedReport {
    let end = Tree::new(has_changes.then(|| ("changed", Some(String::new()))));
    let facts = Facts { end, ..known(&report, expectation) };
    verdict(report, expectation, &facts).0
}

/// Judges a call by its report alone, as where it was not made.
pub(crate) fn by_itself(report: AgentReport, agent: &str, item: &str) -> JudgedReport {
    let (agent, item) = (agent.to_owned(), item.to_owned());
    let expectation = Expectation { agent, item, wanted: Wanted::Answer, ..Expectation::default() };
    in_memory(report, &expectation, false)
}

fn known(report: &AgentReport, expectation: &Expectation) -> Facts {
    Facts {
        wanted: expectation.wanted,
        validated: expectation.leftovers.tree(),
        excluded: expectation.excluded.clone(),
        declared: expectation.declared.clone(),
        checks: expectation.checks,
        ..Facts::of(&expectation.agent, &expectation.item, report)
    }
}

/// Asks for the verdict; returns the disagreements beside it.
fn verdict(report: AgentReport, expectation: &Expectation, facts: &Facts) -> (JudgedReport, Vec<String>) {
    let judgement = judge(facts);
    let verdict = judgement.verdict.outcome(&expectation.agent, expectation.phase);
    (JudgedReport { report, verdict }, judgement.disagreements)
}
