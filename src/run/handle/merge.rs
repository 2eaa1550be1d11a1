//! The end of a merge.

use super::{machine, merge_queue, repair, task};
use crate::bridge::{OnConflict, Refused};
use crate::error::Error;
use crate::event::EventKind;
use crate::event::kind::{GuardFinding, GuardVerdict};
use crate::run::core::effect::Reaction;
use crate::run::core::moment::Moment;
use crate::run::core::open::OpenRun;
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
            run.merged.push((id.clone(), commit.clone()));
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
            let end = mended(run, item, &rejection);
            let Rejection { phase, level, reason, guilty, errors, log } = *rejection;
            let told = reason.clone();
            out.tell(EventKind::MergeRejected { item: id, level, reason: told, guilty, errors, log });
            match end {
                Ok(repair) => {
                    out.tell(repair);
                    Input::Mend { item }
                }
                Err(why) if why.is_empty() => Input::Rejected { item, phase, level, reason },
                Err(why) => Input::Rejected { item, phase, level, reason: format!("{reason} ({why})") },
            }
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

/// Gives work whose merge was refused back to its agent, or says why not: where others broke the tree it has nothing to
/// mend.
fn mended(run: &mut OpenRun, item: usize, rejection: &Rejection) -> Result<EventKind, String> {
    let id = run.id(item);
    let is_guilty = rejection.guilty.iter().any(|guilty| guilty.item == id);
    if !is_guilty || run.machine.is_halting() {
        return Err(String::new());
    }
    let phase = run.graph.items.get(item).map_or(1, |info| info.phases.max(1));
    let text = format!("{}\n{}", rejection.reason, rejection.errors.join("\n"));
    let reason = rejection.reason.clone();
    let repair = repair::next(run, item, repair::Failed { phase, reason, said: &text })?.event;
    if let Some(live) = run.live.get_mut(item) {
        live.refused = Some(Refused { phase, text, session: live.session.clone() });
    }
    Ok(repair)
}

/// Returns the findings of the guard for the reason of an item, each on one line.
fn told(findings: &[GuardFinding]) -> Vec<String> {
    let line = |finding: &GuardFinding| match finding.path.as_str() {
        "" => finding.reason.clone(),
        path => format!("{path} ({})", finding.reason),
    };
    findings.iter().map(line).collect()
}
