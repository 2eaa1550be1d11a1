//! `doctor`: looks whether everything is there that a run needs.

use std::env;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::config::Config;
use crate::error::ExitCode;
use crate::host::project::Project;
use crate::report::Style;
use crate::report::style::{Sign, Tone};
use crate::report::text::safe;

/// Oldest git with `merge-tree --write-tree`.
const GIT: (u32, u32) = (2, 38);

/// Agents that are looked for, in the order of preference.
const AGENTS: [&str; 5] = ["claude", "codex", "gemini", "opencode", "qwen"];

/// Look whether everything is there that a run needs
#[derive(clap::Args)]
pub struct Args {}

/// What `doctor --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct DoctorReport {
    checks: Vec<Check>,
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
    match context.config() {
        Ok(config) => {
            checks.push(Check::good("configuration", "no problems"));
            checks.push(writable("state folder", &context.root.join(&config.paths.state)));
            checks.push(writable("worktree folder", &worktrees(&context.root, &config)));
            checks.push(agents(&config));
            checks.push(processes(&config));
        }
        Err(error) => {
            checks.push(Check::bad("configuration", error.message, "`batchprp config show` names every problem"));
        }
    }
    let is_bad = checks.iter().any(|check| check.grade == Grade::Bad);
    if context.globals.json {
        context.terminal.document(DoctorReport { checks })?;
    } else {
        let (style, out) = (context.terminal.style, &mut context.terminal.out);
        for check in &checks {
            writeln!(out, "{} {}: {}", mark(check.grade, style), check.name, safe(&check.text))?;
            if let Some(help) = &check.help {
                writeln!(out, "    {}", safe(help))?;
            }
        }
    }
    Ok(if is_bad { ExitCode::Config } else { ExitCode::Done })
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

fn agents(config: &Config) -> Check {
    let mut found: Vec<String> = AGENTS.into_iter().filter(|name| on_path(name)).map(str::to_owned).collect();
    found.extend(config.adapters.iter().filter(|(_, adapter)| !adapter.argv.is_empty()).map(|(name, _)| name.clone()));
    let help = format!("install one of {}, or set `adapter.command.argv`", AGENTS.join(", "));
    match (&config.agent.name, found.is_empty()) {
        (Some(name), _) if AGENTS.contains(&name.as_str()) && !found.contains(name) => {
            Check::warning("agents", format!("`{name}` is configured but not on PATH"), help)
        }
        (_, true) => Check::warning("agents", "none found; the built-in `runbook` and `template` work without", help),
        (_, false) => Check::good("agents", found.join(", ")),
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

fn on_path(program: &str) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| {
        fs::metadata(folder.join(program)).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
    })
}
