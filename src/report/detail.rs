//! The lines that are only shown on request: how the work is done, not what came of it.

use super::text::{count, dollars, line};
use crate::event::kind::{EdgeInfo, EventKind};
use crate::event::{Event, RunView};
use crate::model::duration::show;
use crate::model::usage::Usage;
use crate::model::validation::LevelVerdict;

/// How much is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Attempts, validations that passed, why items wait for each other.
    More,
    /// Also what passes: steps, progress.
    Everything,
}

/// Returns the lines of an event beyond those that are always shown.
pub fn of(event: &Event, state: &RunView, detail: Detail) -> Vec<String> {
    let name = |id: &str| line(state.item(id).map_or(id, |item| item.info.name.as_str()), 60);
    match &event.kind {
        EventKind::Graph { edges, .. } => {
            let file = |edge: &EdgeInfo| edge.file.as_ref().map(|file| format!(" {}", line(file, 80)));
            let why = |edge: &EdgeInfo| format!("{}{}", edge.reason.as_str(), file(edge).unwrap_or_default());
            edges
                .iter()
                .map(|edge| format!("{} waits for {}: {}", name(&edge.to), name(&edge.from), why(edge)))
                .collect()
        }
        EventKind::AttemptStarted { item, attempt, agent, model, pid, spec, .. } => {
            let model = model.as_ref().map(|model| format!(" with {}", line(model, 40))).unwrap_or_default();
            let (agent, spec) = (line(agent, 30), line(spec, 160));
            vec![format!("{} {agent}{model} started (attempt {attempt}, pid {pid}): {spec}", name(item))]
        }
        EventKind::AttemptFinished { item, status, duration, usage, .. } => {
            vec![format!(
                "{} attempt ended: {} after {}{}",
                name(item),
                line(status, 30),
                show(*duration),
                spent(usage)
            )]
        }
        EventKind::Validation { item, phase, level, result, .. } => match result {
            LevelVerdict::Failed | LevelVerdict::Flaky => Vec::new(),
            LevelVerdict::Passed => vec![format!("{} phase {phase} level {level} passed", name(item))],
            LevelVerdict::Skipped => {
                vec![format!("{} phase {phase} level {level} skipped: nothing is configured", name(item))]
            }
            LevelVerdict::Manual => {
                vec![format!("{} phase {phase} level {level} is for a person to look at", name(item))]
            }
        },
        EventKind::Step { step } if detail == Detail::Everything => vec![format!("step: {}", step.as_str())],
        EventKind::Progress { item, percent, step } if detail == Detail::Everything => {
            let percent = percent.map(|percent| format!(" {percent:.0}%")).unwrap_or_default();
            vec![format!("{}{percent} {}", name(item), line(step, 120))]
        }
        _ => Vec::new(),
    }
}

/// Says what an attempt used, as far as that is known.
fn spent(usage: &Usage) -> String {
    let tokens = usage.tokens.map(|tokens| format!(", {} tokens", count(tokens.total())));
    let cost = usage.cost.map(|cost| format!(", {}", dollars(cost)));
    format!("{}{}", tokens.unwrap_or_default(), cost.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(kind: EventKind, detail: Detail) -> Vec<String> {
        let event = Event { seq: 1, at: "2026-11-20T10:15:30Z".to_owned(), run: "r".to_owned(), kind };
        of(&event, &RunView::default(), detail)
    }

    #[test]
    fn passed_levels_are_shown_once_asked_and_progress_when_everything_is() {
        let item = || "PRP-1".to_owned();
        let passed = || {
            let (result, errors, log) = (LevelVerdict::Passed, vec![], None);
            EventKind::Validation { item: item(), phase: 2, level: 1, result, errors, log }
        };
        assert_eq!(lines(passed(), Detail::More), ["PRP-1 phase 2 level 1 passed"]);
        let progress = || EventKind::Progress { item: item(), percent: Some(40.0), step: "reads".to_owned() };
        assert_eq!(lines(progress(), Detail::More), Vec::<String>::new());
        assert_eq!(lines(progress(), Detail::Everything), ["PRP-1 40% reads"]);
    }

    #[test]
    fn waiting_items_say_for_whom_and_why() {
        let edge = EdgeInfo {
            from: "PRP-1".to_owned(),
            to: "PRP-2".to_owned(),
            reason: crate::event::kind::EdgeReason::File,
            file: Some("src/a.rs".to_owned()),
        };
        let graph = EventKind::Graph {
            items: vec![],
            stages: std::collections::BTreeMap::new(),
            edges: vec![edge],
            critical_path: vec![],
            bound_hours: 0.0,
        };
        assert_eq!(lines(graph, Detail::More), ["PRP-2 waits for PRP-1: file src/a.rs"]);
    }
}
