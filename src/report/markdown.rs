//! A run as Markdown, for pull requests and summaries of CI.

use std::io::{self, Write};

use super::checks::verdict;
use super::style::Style;
use super::text::{count, dollars, line, short_commit};
use crate::event::RunView;
use crate::event::kind::ItemStatus;
use crate::model::duration::show;

/// Writes the report.
pub fn write(state: &RunView, out: &mut dyn Write) -> io::Result<()> {
    let batch = state.batch.map(|batch| format!(" of batch {batch}")).unwrap_or_default();
    writeln!(out, "# {}{batch}\n", cell(&state.command))?;
    let usage = state.usage();
    let mut facts = vec![
        format!("{} of {} completed", state.count(ItemStatus::Completed), state.items.len()),
        show(state.elapsed(None)),
    ];
    facts.extend(usage.tokens.map(|tokens| format!("{} tokens", count(tokens.total()))));
    facts.extend(usage.cost.map(dollars));
    writeln!(out, "{}. Run `{}`.\n", facts.join(", "), cell(&state.run))?;
    writeln!(out, "| stage | item | status | time | validation | commits |\n|---|---|---|---|---|---|")?;
    for stage in state.stage_numbers() {
        for item in state.stage_items(stage) {
            let status = item.status().unwrap_or(ItemStatus::Pending);
            let why = if item.reason.is_empty() { String::new() } else { format!(": {}", item.reason) };
            let commits: Vec<String> =
                item.checkpoints.iter().map(|fact| format!("`{}`", short_commit(&fact.commit))).collect();
            let checked = if item.validations.is_empty() { String::new() } else { verdict(item, Style::PLAIN) };
            writeln!(
                out,
                "| {stage} | {} | {}{} | {} | {} | {} |",
                cell(&item.info.name),
                status.as_str(),
                cell(&why),
                show(item.duration),
                cell(&checked),
                commits.join(" ")
            )?;
        }
    }
    Ok(())
}

/// Makes text safe within a cell of a table.
fn cell(text: &str) -> String {
    line(text, 300).replace('|', "\\|").replace('<', "&lt;").replace('`', "'")
}
