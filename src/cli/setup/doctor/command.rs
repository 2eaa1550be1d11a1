//! The subcommand: looks at the machine, the project and the configuration, tries out, and says what comes next.

use std::io::{self, Write};
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::check::Check;
use super::environment::AgentEnvironment;
use super::{machine, project, tried};
use crate::cli::setup::installed::agent_flag;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::ExitCode;
use crate::model::read::id_of_file_name;
use crate::report::style::Sign;
use crate::report::text::line;

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
    let mut report = Told::default();
    report.tell(context, [machine::git()])?;
    let found = project::found(&context.project);
    report.tell(context, found)?;
    report.tell(context, [project::repository(&root)])?;
    let has_commit = !report.is_bad();
    if has_commit {
        report.tell(context, [project::features(&root)])?;
        report.tell(context, machine::clock(&root))?;
    }
    let (mut requests, mut flag) = (String::new(), "");
    match context.config() {
        Ok(config) => {
            requests.clone_from(&config.paths.requests);
            flag = agent_flag(&config);
            report.tell(context, [project::configuration(&config)])?;
            report.tell(context, [machine::folder("state folder", &root.join(&config.paths.state), "paths.state")])?;
            let worktrees = project::worktrees(&root, &config);
            report.tell(context, [machine::folder("worktree folder", &worktrees, "paths.worktrees")])?;
            report.tell(context, [machine::processes(&config)])?;
            let sandbox = machine::sandbox(context, &config);
            report.tell(context, [sandbox])?;
            if has_commit {
                report.begin(context, "agent", "asking which one `exe` would use, and for its version")?;
                let agent = tried::agent(context, config.clone())?;
                report.tell(context, agent)?;
                if config.validate.levels.iter().any(|level| !level.is_empty()) {
                    report.begin(context, "checks", "running the commands of `[validate]` in a worktree of HEAD")?;
                }
                let checks = tried::checks(context, config)?;
                report.tell(context, checks)?;
            }
        }
        Err(error) => {
            let help = "`batchprp config show` names every problem";
            report.tell(context, [Check::bad("configuration", error.message, help)])?;
        }
    }
    let is_bad = report.is_bad();
    let next = (!is_bad).then(|| next(&root, &requests, flag));
    if context.globals.json {
        context.terminal.document(DoctorReport { checks: report.checks, next })?;
    } else if let Some(next) = next {
        writeln!(context.terminal.out, "next: {next}")?;
    }
    Ok(if is_bad { ExitCode::Config } else { ExitCode::Done })
}

/// What was found so far; each check is said as soon as it is done.
#[derive(Default)]
struct Told {
    checks: Vec<Check>,
    /// A line stands there that says what goes on.
    is_begun: bool,
}

impl Told {
    fn tell(&mut self, context: &mut Context, checks: impl IntoIterator<Item = Check>) -> io::Result<()> {
        let (style, out) = (context.terminal.style, &mut context.terminal.out);
        for check in checks {
            if !context.globals.json {
                if std::mem::take(&mut self.is_begun) {
                    write!(out, "\r\x1b[K")?;
                }
                check.write(out, style)?;
            }
            self.checks.push(check);
        }
        out.flush()
    }

    /// Says on a terminal what takes a while, until what comes of it takes its place.
    fn begin(&mut self, context: &mut Context, name: &str, what: &str) -> io::Result<()> {
        let (style, is_interactive) = (context.terminal.style, context.terminal.is_interactive);
        if !is_interactive || context.globals.json {
            return Ok(());
        }
        self.is_begun = true;
        let text = format!("{} {name}: {what} {}", style.mark(Sign::Working), style.mark(Sign::Ellipsis));
        write!(context.terminal.out, "{}", line(&text, style.width.saturating_sub(1)))?;
        context.terminal.out.flush()
    }

    fn is_bad(&self) -> bool {
        self.checks.iter().any(Check::is_bad)
    }
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
fn next(root: &Path, requests: &str, flag: &str) -> String {
    let files = std::fs::read_dir(root.join(requests)).into_iter().flatten().flatten();
    let batch = files.filter_map(|entry| id_of_file_name(&entry.path())?.batch()).map(|batch| batch.0).max();
    match batch {
        Some(batch) => format!("batchprp exe --batch {batch}{flag} --dry-run"),
        None if root.join("PLAN.md").is_file() => "batchprp gen PLAN.md".to_owned(),
        None => "batchprp new plan".to_owned(),
    }
}
