//! The subcommand: looks at the machine, the project and the configuration, tries out, and says what comes next.

use std::io::Write;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::check::Check;
use super::environment::AgentEnvironment;
use super::{machine, project, tried};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::ExitCode;
use crate::model::read::id_of_file_name;

/// Try out whether everything is there that a run needs
///
/// Starts no agent. The checks of `[validate]` run once in a worktree of HEAD: what is red before any work would be held
/// against every agent. What they come to is remembered for this commit.
#[derive(clap::Args)]
pub struct Args {
    /// Say instead which variables of the environment reach the agent, without their values
    #[arg(long)]
    env: bool,
}

/// What `doctor --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct DoctorReport {
    checks: Vec<Check>,
    /// The command line that comes next; `null` while something is missing.
    next: Option<String>,
}

/// Runs the subcommand; exit code 3 when something that every run needs is missing.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    if args.env {
        return environment(context);
    }
    let root = context.root.clone();
    let mut checks = vec![machine::git()];
    checks.extend(project::found(&context.project));
    checks.push(project::repository(&root));
    let has_commit = !checks.iter().any(Check::is_bad);
    if has_commit {
        checks.push(project::features(&root));
        checks.extend(machine::clock(&root));
    }
    let mut requests = String::new();
    match context.config() {
        Ok(config) => {
            requests.clone_from(&config.paths.requests);
            checks.push(project::configuration(&config));
            checks.push(machine::folder("state folder", &root.join(&config.paths.state), "paths.state"));
            checks.push(machine::folder("worktree folder", &project::worktrees(&root, &config), "paths.worktrees"));
            checks.push(machine::processes(&config));
            checks.push(machine::sandbox(context, &config));
            if has_commit {
                checks.extend(tried::checks(context, config)?);
            }
        }
        Err(error) => {
            checks.push(Check::bad("configuration", error.message, "`batchprp config show` names every problem"));
        }
    }
    let is_bad = checks.iter().any(Check::is_bad);
    let next = (!is_bad).then(|| next(&root, &requests));
    if context.globals.json {
        context.terminal.document(DoctorReport { checks, next })?;
    } else {
        let (style, out) = (context.terminal.style, &mut context.terminal.out);
        for check in &checks {
            check.write(out, style)?;
        }
        if let Some(next) = next {
            writeln!(out, "next: {next}")?;
        }
    }
    Ok(if is_bad { ExitCode::Config } else { ExitCode::Done })
}

fn environment(context: &mut Context) -> CommandResult {
    let environment = AgentEnvironment::of(context)?;
    if context.globals.json {
        context.terminal.document(environment)?;
    } else {
        environment.write(&mut context.terminal.out, context.terminal.style)?;
    }
    Ok(ExitCode::Done)
}

/// Returns the command line that comes next: of the latest batch, of the plan, or for a first plan.
fn next(root: &Path, requests: &str) -> String {
    let files = std::fs::read_dir(root.join(requests)).into_iter().flatten().flatten();
    let batch = files.filter_map(|entry| id_of_file_name(&entry.path())?.batch()).map(|batch| batch.0).max();
    match batch {
        Some(batch) => format!("batchprp exe --batch {batch} --dry-run"),
        None if root.join("PLAN.md").is_file() => "batchprp gen PLAN.md".to_owned(),
        None => "batchprp new plan".to_owned(),
    }
}
