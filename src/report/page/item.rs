//! One item in the board, the graph and the timeline of a page.

use jiff::Timestamp;
use serde::Serialize;

use super::super::board::{self, Look};
use super::super::text::line;
use super::super::{checks, failure};
use crate::event::kind::ItemStatus;
use crate::event::timeline::{Part, Stretch};
use crate::event::{ItemView, RunView, Standing};
use crate::model::usage::Tokens;
use crate::model::validation::LevelVerdict;

/// So many parts are drawn, of each item the latest.
const PARTS: usize = 8000;

/// One item. Times are milliseconds since 1970, lengths are seconds.
#[derive(Clone, Debug, Serialize)]
pub struct ItemRow {
    pub id: String,
    name: String,
    title: String,
    stage: u32,
    /// `waiting`, `ready`, `running`, `validating`, `interrupted`, or how it ended.
    standing: &'static str,
    words: &'static str,
    /// Percent.
    progress: f64,
    phase: Option<u32>,
    phases: u32,
    phases_done: usize,
    /// What it does now.
    doing: String,
    waits_for: Vec<String>,
    /// Where it is carried out, or was, when that is not the process of its run.
    place: Option<String>,
    attempts: u32,
    repairs: u32,
    checks: String,
    score: Option<f64>,
    tokens: Option<u64>,
    cost: Option<f64>,
    reason: String,
    /// The command that shows why, or goes on.
    next: Option<String>,
    ready: Option<i64>,
    started: Option<i64>,
    finished: Option<i64>,
    /// When its agent gave its last sign of life, and the seconds for which it may give none.
    last_sign: Option<i64>,
    silence: Option<f64>,
    duration: f64,
    /// How long it takes by what others took.
    expected: Option<f64>,
    parts: Vec<PartRow>,
}

/// A part of the time of an item.
#[derive(Clone, Debug, Serialize)]
struct PartRow {
    kind: &'static str,
    label: String,
    is_good: Option<bool>,
    from: i64,
    to: Option<i64>,
}

/// Returns the item as a page shows it.
pub(super) fn row(item: &ItemView, state: &RunView, look: &Look) -> ItemRow {
    let is_busy = item.standing.is_busy();
    let is_at_work = item.standing == Standing::Running;
    let millis = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
    let waits = item.standing == Standing::Waiting;
    ItemRow {
        id: item.info.id.clone(),
        name: line(&item.info.name, 80),
        title: line(&item.info.title, 200),
        stage: item.info.stage,
        standing: item.standing.as_str(),
        words: item.standing.words(),
        progress: if item.status() == Some(ItemStatus::Completed) { 100.0 } else { item.progress() },
        phase: item.phase.as_ref().map(|phase| phase.ordinal),
        phases: item.phase.as_ref().map_or(item.info.phases, |phase| phase.of),
        phases_done: item.done_phases(),
        doing: if is_busy { line(&board::doing(item, None), 200) } else { String::new() },
        waits_for: if waits { state.waits_for(&item.info.id).iter().map(|id| line(id, 80)).collect() } else { vec![] },
        place: item.seat.as_ref().filter(|seat| seat.node.is_some()).map(|seat| line(&seat.place(), 80)),
        attempts: item.attempts,
        repairs: item.repairs,
        checks: checks::short(item),
        score: item.score(),
        tokens: item.usage.tokens.map(Tokens::total),
        cost: item.usage.cost,
        reason: line(&item.reason, 500),
        next: failure::next(item, state).map(|next| line(&next, 300)),
        ready: millis(item.ready),
        started: millis(item.started),
        finished: millis(item.finished),
        last_sign: is_at_work.then(|| millis(item.last_sign)).flatten(),
        silence: item.silence,
        duration: item.duration,
        expected: is_busy.then(|| board::expected(item, state, look)).flatten(),
        parts: parts(item, state),
    }
}

/// Returns the latest parts of an item: as many as there is room for among the others, and enough for one of any run.
fn parts(item: &ItemView, state: &RunView) -> Vec<PartRow> {
    let most = (PARTS / state.items.len().max(1)).max(20);
    let stretches = &item.timeline.stretches;
    stretches.iter().skip(stretches.len().saturating_sub(most)).map(part).collect()
}

fn part(stretch: &Stretch) -> PartRow {
    let (kind, label, is_good) = match &stretch.part {
        Part::Phase { ordinal, title } => ("phase", format!("phase {ordinal}: {}", line(title, 120)), None),
        Part::Agent { attempt, repair, agent, model, status, .. } => {
            let model = model.as_ref().map(|model| format!(" with {}", line(model, 40))).unwrap_or_default();
            let status = status.as_ref().map(|status| format!(": {}", line(status, 40)));
            let is_good = status.as_ref().map(|said| said == ": ok");
            let repair = repair.as_ref().map(|(number, _)| format!(", repair {number}")).unwrap_or_default();
            let status = status.unwrap_or_default();
            ("agent", format!("{}{model}, attempt {attempt}{repair}{status}", line(agent, 40)), is_good)
        }
        Part::Check { phase, level, verdict } => {
            let is_good = *verdict != LevelVerdict::Failed;
            let word = match verdict {
                LevelVerdict::Flaky => "flaky",
                _ if is_good => "passed",
                _ => "failed",
            };
            ("check", format!("check of phase {phase}, level {level}: {word}"), Some(is_good))
        }
        Part::Merge { made } => ("merge", if *made { "merged" } else { "not merged" }.to_owned(), Some(*made)),
    };
    let to = stretch.to.map(Timestamp::as_millisecond);
    PartRow { kind, label, is_good, from: stretch.from.as_millisecond(), to }
}
