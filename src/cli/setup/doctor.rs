//! `doctor`: tries out whether everything is there that a run needs, and says what comes next.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use schemars::JsonSchema;
use serde::Serialize;

use super::installed::installed_agents;
use super::try_out::{Tried, try_out};
use crate::bridge::Baseline;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::config::Config;
use crate::error::{Error, ExitCode, Result};
use crate::host::project::Project;
use crate::model::read::id_of_file_name;
use crate::model::validation::{LevelResult, LevelVerdict};
use crate::report::Style;
use crate::report::style::{Sign, Tone};
use crate::report::text::safe;

/// Oldest git with `merge-tree --write-tree`.
const GIT: (u32, u32) = (2, 38);

/// Try out whether everything is there that a run needs
///
/// Starts no agent. The checks of `[validate]` run once in a worktree of HEAD: what is red before any work would be held
/// against every agent. What they come to is remembered for this commit.
#[derive(clap::Args)]
pub struct Args {}

/// What `doctor --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct DoctorReport {
    checks: Vec<Check>,
    /// The command line that comes next; `null` while something is missing.
    next: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Grade {
    Good,
    Warning,
    Bad,
}

#[derive(Serialize, JsonSchema)]
struct Check {
    name: &'static str,
    grade: Grade,
    text: String,
    help: Option<String>,
}

impl Check {
    fn good(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, grade: Grade::Good, text: text.into(), help: None }
    }

    fn warning(name: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, grade: Grade::Warning, text: text.into(), help: Some(help.into()) }
    }

    fn bad(name: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, grade: Grade::Bad, text: text.into(), help: Some(help.into()) }
    }
}

/// Runs the subcommand; exit code 3 when something that every run needs is missing.
pub fn run(_args: &Args, context: &mut Context) -> CommandResult {
    let mut checks = vec![git_version()];
    checks.extend(project(&context.project));
    checks.push(repository(&context.root));
    let has_commit = checks.iter().all(|check| check.grade == Grade::Good);
    let mut requests = String::new();
    match context.config() {
        Ok(config) => {
            requests.clone_from(&config.paths.requests);
            checks.push(Check::good("configuration", "no problems"));
            checks.push(writable("state folder", &context.root.join(&config.paths.state)));
            checks.push(writable("worktree folder", &worktrees(&context.root, &config)));
            checks.push(processes(&config));
            if has_commit {
                checks.extend(tried(context, config)?);
            }
        }
        Err(error) => {
            checks.push(Check::bad("configuration", error.message, "`batchprp config show` names every problem"));
        }
    }
    let is_bad = checks.iter().any(|check| check.grade == Grade::Bad);
    let next = (!is_bad).then(|| next(&context.root, &requests));
    if context.globals.json {
        context.terminal.document(DoctorReport { checks, next })?;
    } else {
        let (style, out) = (context.terminal.style, &mut context.terminal.out);
        for check in &checks {
            writeln!(out, "{} {}: {}", mark(check.grade, style), check.name, safe(&check.text))?;
            for line in check.help.iter().flat_map(|help| help.lines()) {
                writeln!(out, "    {}", safe(line))?;
            }
        }
        if let Some(next) = next {
            writeln!(out, "next: {next}")?;
        }
    }
    Ok(if is_bad { ExitCode::Config } else { ExitCode::Done })
}

/// Tries the agent and the checks.
fn tried(context: &Context, config: Config) -> Result<Vec<Check>> {
    let is_named = config.agent.name.is_some();
    let Tried { agent, baseline } = match try_out(context, config) {
        Ok(tried) => tried,
        Err(error) if error.code == ExitCode::Interrupted => return Err(error),
        Err(error) => return Ok(vec![refused("set-up", error)]),
    };
    let agent = match agent {
        Ok(name) => Check::good("agent", format!("exe uses `{name}`")),
        Err(error) if !is_named && installed_agents().is_empty() => {
            let help = error.help.unwrap_or_default();
            Check::warning("agent", "none found; the built-in `runbook` and `template` need no model", help)
        }
        Err(error) => refused("agent", error),
    };
    let checks = match baseline {
        Ok(baseline) if baseline.levels.is_empty() => vec![Check::warning(
            "checks",
            "no commands under `[validate]`: only the gates of PRPs are run",
            "batchprp config set validate.l3 'COMMAND'",
        )],
        Ok(baseline) => levels(&baseline),
        Err(error) => vec![refused("checks", error)],
    };
    Ok(std::iter::once(agent).chain(checks).collect())
}

