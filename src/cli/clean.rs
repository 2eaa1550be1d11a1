//! `clean`: removes worktrees and branches of items that are merged, and nothing else.

use std::io::Write;
use std::time::Duration;

use serde_json::json;

use super::context::Context;
use super::failure::Outcome;
use super::repository;
use crate::error::ExitCode;
use crate::event::SCHEMA_VERSION;
use crate::host::git::clean;
use crate::model::duration;
use crate::report::style::Mark;
use crate::report::text::{line, short_commit};

/// Remove worktrees and branches of merged items
#[derive(clap::Args)]
pub struct Args {
    /// Only what has not changed for so long
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration::parse)]
    older_than: Duration,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let repo = repository::open(context, &context.config()?)?;
    let cleaned = clean::clean(&repo, args.older_than, args.dry_run)?;
    let (style, out) = (context.terminal.style, &mut context.terminal.out);
    if context.globals.json {
        let removed: Vec<_> = cleaned
            .removed
            .iter()
            .map(|removed| json!({"branch": removed.branch, "path": removed.path, "commit": removed.commit}))
            .collect();
        let kept: Vec<_> =
            cleaned.kept.iter().map(|(branch, reason)| json!({"branch": branch, "reason": reason})).collect();
        let document =
            json!({"schema_version": SCHEMA_VERSION, "dry_run": args.dry_run, "removed": removed, "kept": kept});
        writeln!(out, "{document}")?;
        return Ok(ExitCode::Done);
    }
    let word = if args.dry_run { "would remove" } else { "removed" };
    for removed in &cleaned.removed {
        let folder = removed.path.as_ref().map(|path| format!(" and {}", path.display())).unwrap_or_default();
        let commit = short_commit(&removed.commit);
        writeln!(out, "{} {word} {} ({commit}){folder}", style.mark(Mark::Good), removed.branch)?;
    }
    for (branch, reason) in &cleaned.kept {
        writeln!(out, "{} kept {branch}: {}", style.mark(Mark::Info), line(reason, 160))?;
    }
    if cleaned.removed.is_empty() && cleaned.kept.is_empty() {
        writeln!(out, "nothing to remove")?;
    }
    Ok(ExitCode::Done)
}
