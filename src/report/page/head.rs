//! What is said of a run as a whole.

use jiff::Timestamp;
use serde::Serialize;

use super::super::board::{self, Look, Outlook};
use super::super::bound::lower_bound;
use super::super::life::Life;
use super::super::text::{line, safe};
use crate::event::RunView;
use crate::event::fold::RunNote;
use crate::event::kind::{EdgeReason, ItemStatus, Severity};
use crate::model::usage::Tokens;

/// So many of the latest notes are shown.
const NOTES: usize = 200;

/// Edges beyond this make no drawing that anybody can read.
const EDGES: usize = 4000;

/// Commands that go on from here.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Steps {
    pub watch: Option<String>,
    pub stop: Option<String>,
    pub resume: Option<String>,
    pub next: Vec<String>,
}

/// What is said of a run as a whole. Times are milliseconds since 1970, lengths are seconds.
#[derive(Clone, Debug, Serialize)]
pub struct Head {
    run: String,
    pub(super) title: String,
    command: String,
    batch: Option<u32>,
    pub life: Life,
    exit_code: Option<u8>,
    started: Option<i64>,
    /// When the latest event was.
    latest: Option<i64>,
    elapsed: f64,
    /// What is left, from what was measured; `null` while that is unknown.
    left: Option<f64>,
    /// Shortest time in which the measured work could have been done.
    bound: f64,
    /// Sum of the measured times.
    work: f64,
    bound_hours: f64,
    jobs: u32,
    done: usize,
    busy: usize,
    trouble: usize,
    total: usize,
    tokens: Option<u64>,
    max_tokens: Option<u64>,
    cost: Option<f64>,
    max_cost: Option<f64>,
    estimated: bool,
    /// Why nothing goes on.
    pauses: Vec<String>,
    notes: Vec<NoteRow>,
    edges: Vec<PageEdge>,
    critical_path: Vec<String>,
    pub steps: Steps,
}

/// A note, and how much it matters.
#[derive(Clone, Debug, Serialize)]
struct NoteRow {
    severity: Severity,
    text: String,
}

impl NoteRow {
    fn of(note: &RunNote) -> Self {
        let lines: Vec<String> = note.text.lines().map(|text| line(text, 500)).collect();
        Self { severity: note.severity, text: lines.join("\n") }
    }
}

#[derive(Clone, Debug, Serialize)]
struct PageEdge {
    from: String,
    to: String,
    reason: EdgeReason,
    file: Option<String>,
}

impl Head {
    pub(super) fn of(state: &RunView, life: Life, look: &Look, steps: Steps) -> Self {
        let usage = state.usage();
        // What waits for others has no trouble of its own.
        let is_bad = |status| {
            use ItemStatus::{Blocked, Cancelled, Completed, Pending};
            !matches!(status, Completed | Cancelled | Blocked | Pending)
        };
        let now = look.now.max(state.latest);
        let old_notes = state.notes.len().saturating_sub(NOTES);
        let edges = state.edges.iter().take(EDGES).map(|edge| PageEdge {
            from: edge.from.clone(),
            to: edge.to.clone(),
            reason: edge.reason,
            file: edge.file.as_ref().map(|file| line(file, 200)),
        });
        Self {
            run: safe(&state.run),
            title: title(state),
            command: line(&state.command, 60),
            batch: state.batch,
            life,
            exit_code: state.end.as_ref().map(|end| end.exit_code),
            started: state.started.map(Timestamp::as_millisecond),
            latest: state.latest.map(Timestamp::as_millisecond),
            elapsed: state.elapsed(look.now),
            left: match board::outlook(state, look) {
                Some(Outlook::Left(left)) if life == Life::Running => Some(left),
                // No second is left of what was expected.
                Some(Outlook::Overdue) if life == Life::Running => Some(0.0),
                Some(_) | None => None,
            },
            bound: lower_bound(state, now),
            work: state.items.iter().map(|item| item.worked(now)).sum(),
            bound_hours: state.bound_hours,
            jobs: state.jobs,
            done: state.count(ItemStatus::Completed),
            busy: state.items.iter().filter(|item| item.standing.is_busy()).count(),
            trouble: state.items.iter().filter(|item| item.status().is_some_and(is_bad)).count(),
            total: state.items.len(),
            tokens: usage.tokens.map(Tokens::total),
            max_tokens: state.max_tokens,
            cost: usage.cost,
            max_cost: state.max_cost,
            estimated: usage.estimated,
            pauses: pauses(state),
            notes: state.notes.iter().skip(old_notes).map(NoteRow::of).collect(),
            edges: edges.collect(),
            critical_path: state.critical_path.clone(),
            steps,
        }
    }
}

/// Names a run for people.
pub(super) fn title(state: &RunView) -> String {
    let command = line(&state.command, 60);
    state.batch.map_or_else(|| command.clone(), |batch| format!("Batch {batch}: {command}"))
}

fn pauses(state: &RunView) -> Vec<String> {
    let quota = state.paused.as_ref().map(|pause| {
        let until = pause.until.and_then(|at| Timestamp::from_second(at).ok());
        let until = until.map(|at| format!(" until {at}")).unwrap_or_default();
        format!("usage limit of {}{until}", line(&pause.agent, 40))
    });
    state.halted.iter().map(|reason| line(reason, 300)).chain(quota).collect()
}
