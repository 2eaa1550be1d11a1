//! The final summary of a run: totals, time, stages, validation, commits, usage, and the exact next commands.

use std::io::{self, Write};

use super::style::{Sign, Style, Tone};
use super::text::{count, dollars, line, numbered, short_commit};
use crate::event::fold::seconds;
use crate::event::kind::{DocumentChange, ItemStatus};
use crate::event::{ItemView, RunView};
use crate::model::duration::show;
use crate::model::validation::LevelVerdict;

/// Writes the summary. Sections without content are left out.
pub fn write(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let batch = state.batch.map_or_else(|| "Run".to_owned(), |batch| format!("Batch {batch}"));
    let (word, tone) = match state.end.as_ref().map(|end| end.exit_code) {
        Some(0) => ("complete", Tone::Good),
        Some(75) => ("paused", Tone::Warning),
        Some(130 | 143) => ("stopped", Tone::Warning),
        Some(_) if state.halted.is_some() => ("paused", Tone::Warning),
        Some(_) => ("finished with open items", Tone::Warning),
        None => ("still running", Tone::Strong),
    };
    writeln!(out, "{}", style.paint(tone, &format!("{batch} {}: {word}", line(&state.command, 40))))?;
    totals(state, style, out)?;
    stages(state, style, out)?;
    open_items(state, style, out)?;
    validation(state, style, out)?;
    commits(state, out)?;
    next_steps(state, out)
}

fn totals(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let all = [
        ItemStatus::Completed,
        ItemStatus::Partial,
        ItemStatus::Failed,
        ItemStatus::Blocked,
        ItemStatus::Unproven,
        ItemStatus::Conflict,
        ItemStatus::NeedsApproval,
        ItemStatus::Cancelled,
        ItemStatus::Pending,
    ];
    let always = [ItemStatus::Completed, ItemStatus::Partial, ItemStatus::Failed, ItemStatus::Blocked];
    let counts: Vec<String> = all
        .into_iter()
        .filter(|status| always.contains(status) || state.count(*status) > 0)
        .map(|status| format!("{} {}", state.count(status), status.as_str()))
        .collect();
    writeln!(out, "\nTotal: {} ({})", numbered(state.items.len(), "item"), counts.join(", "))?;
    writeln!(out, "Time:  {}", times(state, style))?;
    for (name, counts) in [("Files", files(state)), ("Issues", issues(state))] {
        if !counts.is_empty() {
            writeln!(out, "{name}: {}", counts.join(", "))?;
        }
    }
    let usage = state.usage();
    if let Some(tokens) = usage.tokens {
        writeln!(
            out,
            "Tokens: {} ({} input, {} cache read, {} cache write, {} output)",
            count(tokens.total()),
            count(tokens.input),
            count(tokens.cache_read),
            count(tokens.cache_write),
            count(tokens.output)
        )?;
    }
    if let Some(cost) = usage.cost {
        let (about, why) = if usage.estimated { (style.mark(Sign::About), " (estimated)") } else { ("", "") };
        writeln!(out, "Cost:  {about}{}{why}", dollars(cost))?;
    }
    Ok(())
}

/// Counts the documents that were written.
fn files(state: &RunView) -> Vec<String> {
    let changes: Vec<DocumentChange> = state.items.iter().flat_map(|item| item.documents.values().copied()).collect();
    let kinds = [
        (DocumentChange::Created, "written"),
        (DocumentChange::Changed, "changed"),
        (DocumentChange::Unchanged, "unchanged"),
    ];
    counted(kinds.map(|(kind, word)| (changes.iter().filter(|change| **change == kind).count(), word)))
}

/// Counts the issues of a tracker.
fn issues(state: &RunView) -> Vec<String> {
    let all: Vec<bool> = state.items.iter().filter_map(|item| Some(item.issue.as_ref()?.1)).collect();
    let opened = all.iter().filter(|opened| **opened).count();
    counted([(opened, "opened"), (all.len() - opened, "there already")])
}

fn counted<const N: usize>(counts: [(usize, &str); N]) -> Vec<String> {
    counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect()
}

/// Sets the makespan against the lower bound of the measured times and against doing one after another.
fn times(state: &RunView, style: Style) -> String {
    let makespan = state.elapsed(None);
    let sequential: f64 = state.items.iter().map(|item| item.duration).sum();
    if sequential <= 0.0 || makespan <= 0.0 {
        return show(makespan);
    }
    format!(
        "{} (at best {}, one after another {}, {:.1}{})",
        show(makespan),
        show(lower_bound(state)),
        show(sequential),
        sequential / makespan,
        style.mark(Sign::Times)
    )
}

/// Returns the shortest time in which the measured work could be done: longest chain, or work through slots.
pub fn lower_bound(state: &RunView) -> f64 {
    let mut ends: std::collections::HashMap<&str, f64> = std::collections::HashMap::new();
    let mut work = 0.0;
    for item in &state.items {
        let before = state.edges.iter().filter(|edge| edge.to == item.info.id);
        let before = before.filter_map(|edge| ends.get(edge.from.as_str())).fold(0.0_f64, |a, b| a.max(*b));
        ends.insert(&item.info.id, before + item.duration);
        work += item.duration;
    }
    let chain = ends.values().fold(0.0_f64, |a, b| a.max(*b));
    chain.max(work / f64::from(state.jobs.max(1)))
}

