//! The checks of executed work.

use super::criteria::criteria;
use super::diff::{Leftover, added, leftover};
use super::facts::{PhaseFacts, WorkFacts};
use crate::model::phase::Phase;
use crate::model::prp::Prp;
use crate::model::validation::{LevelVerdict, ValidationRecord};
use crate::review::check::{Check, Review};
use crate::review::document::ReviewedPrp;
use crate::review::drift::{DriftLevel, drift};
use crate::review::finding::Finding;
use crate::review::finding::FindingSeverity::{Error, Info, Warning};

/// Reviews executed work by what git shows.
///
/// | check | points | given for |
/// |---|---|---|
/// | `commits` | 3 | the share of phases that have a checkpoint |
/// | `validation` | 3 | the share of phases with no failed level whose record, or that of a later phase, has a passed one; half where nothing ran |
/// | `files` | 2 | changed files as declared; half up to 15 % drift, nothing above |
/// | `criteria` | 1 | the share of ticked acceptance criteria; half when none is ticked; all of it when the PRP has no boxes |
/// | `guard` | 0 | nothing: what stands against the merge is an error, whatever the score |
/// | `leftovers` | 1 | no conflict markers and no `TODO`, `FIXME`, `XXX` in added lines; half for up to three words |
pub fn executed(prp: &Prp, facts: &WorkFacts) -> Review {
    let document = ReviewedPrp::new(prp);
    Review::new(vec![
        commits(&document, facts),
        validation(&document, facts),
        files(&document, facts),
        boxes(&document),
        leftovers(&document, facts),
        guard(&document, facts),
    ])
}

fn of(facts: &WorkFacts, phase: &Phase) -> Option<PhaseFacts> {
    facts.phases.iter().find(|facts| facts.ordinal == phase.ordinal && facts.commit.is_some()).cloned()
}

fn commits(document: &ReviewedPrp<'_>, facts: &WorkFacts) -> Check {
    const MOST: f64 = 3.0;
    let mut check = Check::new("commits", MOST);
    let phases = &document.prp.phases;
    let mut done = 0;
    for phase in phases {
        check.award(MOST / phases.len() as f64, of(facts, phase).is_some(), || {
            document.finding(
                Error,
                "missing_commit",
                Some(phase.heading.clone()),
                format!("phase {} has no checkpoint commit", phase.label),
                resume(document),
            )
        });
        done += usize::from(of(facts, phase).is_some());
    }
    if phases.is_empty() {
        let way = "add phases to the PRP: without them nothing tells what was to be done";
        check.findings.push(document.finding(Error, "missing_commit", None, "the PRP has no phases", way));
    }
    check.seen(format!("{done} of {} phases have a checkpoint", phases.len()))
}

fn validation(document: &ReviewedPrp<'_>, facts: &WorkFacts) -> Check {
    const MOST: f64 = 3.0;
    let mut check = Check::new("validation", MOST);
    let phases = &document.prp.phases;
    let share = MOST / phases.len().max(1) as f64;
    let mut passed = 0;
    let mut nothing = Vec::new();
    // Later phases are validated with the work of the earlier ones beneath them.
    let ran = |record: &ValidationRecord| {
        record.passed()
            && record.levels.iter().any(|level| matches!(level.result, LevelVerdict::Passed | LevelVerdict::Flaky))
    };
    let proven =
        phases.iter().filter(|phase| of(facts, phase).and_then(|found| found.validation).is_some_and(|r| ran(&r)));
    let proven = proven.map(|phase| phase.ordinal).max();
    for (phase, found) in phases.iter().filter_map(|phase| of(facts, phase).map(|found| (phase, found))) {
        let place = Some(phase.heading.clone());
        let Some(record) = found.validation else {
            let text = format!("phase {} has a commit but no validation record", phase.label);
            check.findings.push(document.finding(Error, "not_validated", place, text, resume(document)));
            continue;
        };
        if let Some(failed) = record.failure() {
            let last = failed.errors.last().map(|error| format!(": {}", first_line(error))).unwrap_or_default();
            let text = format!("level {} of phase {} failed{last}", failed.level, phase.label);
            check.findings.push(document.finding(Error, "validation_failed", place, text, resume(document)));
        } else if proven.is_some_and(|last| phase.ordinal <= last) {
            passed += 1;
            check.points += share;
        } else {
            check.points += share / 2.0;
            nothing.push(phase);
        }
    }
    if let Some(first) = nothing.first() {
        let labels = nothing.iter().map(|phase| phase.label.as_str()).collect::<Vec<_>>().join(", ");
        let text = format!("nothing ran to validate phase {labels}");
        let way = "configure commands under `[validate]`, or give the PRP gates with commands";
        check.findings.push(document.finding(Warning, "nothing_validated", Some(first.heading.clone()), text, way));
    }
    check.seen(format!("{passed} of {} phases are validated", phases.len()))
}

