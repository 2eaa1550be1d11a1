//! `clean`: removes worktrees and branches of items that are merged, and nothing else.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::batch::repository;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::ExitCode;
use crate::host::git::upkeep::clean;
use crate::model::duration;
use crate::report::style::Sign;
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

/// What `clean --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct Cleaning {
    /// Nothing was removed; this is what would be.
    dry_run: bool,
    removed: Vec<Removed>,
    kept: Vec<Kept>,
}

#[derive(Serialize, JsonSchema)]
struct Removed {
    branch: String,
    /// Worktree that went with it.
    path: Option<PathBuf>,
    /// Where the branch was, for those who want it back.
    commit: String,
}

#[derive(Serialize, JsonSchema)]
struct Kept {
    branch: String,
    reason: String,
}

impl Cleaning {
    fn of(cleaned: clean::Cleaned, dry_run: bool) -> Self {
        let removed = |it: clean::Removed| Removed { branch: it.branch, path: it.path, commit: it.commit };
        let kept = |(branch, reason)| Kept { branch, reason };
        Self {
            dry_run,
            removed: cleaned.removed.into_iter().map(removed).collect(),
            kept: cleaned.kept.into_iter().map(kept).collect(),
        }
    }
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let repo = repository::open(context, &context.config()?)?;
    let cleaned = clean::clean(&repo, args.older_than, args.dry_run)?;
    if context.globals.json {
        context.terminal.document(Cleaning::of(cleaned, args.dry_run))?;
        return Ok(ExitCode::Done);
    }
    let (style, out) = (context.terminal.style, &mut context.terminal.out);
    let word = if args.dry_run { "would remove" } else { "removed" };
    for removed in &cleaned.removed {
        let folder = removed.path.as_ref().map(|path| format!(" and {}", path.display())).unwrap_or_default();
        let commit = short_commit(&removed.commit);
        writeln!(out, "{} {word} {} ({commit}){folder}", style.mark(Sign::Good), removed.branch)?;
    }
    for (branch, reason) in &cleaned.kept {
        writeln!(out, "{} kept {branch}: {}", style.mark(Sign::Info), line(reason, 160))?;
    }
    if cleaned.removed.is_empty() && cleaned.kept.is_empty() {
        writeln!(out, "nothing to remove")?;
    }
    Ok(ExitCode::Done)
}
