//! A run as Markdown, for pull requests and summaries of CI.

use std::io::{self, Write};

use super::checks;
use super::failure;
use super::text::{block, count, dollars, line, short_commit};
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView};
use crate::model::duration::show;

/// Writes the report.
pub fn write(state: &RunView, out: &mut dyn Write) -> io::Result<()> {
    let batch = state.batch.map(|batch| format!(" of batch {batch}")).unwrap_or_default();
    writeln!(out, "# {}{batch}\n", cell(&state.command))?;
    let usage = state.usage();
    let mut facts: Vec<String> = Vec::new();
    if state.interrupted.is_some() {
        facts.push("Interrupted: its process is gone".to_owned());
    }
    facts.extend([
        format!("{} of {} completed", state.count(ItemStatus::Completed), state.items.len()),
        show(state.elapsed(None)),
    ]);
    facts.extend(usage.tokens.map(|tokens| format!("{} tokens", count(tokens.total()))));
    facts.extend(usage.cost.map(dollars));
    writeln!(out, "{}. Run `{}`.\n", facts.join(", "), cell(&state.run))?;
    writeln!(out, "| stage | item | status | phases | checks | score | time | tokens | cost | commits |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|---|")?;
    for stage in state.stage_numbers() {
        for item in state.stage_items(stage) {
            writeln!(out, "| {stage} | {} |", row(item).join(" | "))?;
        }
    }
    for item in state.items.iter().filter(|item| item.status() != Some(ItemStatus::Completed)) {
        open(item, state, out)?;
    }
    next_steps(state, out)
}

fn row(item: &ItemView) -> [String; 9] {
    let why = if item.reason.is_empty() { String::new() } else { format!(": {}", item.reason.trim_end_matches(':')) };
    let commits: Vec<String> =
        item.checkpoints.iter().map(|fact| format!("`{}`", short_commit(&fact.commit))).collect();
    let phases = item.info.phases;
    [
        cell(&item.info.name),
        format!("{}{}", item.standing.words(), cell(&why)),
        if phases > 0 { format!("{}/{phases}", item.done_phases()) } else { String::new() },
        cell(&checks::short(item)),
        item.score().map(|score| format!("{score:.1}/10")).unwrap_or_default(),
        show(item.duration),
        item.usage.tokens.map(|tokens| count(tokens.total())).unwrap_or_default(),
        item.usage.cost.map(dollars).unwrap_or_default(),
        commits.join(" "),
    ]
}

/// Says of an item that did not complete what was said about it, and what comes next.
fn open(item: &ItemView, state: &RunView, out: &mut dyn Write) -> io::Result<()> {
    let Some(next) = failure::next(item, state) else { return Ok(()) };
    writeln!(out, "\n## {} {}\n", cell(&item.info.name), item.standing.words())?;
    if !item.reason.is_empty() {
        writeln!(out, "{}\n", cell(&item.reason))?;
    }
    if let Some(words) = &item.last_words {
        let said = words.lines.iter().map(|said| block(said)).collect::<Vec<_>>().join("\n");
        fenced(&said, out)?;
        if let Some(file) = &words.file {
            writeln!(out, "Whole output: `{}`\n", cell(file))?;
        }
    }
    writeln!(out, "Next: `{}`", cell(&next))
}

fn next_steps(state: &RunView, out: &mut dyn Write) -> io::Result<()> {
    let steps = state.end.iter().flat_map(|end| &end.next).chain(state.resume());
    let steps: Vec<String> = steps.map(|step| line(step, 400)).collect();
    if steps.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Next\n")?;
    fenced(&steps.join("\n"), out)
}

/// Writes text as it is: its fence is longer than any within it.
fn fenced(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// Makes text safe within a cell of a table.
fn cell(text: &str) -> String {
    line(text, 300).replace('|', "\\|").replace('<', "&lt;").replace('`', "'")
}
