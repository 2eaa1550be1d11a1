//! `approve`: a person looks at what the guard found and lets the item be merged.

use std::io::Write;

use super::item::Item;
use crate::cli::batch::launch;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::evidence::guard::RULES;
use crate::report::text::{line, numbered, short_commit};
use crate::run;

/// Approve what the guard found, so that an item is merged
///
/// Shows the findings and records the approval with your git identity, for this very commit. The next `exe` merges the item; `--merge` does so at once.
#[derive(clap::Args)]
pub struct Args {
    /// PRP that waits
    item: String,
    /// Approve only the findings of this rule (may be given several times)
    #[arg(long, value_name = "RULE")]
    rule: Vec<String>,
    /// Why it is right, for those who look at the history
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Merge the item now
    #[arg(long)]
    merge: bool,
    /// Show what was found and approve nothing
    #[arg(long, conflicts_with_all = ["merge", "reason", "rule"])]
    show: bool,
    /// Batch, where the id of the item does not name it
    #[arg(long, value_name = "ID")]
    batch: Option<u32>,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let item = Item::read(&args.item, args.batch)?;
    let id = &item.id;
    if let Some(unknown) = args.rule.iter().find(|rule| !RULES.iter().any(|known| known.id == **rule)) {
        let known = RULES.map(|rule| rule.id).join(", ");
        let error = Error::new(ExitCode::Usage, format!("there is no rule `{unknown}`"));
        return Err(error.help(format!("rules are {known}")).into());
    }
    let config = context.config()?;
    let waiting = run::waiting(launch::settings(context, &config)?, id, item.number())?;
    let out = &mut context.terminal.out;
    if waiting.findings.is_empty() {
        writeln!(out, "nothing stands against the merge of {id}")?;
        return Ok(ExitCode::Done);
    }
    for finding in &waiting.findings {
        let place = finding.line.map_or_else(|| finding.path.clone(), |line| format!("{}:{line}", finding.path));
        writeln!(out, "{}: {place}: {}", finding.rule, line(&finding.reason, 300))?;
        if let Some(excerpt) = &finding.excerpt {
            writeln!(out, "    {}", line(excerpt, 200))?;
        }
    }
    writeln!(out, "\nlook at all of it: git diff {}...{}", run::batch_branch(item.number()), id.branch())?;
    if args.show {
        writeln!(out, "to let it be merged: batchprp approve {id}")?;
        return Ok(ExitCode::Done);
    }
    let approval = run::approve(&waiting, &args.rule, args.reason.clone())?;
    let count = numbered(approval.findings.len(), "finding");
    writeln!(out, "{count} approved by {} for {}", line(&approval.by, 80), short_commit(&waiting.tip))?;
    if !args.merge {
        writeln!(out, "to merge it: batchprp {}", item.next().join(" "))?;
        return Ok(ExitCode::Done);
    }
    out.flush()?;
    item.go_on(context)
}
