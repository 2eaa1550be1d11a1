//! Checks of the sections that people read: problem, solution, acceptance, testing, risks.

use super::head::count;
use crate::review::check::Check;
use crate::review::document::ReviewedPrp;
use crate::review::finding::FindingSeverity::{Info, Warning};

pub(super) fn problem(document: &ReviewedPrp<'_>) -> Check {
    let phrases = &[
        "problem",
        "motivation",
        "background",
        "root cause",
        "^why",
        "=context",
        "^current state",
        "^tldr",
        "^tl dr",
        "=feature",
        "^goal",
        "^purpose",
        "^executive summary",
        "overview",
        "^summary",
    ];
    prose(document, "problem", phrases, "add `## Problem`: what is wrong today, for whom, and how one sees it")
}

pub(super) fn solution(document: &ReviewedPrp<'_>) -> Check {
    let phrases = &[
        "solution",
        "^proposal",
        "proposed approach",
        "^approach",
        "^design",
        "technical design",
        "=architecture",
        "desired state",
        "target state",
        "=what",
        "^tldr",
        "^tl dr",
        "=feature",
        "^goal",
        "^executive summary",
        "implementation blueprint",
        "implementation strategy",
        "overview",
    ];
    prose(document, "solution", phrases, "add `## Solution`: what will be built and why this way")
}

fn prose(document: &ReviewedPrp<'_>, name: &'static str, phrases: &[&str], way: &str) -> Check {
    let mut check = Check::new(name, 1.0);
    let Some(heading) = document.topic(phrases) else {
        check.findings.push(document.finding(Warning, name, None, format!("no section states the {name}"), way));
        return check.seen("no such section");
    };
    check.points = 0.5;
    check.award(0.5, document.says_something(heading), || {
        let text = format!("`{}` says next to nothing", heading.title);
        document.finding(Warning, name, Some(heading.span.clone()), text, way)
    });
    check.seen(at(document, heading))
}

pub(super) fn acceptance(document: &ReviewedPrp<'_>) -> Check {
    const NAME: &str = "acceptance";
    let mut check = Check::new(NAME, 1.0);
    let phrases = [
        "acceptance criteria",
        "acceptance",
        "success criteria",
        "definition of done",
        "success metrics",
        "=done when",
    ];
    let way = "list at least three things under `## Acceptance Criteria` that can be seen to be true or not";
    let Some(heading) = document.topic(&phrases) else {
        check.findings.push(document.finding(Warning, NAME, None, "no acceptance criteria", way));
        return check.seen("no such section");
    };
    let entries = document.entries(heading);
    check.points = match entries {
        0 => 0.4,
        1 | 2 => 0.7,
        _ => 1.0,
    };
    if entries < 3 {
        let text = format!("`{}` lists {}", heading.title, count_criteria(entries));
        check.findings.push(document.finding(Warning, NAME, Some(heading.span.clone()), text, way));
    }
    check.seen(format!("{}, {}", at(document, heading), count_criteria(entries)))
}

fn count_criteria(number: usize) -> String {
    if number == 1 { "1 criterion".to_owned() } else { format!("{number} criteria") }
}

pub(super) fn testing(document: &ReviewedPrp<'_>) -> Check {
    const NAME: &str = "testing";
    let mut check = Check::new(NAME, 1.0);
    let phrases = ["testing strategy", "test strategy", "test plan", "testing", "tests", "test", "^validation loop"];
    let way = "add `## Testing Strategy`: what is tested at which level, and the command that runs it";
    if let Some(heading) = document.topic(&phrases) {
        check.points = 0.5;
        check.award(0.5, document.says_something(heading), || {
            let text = format!("`{}` says next to nothing", heading.title);
            document.finding(Warning, NAME, Some(heading.span.clone()), text, way)
        });
        return check.seen(at(document, heading));
    }
    let phase = document.prp.phases.iter().find(|phase| phase.title.to_lowercase().contains("test"));
    check.points = if phase.is_some() { 0.5 } else { 0.0 };
    let text = phase.map_or_else(
        || "nothing says how the work is tested".to_owned(),
        |phase| format!("only phase {} is about tests", phase.label),
    );
    let span = phase.map(|phase| phase.heading.clone());
    check.findings.push(document.finding(Warning, NAME, span, text.clone(), way));
    check.seen(text)
}

pub(super) fn risks(document: &ReviewedPrp<'_>) -> Check {
    const NAME: &str = "risks";
    let mut check = Check::new(NAME, 1.0);
    let phrases = [
        "risks",
        "risk",
        "gotchas",
        "=edge cases",
        "mitigations",
        "rollback plan",
        "rollback",
        "common pitfalls",
        "pitfalls",
    ];
    let way = "add `## Risks & Mitigations` with a line per risk: what may go wrong and what is done about it";
    let Some(heading) = document.topic(&phrases) else {
        check.findings.push(document.finding(Info, NAME, None, "no section names risks", way));
        return check.seen("no such section");
    };
    check.points = 0.5;
    check.award(0.5, document.entries(heading) > 0 || document.says_something(heading), || {
        let text = format!("`{}` does not say what may go wrong", heading.title);
        document.finding(Info, NAME, Some(heading.span.clone()), text, way)
    });
    check.seen(format!("{}, {}", at(document, heading), count(document.entries(heading), "item")))
}

fn at(document: &ReviewedPrp<'_>, heading: &crate::review::outline::SectionHeading) -> String {
    format!("`{}` in line {}", heading.title, document.line(heading.span.start))
}
