//! `resolve`: a person finishes a merge that was parked because of a conflict.

use std::collections::BTreeMap;
use std::io::Write;

use super::item::Item;
use super::{editing, intents};
use crate::cli::batch::{launch, repository};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::config::Config;
use crate::error::{Error, ExitCode, Result};
use crate::host::git::merge::clash::{self, Clash};
use crate::host::git::merge::probe;
use crate::host::git::plumbing::notes;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::Prepared;
use crate::host::git::workspace::resolve;
use crate::host::process::command_line::command_line;
use crate::host::process::{self, Marker};
use crate::host::redact::Secrets;
use crate::host::stop::StopToken;
use crate::host::validate::{self, Validation};
use crate::model::id::PrpId;
use crate::model::validation::{LevelVerdict, ValidationRecord};
use crate::report::text::{line, numbered};
use crate::run::{batch_branch, documents};

/// Finish a merge that was parked because of a conflict
///
/// The first call puts the merge into the item's workspace with conflict markers and says where, which items clash, what each of them is for, and where in the files. After editing, `--continue` validates the result and completes the merge.
#[derive(clap::Args)]
pub struct Args {
    /// PRP whose merge is parked
    item: String,
    /// Take the edited files, validate them and complete the merge
    #[arg(long = "continue", conflicts_with = "abort")]
    go_on: bool,
    /// Park the merge again; what was edited is saved
    #[arg(long)]
    abort: bool,
    /// Open the files that clash in your editor, as git finds it
    #[arg(long, conflicts_with_all = ["go_on", "abort", "tool"])]
    edit: bool,
    /// Open them in a merge tool: this one, or that of `merge.tool` in git's configuration
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "", conflicts_with_all = ["go_on", "abort"])]
    tool: Option<String>,
    /// Batch, where the id of the item does not name it
    #[arg(long, value_name = "ID")]
    batch: Option<u32>,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let item = Item::read(&args.item, args.batch)?;
    let id = &item.id;
    let config = context.config()?;
    let repo = repository::open(context, &config)?;
    let parked = resolve::find(&repo, &id.branch())?;
    if args.abort {
        return abort(&repo, &parked, context);
    }
    if args.go_on {
        return go_on(&repo, &parked, &item, &config, context);
    }
    let into = batch_branch(item.number());
    if repo.tip(&into)?.is_some() && probe::conflicts(&repo, &parked.branch, &into)?.is_empty() {
        let next = command_line(["batchprp".to_owned()].iter().chain(&item.next()));
        let out = &mut context.terminal.out;
        writeln!(out, "nothing to resolve: `{}` does not conflict with `{into}`", parked.branch)?;
        writeln!(out, "mend what is wrong in {}, commit, then: {next}", parked.path.display())?;
        writeln!(out, "or carry out by hand what is left of it: batchprp take {id}")?;
        return Ok(ExitCode::Done);
    }
    let files = resolve::start(&repo, &parked, &into)?;
    explain(&repo, &parked, &item, &files, &config, context)?;
    if !files.is_empty() && (args.edit || args.tool.is_some()) {
        context.terminal.out.flush()?;
        if let Some(name) = &args.tool {
            editing::merge_tool(&repo, &parked.path, &files, Some(name.as_str()).filter(|name| !name.is_empty()))?;
        } else {
            editing::edit(&repo, &parked.path, &files)?;
        }
        if resolve::check(&repo, &parked).is_ok() {
            writeln!(
                context.terminal.out,
                "\nno conflict markers are left; go on with: batchprp resolve {id} --continue"
            )?;
            return Ok(ExitCode::Done);
        }
    }
    let out = &mut context.terminal.out;
    writeln!(out, "\nedit {} there, then: batchprp resolve {id} --continue", numbered(files.len(), "file"))?;
    writeln!(out, "to give up: batchprp resolve {id} --abort")?;
    Ok(ExitCode::Done)
}

