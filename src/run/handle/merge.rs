//! The end of a merge.

use super::{machine, merge_queue, task};
use crate::bridge::OnConflict;
use crate::error::Error;
use crate::event::EventKind;
use crate::event::kind::{GuardFinding, GuardVerdict};
use crate::run::core::effect::Reaction;
use crate::run::core::moment::Moment;
use crate::run::core::state::{LoopState, Stage};
use crate::run::work::merge::end::{MergeEnd, Rejection};
use crate::schedule::Input;

/// Takes what came of a merge, and starts the next one.
pub(super) fn ended(
    state: &mut LoopState,
    item: usize,
    result: Result<MergeEnd, Error>,
    now: Moment,
    out: &mut Reaction,
) {
    let Stage::Open(run) = &mut state.stage else { return };
    run.merging = false;
    let id = run.id(item);
    let merged = matches!(result, Ok(MergeEnd::Merged { .. }));
    let input = match result {
        Ok(MergeEnd::Merged { commit }) => {
            out.tell(EventKind::Merge { item: id, commit });
            Input::Merged { item }
        }
        Ok(MergeEnd::Conflict { files }) => {
            if run.options.on_conflict == OnConflict::Agent
                && let Some(live) = run.live.get_mut(item)
            {
                live.conflict = true;
            }
            out.tell(EventKind::Conflict { item: id, files: files.clone() });
            Input::Conflicted { item, files }
        }
        Ok(MergeEnd::Rejected(rejection)) => {
            let Rejection { phase, level, reason, guilty, errors, log } = *rejection;
            let told = reason.clone();
            out.tell(EventKind::MergeRejected { item: id, level, reason: told, guilty, errors, log });
            Input::Rejected { item, phase, level, reason }
        }
        Ok(MergeEnd::NeedsApproval(findings)) => {
            let short = told(&findings);
            out.tell(EventKind::Guard { item: id, verdict: GuardVerdict::NeedsApproval, findings });
            Input::Unapproved { item, findings: short }
        }
        Ok(MergeEnd::Refused(findings)) => {
            let reason = told(&findings).join("; ");
            out.tell(EventKind::Guard { item: id, verdict: GuardVerdict::Refused, findings });
            Input::Refused { item, reason }
        }
        Ok(MergeEnd::Stopped) => Input::MergeStopped { item },
        Err(error) => Input::MergeFailed { item, reason: error.message },
    };
    machine::step(state, input, now, out);
    if merged {
        task::remove_worktree(state, item, out);
    }
    merge_queue::pump(state, out);
}

/// Returns the findings of the guard for the reason of an item, each on one line.
fn told(findings: &[GuardFinding]) -> Vec<String> {
    let line = |finding: &GuardFinding| match finding.path.as_str() {
        "" => finding.reason.clone(),
        path => format!("{path} ({})", finding.reason),
    };
    findings.iter().map(line).collect()
}