fn refused(name: &'static str, error: Error) -> Check {
    Check::bad(name, error.message, error.help.unwrap_or_default())
}

fn levels(baseline: &Baseline) -> Vec<Check> {
    let check = |level: &LevelResult| {
        let time = crate::model::duration::show(level.duration);
        match level.result {
            LevelVerdict::Failed => Check::bad(
                "checks",
                format!("level {} fails before any work: {}", level.level, level.errors.join(" | ")),
                "mend that and commit it; `batchprp exe --allow-red` starts agents all the same",
            ),
            LevelVerdict::Passed | LevelVerdict::Skipped | LevelVerdict::Manual => {
                Check::good("checks", format!("level {} passes in {time}", level.level))
            }
        }
    };
    baseline.levels.iter().map(check).collect()
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

fn mark(grade: Grade, style: Style) -> String {
    let (tone, mark) = match grade {
        Grade::Good => (Tone::Good, Sign::Good),
        Grade::Warning => (Tone::Warning, Sign::Warning),
        Grade::Bad => (Tone::Bad, Sign::Bad),
    };
    style.paint(tone, style.mark(mark))
}

fn git_version() -> Check {
    let (major, minor) = GIT;
    let help = format!("install git {major}.{minor} or newer");
    let Some(text) = output(Path::new("."), &["--version"]) else {
        return Check::bad("git", "not found", help);
    };
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(a), Some(b)) if (a, b) >= GIT => Check::good("git", text),
        _ => Check::bad("git", format!("{text} is too old"), help),
    }
}

/// Says which folder is the project, why, and what was passed over on the way to it.
fn project(found: &Project) -> Vec<Check> {
    let ignored = found.ignored.iter().map(|ignored| {
        let text = format!("{} is passed over: {}", ignored.path.display(), ignored.reason);
        Check::warning("project", text, "remove it, or name its folder with -C when you trust it")
    });
    let own = match found.obeyed() {
        Ok(()) => Check::good("project", format!("{} ({})", found.root.display(), found.reason)),
        Err(error) => Check::bad("project", error.message, error.help.unwrap_or_default()),
    };
    ignored.chain([own]).collect()
}

fn repository(root: &Path) -> Check {
    if output(root, &["rev-parse", "--git-common-dir"]).is_none() {
        return Check::bad("repository", "not a git repository", "run `git init`, or work in a repository with -C");
    }
    match output(root, &["rev-parse", "--short", "HEAD"]) {
        Some(head) => Check::good("repository", format!("{} at {head}", root.display())),
        None => Check::bad("repository", "no commit yet", "make a first commit: batches start from a commit"),
    }
}

fn output(folder: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(args).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn worktrees(root: &Path, config: &Config) -> PathBuf {
    let repo = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    root.join(config.paths.worktrees.replace("{repo}", &repo))
}

/// Tries to make a file in the folder, or in the nearest one above that exists.
fn writable(name: &'static str, folder: &Path) -> Check {
    let nearest = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."));
    match tempfile::Builder::new().prefix(".batchprp-").tempfile_in(nearest) {
        Ok(file) => {
            drop(file);
            Check::good(name, folder.display().to_string())
        }
        Err(error) => Check::bad(
            name,
            format!("cannot write into {}: {error}", nearest.display()),
            "change its permissions, or `paths` in the configuration",
        ),
    }
}

/// Says what keeps the processes of an attempt together on this machine.
fn processes(config: &Config) -> Check {
    let whole = "nothing of an attempt outlives it";
    if config.run.sandbox == "bwrap" {
        return Check::good(
            "processes",
            format!("a PID namespace for each attempt: {whole}, also when this program is killed"),
        );
    }
    if cfg!(target_os = "linux") {
        return Check::good("processes", format!("this program adopts every orphan: {whole}, as long as it lives"));
    }
    Check::warning("processes", "sessions and groups only: what leaves both is not found", "run agents on Linux")
}
