//! One merge of an item into the batch branch, tried out first where that is asked for.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::candidate;
use super::candidate_worktree::CandidateWorktree;
use super::end::{MergeEnd, Rejection};
use super::guard::{self, Guarded, Objection};
use super::status;
use super::trial::Trial;
use crate::bridge::{Failure, WriteBack};
use crate::error::{Error, Result};
use crate::event::EventKind;
use crate::event::kind::GuardVerdict;
use crate::host::git::merge::{self, DocumentEdit, Merge, MergeItem};
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::lease::Lease;
use crate::host::git::workspace::{Prepared, unseen};
use crate::run::shared::names;
use crate::run::work::batch::integration::Integration;
use crate::run::work::item::checkpoint::fenced;
use crate::run::work::item::proof::Newer;
use crate::run::work::off_the_loop::off_the_loop;
use crate::run::work::tell::Tell;

/// What is to be merged.
pub(crate) struct MergeOrder {
    /// Index of the item.
    pub(crate) item: usize,
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) run: String,
    /// The document that gets its new status with the merge.
    pub(crate) document: Option<PathBuf>,
    pub(crate) write_back: WriteBack,
    pub(crate) integration: Integration,
    pub(crate) lease: Option<Lease>,
    /// What the guard is shown.
    pub(crate) guarded: Guarded,
    /// Where the merged tree is validated first, unless it was validated already.
    pub(crate) candidate: Option<CandidateWorktree>,
    /// What is run there says more than the validation of the item did, also when nothing else was merged since.
    pub(crate) says_more: bool,
    /// What agents left beside the work of the item, which is in no commit.
    pub(crate) unseen: Vec<String>,
    /// The workspace in which an earlier run had the work done.
    pub(crate) resumed: Option<Prepared>,
}

/// Merges an item.
pub(crate) async fn merge(order: MergeOrder, tell: Tell) -> std::result::Result<MergeEnd, Error> {
    let readers = order.guarded.settings.readers.clone();
    let MergeOrder {
        id,
        title,
        run,
        document,
        write_back,
        integration,
        lease,
        guarded,
        candidate,
        says_more,
        unseen,
        resumed,
        ..
    } = order;
    let judgement = match off_the_loop(move || guard::judge(&guarded)).await {
        Ok(judgement) => judgement,
        Err(Failure::Cancelled) => return Ok(MergeEnd::Stopped),
        Err(Failure::Error(error)) => return Err(error),
    };
    match judgement.objection {
        Some(Objection::NeedsApproval(findings)) => return Ok(MergeEnd::NeedsApproval(guard::told(&findings))),
        Some(Objection::Refused(findings)) => return Ok(MergeEnd::Refused(guard::told(&findings))),
        None => {}
    }
    if let Some(newer) = &judgement.unproven {
        return Ok(MergeEnd::Rejected(Box::new(not_validated(newer))));
    }
    if !judgement.notes.is_empty() {
        let findings = guard::told(&judgement.notes);
        tell.event(EventKind::Guard { item: id.clone(), verdict: GuardVerdict::Noted, findings });
    }
    if let Some(approval) = &judgement.approval {
        let rules = approval.rules.iter().cloned().collect();
        tell.event(EventKind::Approved { item: id.clone(), by: approval.by.clone(), rules });
    }
    let judged = judgement.tip;
    let approved_by = judgement.approval.map(|approval| approval.by);
    let (repo, into, base) = (integration.repo.clone(), integration.branch.clone(), integration.base.clone());
    let prepare = move || {
        let prp = names::parse(&id)?;
        fenced(&integration.repo, lease.as_ref(), &id)?;
        let below = |path: PathBuf| path.strip_prefix(integration.repo.root()).map(Path::to_owned).unwrap_or(path);
        let status_edit = match write_back {
            WriteBack::Status => document.map(|path| DocumentEdit {
                path: below(path),
                edit: Box::new(status::completed),
                is_shared: false,
            }),
            WriteBack::Mark(target) => Some(DocumentEdit {
                path: below(target.path.clone()),
                edit: Box::new(move |bytes: &[u8]| readers.marked(&target, bytes)),
                is_shared: true,
            }),
            WriteBack::Nothing => None,
        };
        let item_branch = prp.branch();
        Ok(MergeItem { batch_branch: into, item_branch, judged, id: prp, title, run, status_edit, approved_by })
    };
    let unseen = if unseen.is_empty() && candidate.is_some() { left(&repo, resumed).await } else { unseen };
    let result = match candidate {
        None => off_the_loop(move || plain(&repo, &prepare()?)).await,
        Some(worktree) => match off_the_loop(prepare).await {
            Ok(order) => {
                candidate::merge(Trial { worktree, merge: Arc::new(order), says_more, unseen, base, tell }).await
            }
            Err(failure) => Err(failure),
        },
    };
    match result {
        Ok(end) => Ok(end),
        Err(Failure::Cancelled) => Ok(MergeEnd::Stopped),
        Err(Failure::Error(error)) => Err(error),
    }
}

/// Lists what lies in a workspace beside commits. One that cannot be looked at any more holds nothing.
async fn left(repo: &Repo, workspace: Option<Prepared>) -> Vec<String> {
    let Some(workspace) = workspace.filter(|workspace| workspace.path.exists()) else { return Vec::new() };
    let repo = repo.clone();
    let found = off_the_loop(move || unseen::unseen(&repo, &workspace)).await;
    found.map(|found| found.into_keys().collect()).unwrap_or_default()
}

/// Refuses what was committed after the last validation.
fn not_validated(newer: &Newer) -> Rejection {
    let commits = if newer.commits == 1 { "a commit".to_owned() } else { format!("{} commits", newer.commits) };
    let reason = format!("{commits} came after its validation and must be validated first: run the same command again");
    Rejection { phase: newer.phase, level: 0, reason, guilty: Vec::new(), errors: Vec::new(), log: None }
}

/// Merges without trying out what comes of it.
fn plain(repo: &Repo, order: &MergeItem) -> Result<MergeEnd> {
    Ok(match merge::item(repo, order)? {
        Merge::Merged { commit } | Merge::Already { commit } => MergeEnd::Merged { commit },
        Merge::Conflict { files } => MergeEnd::Conflict { files },
    })
}
