//! A person says yes to what the guard found: the findings of an item that waits, and the record of the answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::guard::{Guarded, Objection, judge, told};
use crate::bridge::Selection;
use crate::error::{Error, ExitCode, Result};
use crate::event::kind::GuardFinding;
use crate::evidence::guard::Finding;
use crate::host::clock;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::approval::{self, Approval};
use crate::host::git::workspace::branch;
use crate::model::guard::Level;
use crate::model::id::PrpId;
use crate::model::prp::Prp;
use crate::run::settings::Settings;
use crate::run::shared::names;
use crate::run::work::batch::integration::Integration;
use crate::run::work::query::select;

/// An item that waits for a person.
pub struct Waiting {
    repo: Repo,
    /// The commit that is looked at; an approval holds for it alone.
    pub tip: String,
    /// What was found, the worst first; nothing when nothing stands against the merge.
    pub findings: Vec<Finding>,
}

/// Looks at an item as the guard does before its merge.
pub fn waiting(settings: Settings, id: &PrpId, batch: Option<u32>) -> Result<Waiting> {
    let repo = settings.repo()?;
    let name = names::batch_branch(batch);
    let gone = |what: &str| {
        Error::new(ExitCode::NothingMatched, format!("there is no branch `{what}`"))
            .help(format!("carry the work out first: `batchprp exe --prps {id}`"))
    };
    let base = branch::base(&repo, &name)?.ok_or_else(|| gone(&name))?;
    let tip = repo.tip(&id.branch())?.ok_or_else(|| gone(&id.branch()))?;
    let guarded = guarded(Arc::new(settings), Integration { repo: repo.clone(), branch: name, base }, id, batch)?;
    let findings = match judge(&guarded)?.objection {
        Some(Objection::Refused(findings)) => {
            let reasons: Vec<String> = findings.iter().map(|finding| finding.reason.clone()).collect();
            let text = format!("{id} cannot be approved: {}", reasons.join("; "));
            return Err(
                Error::new(ExitCode::Policy, text).help(format!("start it over: `batchprp exe --prps {id} --restart`"))
            );
        }
        Some(Objection::NeedsApproval(findings)) => findings,
        None => Vec::new(),
    };
    Ok(Waiting { repo, tip, findings })
}

/// Returns what stands against the merge of an item; nothing where it has no work yet.
pub(crate) fn objections(settings: &Settings, id: &PrpId, batch: Option<u32>) -> Result<Vec<GuardFinding>> {
    let repo = settings.repo()?;
    let name = names::batch_branch(batch.or_else(|| id.batch().map(|batch| batch.0)));
    let Some(base) = branch::base(&repo, &name)? else { return Ok(Vec::new()) };
    if repo.tip(&id.branch())?.is_none() {
        return Ok(Vec::new());
    }
    let guarded = guarded(Arc::new(settings.clone()), Integration { repo, branch: name, base }, id, batch)?;
    let findings = match judge(&guarded)?.objection {
        Some(Objection::Refused(findings) | Objection::NeedsApproval(findings)) => findings,
        None => Vec::new(),
    };
    Ok(told(&findings.into_iter().filter(|finding| finding.level >= Level::Approve).collect::<Vec<_>>()))
}

/// Collects what the guard has to know about an item outside of a run.
fn guarded(settings: Arc<Settings>, integration: Integration, id: &PrpId, batch: Option<u32>) -> Result<Guarded> {
    let selection = Selection { batch, executed: true, lenient: true, ..Selection::default() };
    let selection = if batch.is_some() { selection } else { Selection { ids: vec![id.to_string()], ..selection } };
    let prps = select::prps(&settings, &selection)?;
    let own = prps.iter().find(|prp| prp.id.as_ref() == Some(id));
    let others = prps.iter().filter_map(|prp| Some((prp.id.clone()?, prp))).filter(|(other, _)| other != id);
    Ok(Guarded {
        integration,
        id: id.clone(),
        document: own.map(|prp| settings.root.join(&prp.path)),
        declared: own.map(|prp| prp.files.clone()).unwrap_or_default(),
        others: others.map(|(other, prp)| (other.to_string(), prp.files.clone())).collect(),
        gates: own.map(gates).unwrap_or_default(),
        settings,
    })
}

/// Records that a person approves findings, all of them or those of some rules.
pub fn approve(waiting: &Waiting, rules: &[String], reason: Option<String>) -> Result<Approval> {
    let chosen =
        waiting.findings.iter().filter(|finding| rules.is_empty() || rules.iter().any(|rule| rule == finding.rule));
    let chosen: Vec<&Finding> = chosen.collect();
    let approval = Approval {
        findings: chosen.iter().map(|finding| finding.key()).collect(),
        rules: chosen.iter().map(|finding| finding.rule.to_owned()).collect::<BTreeSet<_>>(),
        by: approval::who(&waiting.repo)?,
        reason,
        at: clock::now(),
        ..Approval::default()
    };
    approval::record(&waiting.repo, &waiting.tip, approval.clone())?;
    Ok(approval)
}

fn gates(prp: &Prp) -> Vec<String> {
    prp.gates.iter().filter_map(|gate| gate.command.clone()).collect()
}
