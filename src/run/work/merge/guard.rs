//! The guard before a merge: what it is shown of an item, and what approvals take out of its findings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::Result;
use crate::event::kind::GuardFinding;
use crate::evidence::guard::{self, Finding, Input, Other, Outcome, Policy};
use crate::host::git::merge::carried;
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::approval::{self, Approval};
use crate::host::git::upkeep::{incoming, scan};
use crate::host::git::workspace::branch;
use crate::model::guard::Level;
use crate::model::id::PrpId;
use crate::run::settings::Settings;
use crate::run::work::batch::integration::Integration;
use crate::run::work::item::proof::{self, Newer};

/// What the guard has to know beside git.
#[derive(Clone)]
pub(crate) struct Guarded {
    pub(crate) settings: Arc<Settings>,
    pub(crate) integration: Integration,
    pub(crate) id: PrpId,
    /// The item's own document, below the root.
    pub(crate) document: Option<PathBuf>,
    pub(crate) declared: Vec<String>,
    /// The other items of the batch, with what they declare.
    pub(crate) others: Vec<(String, Vec<String>)>,
    /// Command lines of the item's gates.
    pub(crate) gates: Vec<String>,
}

/// What stands against a merge.
#[derive(Debug)]
pub(crate) enum Objection {
    NeedsApproval(Vec<Finding>),
    Refused(Vec<Finding>),
}

/// What the guard says about the work of an item.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// The commit that was looked at; `None` when there is nothing to merge.
    pub(crate) tip: Option<String>,
    /// Commits of it that are newer than its validation.
    pub(crate) unproven: Option<Newer>,
    pub(crate) objection: Option<Objection>,
    /// Findings that are told and stand against nothing.
    pub(crate) notes: Vec<Finding>,
    /// The approval without which the merge would wait.
    pub(crate) approval: Option<Approval>,
}

/// Looks at everything that the merge of an item would bring.
pub(crate) fn judge(what: &Guarded) -> Result<Judgement> {
    let Integration { repo, branch: into, .. } = &what.integration;
    let (Some(into), Some(tip)) = (repo.tip(into)?, repo.tip(&what.id.branch())?) else {
        return Ok(Judgement::default());
    };
    let settings = &what.settings;
    let policy = Policy::new(&settings.guard.levels, &settings.guard.ignore, settings.guard.max_file_bytes);
    let judged = match guard::inspect(&input(what, repo, &into, &tip)?, &policy) {
        Outcome::Clear(notes) => Judgement { notes, ..Judgement::default() },
        Outcome::Refused(findings) => {
            Judgement { objection: Some(Objection::Refused(findings)), ..Judgement::default() }
        }
        Outcome::NeedsApproval(findings) => approved(repo, &tip, findings)?,
    };
    let start = branch::base(repo, &what.id.branch())?.unwrap_or_else(|| what.integration.base.clone());
    let unproven = proof::unproven(repo, &tip, &start, &what.id)?;
    Ok(Judgement { tip: Some(tip), unproven, ..judged })
}

/// Takes approvals of the very commit into account: they hold for the same findings only.
fn approved(repo: &Repo, tip: &str, findings: Vec<Finding>) -> Result<Judgement> {
    let approval = approval::read(repo, tip)?;
    let is_approved = |finding: &Finding| {
        let approved = |approval: &Approval| approval.findings.contains(&finding.key());
        finding.level < Level::Approve || approval.as_ref().is_some_and(approved)
    };
    if findings.iter().all(is_approved) {
        return Ok(Judgement { approval, ..Judgement::default() });
    }
    Ok(Judgement { objection: Some(Objection::NeedsApproval(findings)), ..Judgement::default() })
}

fn input(what: &Guarded, repo: &Repo, into: &str, tip: &str) -> Result<Input> {
    let settings = &what.settings;
    let start = branch::base(repo, &what.id.branch())?.unwrap_or_else(|| what.integration.base.clone());
    // Without merges an item starts from the joined work of others, which is not on the batch branch then.
    let since = if repo.is_ancestor(&start, into)? {
        repo.merge_base(into, tip)?.unwrap_or_else(|| start.clone())
    } else {
        start.clone()
    };
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let relative = |path: &Path| text(path.strip_prefix(repo.root()).unwrap_or(path));
    let changes = incoming::changes(repo, &since, tip)?;
    let edited: Vec<&str> =
        changes.iter().filter(|c| c.old.is_some() && c.new.is_some()).map(|c| c.path.as_str()).collect();
    let carried = if since == into { Vec::new() } else { carried::carried(repo, &since, into, tip, &edited)? };
    let gates: Vec<String> = settings.validate.values().flatten().chain(&what.gates).cloned().collect();
    let exists = |path: &str| repo.tracked(&since, Path::new(path)).unwrap_or(false);
    let read = |path: &str| {
        let bytes = repo.show(&since, Path::new(path)).ok().flatten()?;
        String::from_utf8(bytes).ok()
    };
    Ok(Input {
        item: what.id.to_string(),
        document: what.document.as_deref().map(relative).unwrap_or_default(),
        documents: vec![text(&settings.requests), text(&settings.executed)],
        state: relative(&settings.state),
        declared: what.declared.clone(),
        others: others(what, repo)?,
        changes,
        passing: incoming::passing(repo, into, &start, tip)?,
        carried,
        commits: incoming::commits(repo, into, &start, tip, &what.id)?,
        scripts: guard::scripts(&gates, &exists, &read),
        gates: guard::reached(&gates, &read),
        set_up: settings.copy.clone(),
    })
}

/// Returns the other items, with what those that are merged have made: whoever merged them, and whether anybody named
/// them or not.
fn others(what: &Guarded, repo: &Repo) -> Result<Vec<Other>> {
    let Integration { branch: name, base, .. } = &what.integration;
    let declares = |(item, declared): &(String, Vec<String>)| (item.clone(), declared.clone());
    let mut others: BTreeMap<String, Vec<String>> = what.others.iter().map(declares).collect();
    let mut made: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, commit) in scan::all_merged(repo, name, base)?.merged {
        if id == what.id {
            continue;
        }
        others.entry(id.to_string()).or_default();
        // By ids, which are compared in process: one git for each merged item would be many in a large batch.
        if let Some(before) = repo.commit(&format!("{commit}^1"))? {
            made.entry(id.to_string()).or_default().extend(diff::files(repo, &before, &commit)?);
        }
    }
    let other = |(item, declared): (String, Vec<String>)| {
        let made = made.remove(&item).unwrap_or_default();
        Other { item, made, declared }
    };
    Ok(others.into_iter().map(other).collect())
}

/// Returns findings as events tell them.
pub(crate) fn told(findings: &[Finding]) -> Vec<GuardFinding> {
    let one = |finding: &Finding| GuardFinding {
        rule: finding.rule.to_owned(),
        path: finding.path.clone(),
        line: finding.line.and_then(|line| u32::try_from(line).ok()),
        reason: finding.reason.clone(),
    };
    findings.iter().map(one).collect()
}
