//! Checks of what a PRP asks for step by step: phases and gates.

use super::head::count;
use crate::review::check::Check;
use crate::review::document::ReviewedPrp;
use crate::review::finding::FindingSeverity::{Error, Info, Warning};

/// Gates with a command that a PRP should have.
const GATES: usize = 5;

pub(super) fn phases(document: &ReviewedPrp<'_>) -> Check {
    const NAME: &str = "phases";
    let mut check = Check::new(NAME, 1.0);
    let phases = &document.prp.phases;
    let Some(first) = phases.first() else {
        let host = document.topic(&["implementation steps", "implementation", "phases", "tasks"]);
        check.findings.push(document.finding(
            Error,
            NAME,
            host.map(|heading| heading.span.clone()),
            "the implementation has no phases, so there is nothing to carry out step by step",
            "add `### Phase 1: Title (1 hour)` headings below `## Implementation`",
        ));
        return check.seen("no phases");
    };
    check.points = 0.6;
    let body = |phase: &crate::model::phase::Phase| {
        let text = document.prp.phase_text(phase);
        text.split_once('\n').is_some_and(|(_, body)| body.chars().filter(|c| c.is_alphanumeric()).count() >= 20)
    };
    let empty = phases.iter().find(|phase| !body(phase));
    check.award(0.2, empty.is_none(), || {
        let phase = empty.unwrap_or(first);
        document.finding(
            Warning,
            NAME,
            Some(phase.heading.clone()),
            format!("phase {} has no steps below its heading", phase.label),
            "say what to do in the phase and how to see that it is done",
        )
    });
    let untimed = phases.iter().filter(|phase| phase.minutes.is_none()).collect::<Vec<_>>();
    check.award(0.2, untimed.is_empty(), || {
        let labels = untimed.iter().map(|phase| phase.label.as_str()).collect::<Vec<_>>().join(", ");
        let place = untimed.first().map_or(first, |phase| phase).heading.clone();
        let way = "end the heading with a duration, such as `(1.5 hours)`";
        document.finding(Info, NAME, Some(place), format!("no duration in the heading of phase {labels}"), way)
    });
    let last = phases.last().unwrap_or(first);
    check.seen(format!("{}, lines {} to {}", count(phases.len(), "phase"), first.line, last.line))
}

pub(super) fn gates(document: &ReviewedPrp<'_>) -> Check {
    const NAME: &str = "gates";
    let mut check = Check::new(NAME, 1.0);
    let gates = &document.prp.gates;
    let manual = gates.iter().filter(|gate| gate.command.is_none()).collect::<Vec<_>>();
    let automatic = gates.len() - manual.len();
    check.points = automatic.min(GATES) as f64 / GATES as f64;
    if automatic < GATES {
        let section = document.topic(&["validation gates", "validation", "gates", "validation loop"]);
        let place =
            manual.first().map(|gate| gate.span.clone()).or_else(|| section.map(|heading| heading.span.clone()));
        let severity = if gates.is_empty() { Error } else { Warning };
        check.findings.push(document.finding(
            severity,
            NAME,
            place,
            format!("{automatic} of at least {GATES} gates have a command{}", but_manual(manual.len())),
            "write gates as ``- L2: `command` `` below `## Validation`: without a command nothing is proven",
        ));
    }
    let levels = (1..=4).filter(|level| gates.iter().any(|gate| gate.level == *level && gate.command.is_some()));
    let levels = levels.map(|level| format!("L{level}")).collect::<Vec<_>>();
    let levels = if levels.is_empty() { String::new() } else { format!(" ({})", levels.join(" ")) };
    check.seen(format!("{automatic} with a command{levels}, {} by hand", manual.len()))
}

fn but_manual(manual: usize) -> String {
    if manual == 0 { String::new() } else { format!("; {} only in words", count(manual, "gate")) }
}