/// Says what clashes with what and why: the files, what the items on both sides are for, and the places.
fn explain(
    repo: &Repo,
    parked: &Prepared,
    item: &Item,
    files: &[String],
    config: &Config,
    context: &mut Context,
) -> Result<()> {
    let id = &item.id;
    let clashes = clash::clashes(repo, &parked.branch, &batch_branch(item.number()), files)?;
    let mut about = vec![id.clone()];
    for other in clashes.iter().flat_map(|clash| &clash.with) {
        if !about.contains(other) {
            about.push(other.clone());
        }
    }
    let settings = launch::settings(context, config)?;
    let documents = if files.is_empty() { Vec::new() } else { documents(&settings, &about) };
    let out = &mut context.terminal.out;
    let wrote = (|| {
        writeln!(out, "{}", parked.path.display())?;
        if files.is_empty() {
            writeln!(out, "nothing is in conflict any more")?;
        }
        for Clash { file, with } in &clashes {
            let ids: Vec<&str> = with.iter().map(PrpId::as_str).collect();
            let who = if ids.is_empty() { String::new() } else { format!(": {id} and {}", ids.join(", ")) };
            writeln!(out, "  {}{who}", line(file, 200))?;
        }
        for prp in &documents {
            writeln!(out)?;
            intents::intent(prp, out)?;
        }
        intents::places(&parked.path, &clashes, out)
    })();
    wrote.map_err(|error: std::io::Error| Error::new(ExitCode::Internal, format!("cannot write: {error}")))
}

fn abort(repo: &Repo, parked: &Prepared, context: &mut Context) -> CommandResult {
    let saved = resolve::abort(repo, parked)?;
    writeln!(context.terminal.out, "the merge of {} is parked again", parked.item)?;
    if let Some(saved) = saved {
        let count = numbered(saved.files.len(), "edited file");
        writeln!(context.terminal.out, "{count} saved to {}", saved.reference)?;
    }
    Ok(ExitCode::Done)
}

/// Validates the edited files, commits them, and lets `exe` do what is left: the merge into the batch.
fn go_on(repo: &Repo, parked: &Prepared, item: &Item, config: &Config, context: &mut Context) -> CommandResult {
    resolve::check(repo, parked)?;
    // Before anything is committed: a bad resolution is edited further and continued again.
    let record = validate(parked, config, context)?;
    let commit = resolve::finish(repo, parked)?;
    if let Some(record) = record {
        notes::write(repo, &commit, &record)?;
    }
    writeln!(context.terminal.out, "resolved as {}", crate::report::text::short_commit(&commit))?;
    context.terminal.out.flush()?;
    item.go_on(context)
}

fn validate(parked: &Prepared, config: &Config, context: &Context) -> Result<Option<ValidationRecord>> {
    let levels: BTreeMap<u8, Vec<String>> = (1..).zip(config.validate.levels.iter().cloned()).collect();
    let env: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let request = Validation {
        worktree: parked.path.clone(),
        prp: parked.item.clone(),
        phase: 0,
        level: 4,
        commands: levels,
        gates: Vec::new(),
        manual: Vec::new(),
        timeout: config.validate.timeout,
        marker: Marker { run: parked.run.clone(), item: parked.item.clone(), attempt: 0 },
        secrets: Secrets::of(env.iter().map(|(name, value)| (name.as_str(), value.as_str()))),
        env,
        env_pass: config.validate.env_pass.clone(),
        logs: None,
        files: None,
        may_change: Vec::new(),
        retries: 0,
        earlier: None,
        sandbox: launch::sandbox(config, context)?,
    };
    process::keep_together(config.run.namespaces);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ExitCode::Internal, format!("cannot start the runtime: {error}")))?;
    let record = runtime.block_on(validate::run(&request, StopToken::new(), |_| {}))?;
    let failed = record.iter().flat_map(|record| &record.levels).find(|level| level.result == LevelVerdict::Failed);
    match failed {
        None => Ok(record),
        Some(level) => {
            let message = format!("level {} failed on the resolved merge of `{}`", level.level, parked.item);
            let output: Vec<String> = level.errors.iter().map(|text| line(text, 200)).collect();
            let help = format!(
                "{}\nmend it in `{}`, then: batchprp resolve {} --continue",
                output.join("\n"),
                parked.path.display(),
                parked.item
            );
            Err(Error::new(ExitCode::Unfinished, message).help(help))
        }
    }
}
