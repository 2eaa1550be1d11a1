//! `approve`: a person looks at what the guard found and lets the item be merged.

use std::io::Write;
use std::process::Command;

use crate::cli::batch::launch;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::evidence::guard::RULES;
use crate::model::id::{BatchId, PrpId};
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
    let id: PrpId = args
        .item
        .parse()
        .map_err(|error| Error::new(ExitCode::Usage, format!("{error}")).help("such as `PRP-47.2.1`"))?;
    if let Some(unknown) = args.rule.iter().find(|rule| !RULES.iter().any(|known| known.id == **rule)) {
        let known = RULES.map(|rule| rule.id).join(", ");
        let error = Error::new(ExitCode::Usage, format!("there is no rule `{unknown}`"));
        return Err(error.help(format!("rules are {known}")).into());
    }
    let batch = args.batch.map(BatchId).or_else(|| id.batch());
    let config = context.config()?;
    let waiting = run::waiting(launch::settings(context, &config)?, &id, batch.map(|batch| batch.0))?;
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
    writeln!(out, "\nlook at all of it: git diff {}...{}", run::batch_branch(batch.map(|b| b.0)), id.branch())?;
    if args.show {
        writeln!(out, "to let it be merged: batchprp approve {id}")?;
        return Ok(ExitCode::Done);
    }
    let approval = run::approve(&waiting, &args.rule, args.reason.clone())?;
    let count = numbered(approval.findings.len(), "finding");
    writeln!(out, "{count} approved by {} for {}", line(&approval.by, 80), short_commit(&waiting.tip))?;
    let mut words = vec!["exe".to_owned(), "--prps".to_owned(), id.to_string()];
    words.extend(batch.iter().flat_map(|batch| ["--batch".to_owned(), batch.to_string()]));
    if !args.merge {
        writeln!(out, "to merge it: batchprp {}", words.join(" "))?;
        return Ok(ExitCode::Done);
    }
    out.flush()?;
    let program = std::env::current_exe()
        .map_err(|error| Error::new(ExitCode::Internal, format!("cannot find this program: {error}")))?;
    let status = Command::new(program).arg("-C").arg(&context.root).args(&words).status();
    let status =
        status.map_err(|error| Error::new(ExitCode::Internal, format!("cannot start this program: {error}")))?;
    if status.success() {
        return Ok(ExitCode::Done);
    }
    Err(Error::new(ExitCode::Unfinished, format!("the merge of `{id}` is not completed"))
        .help(format!("go on with: batchprp {}", words.join(" ")))
        .into())
}