fn stages(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let numbers = state.stage_numbers();
    if numbers.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nStages:")?;
    for number in numbers {
        let items: Vec<&ItemView> = state.stage_items(number).collect();
        let done = items.iter().filter(|item| item.status() == Some(ItemStatus::Completed)).count();
        let time = seconds(
            items.iter().filter_map(|item| item.started).min(),
            items.iter().filter_map(|item| item.finished).max(),
        );
        let parallel = if items.len() > 1 { ", parallel" } else { "" };
        let mark = if done == items.len() { Sign::Good } else { Sign::Warning };
        let scores: Vec<f64> = items.iter().filter_map(|item| item.score()).collect();
        let mean = scores.iter().sum::<f64>() / scores.len().max(1) as f64;
        let score = if scores.is_empty() { String::new() } else { format!(", {mean:.1}/10") };
        writeln!(
            out,
            "  {} Stage {number}: {done}/{} completed in {}{parallel}{score}",
            style.mark(mark),
            items.len(),
            show(time)
        )?;
    }
    Ok(())
}

fn open_items(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let good = |item: &&ItemView| item.status() == Some(ItemStatus::Completed);
    if state.items.iter().any(|item| item.note().is_some() || item.score().is_some()) {
        writeln!(out, "\nResults:")?;
        for item in state.items.iter().filter(good) {
            let score = item.score().map(|score| format!(" {score:.1}/10")).unwrap_or_default();
            let note = item.note().map(|note| format!(" {}", line(note, 120))).unwrap_or_default();
            writeln!(out, "  {} {}{score}{note}", style.mark(Sign::Good), line(&item.info.name, 60))?;
        }
    }
    let open: Vec<&ItemView> = state.items.iter().filter(|item| !good(item)).collect();
    if open.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nNot completed:")?;
    for item in open {
        let status = item.status().unwrap_or(ItemStatus::Pending);
        let mark = if status == ItemStatus::Failed { Sign::Bad } else { Sign::Warning };
        let why = if item.reason.is_empty() { String::new() } else { format!(": {}", line(&item.reason, 200)) };
        writeln!(out, "  {} {} {}{why}", style.mark(mark), line(&item.info.name, 60), status.as_str())?;
    }
    Ok(())
}

fn validation(state: &RunView, style: Style, out: &mut dyn Write) -> io::Result<()> {
    if state.items.iter().all(|item| item.validations.is_empty()) {
        return Ok(());
    }
    writeln!(out, "\nValidation:")?;
    for item in state.items.iter().filter(|item| !item.validations.is_empty()) {
        writeln!(out, "  {}: {}", line(&item.info.name, 60), verdict(item, style))?;
    }
    Ok(())
}

/// Says how validation of an item went, such as `✓ All levels passed` or `⚠ Level 3 failed (tests)`.
pub fn verdict(item: &ItemView, style: Style) -> String {
    let of = |wanted: LevelVerdict| item.validations.iter().filter(move |(_, (verdict, _))| *verdict == wanted);
    if let Some(((phase, level), _)) = of(LevelVerdict::Failed).next() {
        return format!("{} Level {level} failed ({}) in phase {phase}", style.mark(Sign::Warning), level_word(*level));
    }
    let mut notes = Vec::new();
    for (wanted, word) in [(LevelVerdict::Manual, "to be checked by a person"), (LevelVerdict::Skipped, "skipped")] {
        let mut levels: Vec<u8> = of(wanted).map(|((_, level), _)| *level).collect();
        levels.sort_unstable();
        levels.dedup();
        if !levels.is_empty() {
            let names: Vec<String> = levels.iter().map(|level| format!("L{level}")).collect();
            notes.push(format!("{} {word}", names.join(", ")));
        }
    }
    let passed = of(LevelVerdict::Passed).count();
    match (passed, notes.is_empty()) {
        (0, _) => format!("{} nothing was run: {}", style.mark(Sign::Info), notes.join("; ")),
        (_, true) => format!("{} All levels passed", style.mark(Sign::Good)),
        (_, false) => format!("{} {} passed; {}", style.mark(Sign::Good), numbered(passed, "check"), notes.join("; ")),
    }
}

fn level_word(level: u8) -> &'static str {
    match level {
        1 => "structure",
        2 => "syntax",
        3 => "tests",
        _ => "integration",
    }
}

fn commits(state: &RunView, out: &mut dyn Write) -> io::Result<()> {
    let commits: Vec<_> = state.items.iter().flat_map(|item| &item.checkpoints).collect();
    if commits.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nCheckpoints:")?;
    for fact in commits.iter().take(200) {
        writeln!(out, "  {} {}", short_commit(&fact.commit), line(&fact.subject, 100))?;
    }
    if commits.len() > 200 {
        writeln!(out, "  and {} more", commits.len() - 200)?;
    }
    Ok(())
}

fn next_steps(state: &RunView, out: &mut dyn Write) -> io::Result<()> {
    let Some(end) = &state.end else { return Ok(()) };
    let steps: Vec<&String> = end.next.iter().chain(&end.resume).collect();
    if let Some(reason) = &state.halted {
        writeln!(out, "\nPaused: {}", line(reason, 400))?;
    }
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nNext:")?;
    for step in steps {
        writeln!(out, "  {}", line(step, 400))?;
    }
    Ok(())
}
