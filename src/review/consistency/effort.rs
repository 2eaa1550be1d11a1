//! Estimates that cannot be right, and PRPs that nothing proves.

use super::batch::Batch;
use crate::model::prp::Complexity;
use crate::review::finding::{Finding, FindingSeverity::Warning};

const MOST_HOURS: f64 = 40.0;
const LEAST_HOURS_OF_HIGH: f64 = 2.0;

pub(super) fn check(batch: &Batch<'_>, findings: &mut Vec<Finding>) {
    for document in &batch.documents {
        let prp = document.prp;
        let name = &document.name;
        let place = || document.key(&["estimated_hours", "effort_hours", "hours"]);
        if let Some(hours) = prp.hours.filter(|hours| *hours > MOST_HOURS) {
            let text = format!("{name} is estimated at {hours} hours, more than {MOST_HOURS}");
            let way = "split it into PRPs that can be reviewed and merged on their own";
            findings.push(document.finding(Warning, "large_estimate", place(), text, way));
        }
        if let (Some(Complexity::High), Some(hours)) = (prp.complexity, prp.hours)
            && hours < LEAST_HOURS_OF_HIGH
        {
            let text = format!("{name} is of high complexity but estimated at {hours} hours");
            let way = "raise `estimated_hours`, or lower `complexity` when it is simple after all";
            findings.push(document.finding(Warning, "small_estimate", place(), text, way));
        }
        // What a list of another tool does not say, its reader has said with what is assumed instead.
        let is_told = prp.origin.is_some() && prp.gates.is_empty();
        if !is_told && !prp.text.is_empty() && prp.gates.iter().all(|gate| gate.command.is_none()) {
            let text = match prp.gates.len() {
                0 => format!("{name} has no validation gates"),
                gates => format!("{name} has {gates} validation gates but no command in them"),
            };
            let place =
                document.topic(&["validation gates", "validation", "gates"]).map(|heading| heading.span.clone());
            let way = "add gates as ``- L3: `command` `` below `## Validation`";
            findings.push(document.finding(Warning, "missing_gates", place, text, way));
        }
    }
}