fn files(document: &ReviewedPrp<'_>, facts: &WorkFacts) -> Check {
    let mut check = Check::new("files", 2.0);
    if document.prp.files.is_empty() {
        check.points = 1.0;
        let way = "list the files under `files_modified:`";
        let text = format!("{} files changed and none was declared", facts.files.len());
        check.findings.push(document.finding(Info, "undeclared_files", None, text, way));
        return check.seen("nothing to compare with");
    }
    let drift = drift(&document.prp.files, &facts.files);
    check.points = match drift.level {
        DriftLevel::Healthy => 2.0,
        DriftLevel::Warning => 1.0,
        DriftLevel::Critical => 0.0,
    };
    let key = document.key(&["files_modified", "files"]);
    for file in &drift.missing {
        let place = document.find(file).or_else(|| key.clone());
        let way = "change it, or take it off the list when it was not needed";
        let text = format!("`{file}` is declared but was not changed");
        check.findings.push(document.finding(Warning, "unchanged_file", place, text, way));
    }
    for file in &drift.extra {
        let way = "add it to `files_modified:` when it belongs to the work, else revert it";
        let text = format!("`{file}` was changed but is not declared");
        check.findings.push(document.finding(Warning, "undeclared_file", key.clone(), text, way));
    }
    check.seen(format!("drift {:.1} %, {}", drift.ratio * 100.0, drift.level.as_str()))
}

fn boxes(document: &ReviewedPrp<'_>) -> Check {
    let mut check = Check::new("criteria", 1.0);
    let criteria = criteria(document);
    if criteria.is_empty() {
        check.points = 1.0;
        return check.seen("no boxes to tick");
    }
    let ticked = criteria.iter().filter(|criterion| criterion.ticked).count();
    if ticked == 0 {
        // Where nobody ticks boxes they say nothing about the work: neither met nor open.
        check.points = 0.5;
        let text = format!("none of the {} acceptance criteria is ticked", criteria.len());
        let way = "look whether they are met, then tick them or finish the work";
        let place = criteria.first().map(|criterion| criterion.span.clone());
        check.findings.push(document.finding(Info, "unticked_criteria", place, text, way));
        return check.seen("no box is ticked");
    }
    let share = 1.0 / criteria.len() as f64;
    for criterion in &criteria {
        check.award(share, criterion.ticked, || {
            let text = format!("not ticked: {}", first_line(&criterion.text));
            let way = "look whether it is met, then tick it or finish the work";
            document.finding(Warning, "open_criterion", Some(criterion.span.clone()), text, way)
        });
    }
    check.seen(format!("{ticked} of {} ticked", criteria.len()))
}

fn leftovers(document: &ReviewedPrp<'_>, facts: &WorkFacts) -> Check {
    let mut check = Check::new("leftovers", 1.0);
    let mut conflicts = 0;
    let mut words = 0;
    let lines = added(&facts.diff);
    for line in &lines {
        // The PRP itself may speak of markers.
        let Some(left) = leftover(line.text).filter(|_| line.file != document.file) else { continue };
        let (severity, category, text, way) = match left {
            Leftover::Conflict => {
                conflicts += 1;
                (Error, "conflict_marker", "a conflict marker was committed".to_owned(), "resolve the conflict")
            }
            Leftover::Word(word) => {
                words += 1;
                (Warning, "leftover", format!("`{word}` in an added line"), "finish it, or make a PRP of it")
            }
        };
        check.findings.push(Finding {
            severity,
            category: category.to_owned(),
            file: line.file.clone(),
            line: Some(line.line),
            description: text,
            suggestion: way.to_owned(),
            span: None,
        });
    }
    check.points = match (conflicts, words) {
        (0, 0) => 1.0,
        (0, 1..=3) => 0.5,
        _ => 0.0,
    };
    check.seen(format!("{conflicts} conflict markers and {words} notes in {} added lines", lines.len()))
}

fn guard(document: &ReviewedPrp<'_>, facts: &WorkFacts) -> Check {
    let mut check = Check::new("guard", 0.0);
    for objection in &facts.objections {
        check.findings.push(Finding {
            severity: Error,
            category: objection.rule.clone(),
            file: objection.path.clone(),
            line: objection.line,
            description: objection.reason.clone(),
            suggestion: format!("look at it and approve it, `batchprp approve {}`, or take it back", document.name),
            span: None,
        });
    }
    let mut check = check.seen(format!("{} findings", facts.objections.len()));
    check.passed = facts.objections.is_empty();
    check
}

fn resume(document: &ReviewedPrp<'_>) -> String {
    format!("run `batchprp exe {}`: it goes on with the first phase that is not proven", document.name)
}

fn first_line(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    line.chars().take(160).collect()
}
