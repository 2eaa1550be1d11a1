//! `init`: writes the project's configuration with checks that were tried, and commands for agents in which people work.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::detect::{Proposal, detect};
use super::installed::installed_agents;
use super::slash::{self, Agent, CommandFile};
use super::try_out::try_checks;
use super::undo::{self, Manifest};
use crate::bridge::Baseline;
use crate::cli::start::context::Context;
use crate::cli::start::failure::{CommandFailure, CommandResult};
use crate::cli::start::project;
use crate::config::{Chosen, ConfigValue, Layer, SettingOrigin, project_file, value_of};
use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::repo::{GitPolicy, Repo};
use crate::host::state::OUR_FOLDERS;
use crate::model::validation::LevelVerdict;
use crate::report::text::line;

const CONFIG: &str = ".ce/batchprp.toml";

/// Longest time that one check may take while it is tried.
const LIMIT: &str = "120s";

/// Write `.ce/batchprp.toml` with the checks of this project
///
/// Recognises Cargo, npm, pnpm, Yarn, uv, Python, Go, Maven, Gradle, pre-commit and Make, tries their usual checks in a
/// worktree of HEAD, and writes those that pass under `[validate]`. The others are commented out, with the reason.
#[derive(clap::Args)]
pub struct Args {
    /// Write slash commands for Claude Code (`.claude/commands/`)
    #[arg(long)]
    claude: bool,
    /// Write skills for Codex (`.agents/skills/`)
    #[arg(long)]
    codex: bool,
    /// Write commands for Gemini CLI (`.gemini/commands/`)
    #[arg(long)]
    gemini: bool,
    /// Write the checks without trying them
    #[arg(long)]
    no_try: bool,
    /// Remove what init wrote, where nobody has changed it since
    #[arg(long, conflicts_with_all = ["claude", "codex", "gemini", "no_try"])]
    undo: bool,
}

/// What became of one file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Wrote,
    Renewed,
    Same,
    /// It is somebody else's.
    Kept,
    /// It was written here, and somebody changed it.
    Changed,
}

/// Runs the subcommand. A file of somebody else is never touched.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    if args.undo {
        return undo::run(context);
    }
    let mut files = Vec::new();
    if context.root.join(CONFIG).exists() {
        writeln!(context.terminal.out, "kept {CONFIG}, which exists: `batchprp config set KEY VALUE` changes it")?;
    } else {
        files.push(CommandFile { path: CONFIG.to_owned(), text: configuration(args, context)? });
    }
    let agents = [(args.claude, Agent::Claude), (args.codex, Agent::Codex), (args.gemini, Agent::Gemini)];
    files.extend(agents.into_iter().filter(|(on, _)| *on).flat_map(|(_, agent)| slash::files(agent)));
    let mut manifest = Manifest::read(&context.root);
    for file in files {
        let fate = place(&context.root.join(&file.path), &file, &manifest)
            .map_err(|error| Error::new(ExitCode::Config, format!("cannot write `{}`: {error}", file.path)))?;
        let out = &mut context.terminal.out;
        match fate {
            Fate::Wrote => writeln!(out, "wrote {}", file.path)?,
            Fate::Renewed => writeln!(out, "renewed {}", file.path)?,
            Fate::Same => writeln!(out, "{} is up to date", file.path)?,
            Fate::Kept => writeln!(out, "kept {}, which exists", file.path)?,
            Fate::Changed => {
                writeln!(out, "kept {}, which was changed since; remove it to have it written anew", file.path)?;
            }
        }
        if matches!(fate, Fate::Wrote | Fate::Renewed) {
            manifest.add(&file.path, &file.text);
        }
    }
    manifest.write(&context.root);
    if let Ok(repo) = Repo::open(&context.root, GitPolicy::default()) {
        // Where that cannot be written, the first run tries again and says so.
        drop(repo.exclude(&OUR_FOLDERS));
    }
    let agents = installed_agents();
    let found = match agents.first() {
        None => "no coding agent found; the built-in `runbook` and `template` need no model".to_owned(),
        Some(first) => format!("agents found: {}; {first} is used unless you name another", agents.join(", ")),
    };
    writeln!(context.terminal.out, "{found}\nnext: batchprp doctor, batchprp new plan")?;
    Ok(ExitCode::Done)
}

/// Makes the configuration of a project that has none.
fn configuration(args: &Args, context: &mut Context) -> std::result::Result<String, CommandFailure> {
    let proposal = detect(&context.root);
    let kinds = proposal.kinds.join(", ");
    if proposal.levels.iter().all(Vec::is_empty) {
        writeln!(context.terminal.out, "no checks recognised; name yours: batchprp config set validate.l3 'COMMAND'")?;
        return Ok(project_file(&BTreeMap::new()));
    }
    if args.no_try {
        writeln!(context.terminal.out, "recognised {kinds}; the checks are written untried")?;
        return Ok(project_file(&chosen(&proposal, None)));
    }
    writeln!(
        context.terminal.out,
        "recognised {kinds}; trying the checks in a worktree of HEAD, at most {LIMIT} each"
    )?;
    context.terminal.out.flush()?;
    let found = match tried(context, &proposal) {
        Ok(found) => found,
        Err(error) if error.code == ExitCode::Interrupted => return Err(error.into()),
        Err(error) => {
            writeln!(context.terminal.out, "  not tried, so commented out: {}", error.message)?;
            Baseline::default()
        }
    };
    for level in &found.levels {
        let word = if level.result == LevelVerdict::Passed { "passes" } else { "fails, so it is commented out" };
        let lines = proposal.levels[usize::from(level.level) - 1].join(", ");
        writeln!(context.terminal.out, "  l{} {word} ({:.1}s): {lines}", level.level, level.duration)?;
    }
    Ok(project_file(&chosen(&proposal, Some(&found))))
}

/// Tries the checks on the commit of HEAD.
fn tried(context: &Context, proposal: &Proposal) -> Result<Baseline> {
    let mut layer = Layer::default();
    let mut set = |key: String, value: ConfigValue| layer.set(key, value, SettingOrigin::Default);
    for (level, lines) in (1..).zip(&proposal.levels).filter(|(_, lines)| !lines.is_empty()) {
        set(format!("validate.l{level}"), ConfigValue::List(lines.clone()));
    }
    let limit = value_of("validate.timeout", LIMIT).map_err(|reason| Error::new(ExitCode::Internal, reason))?;
    set("validate.timeout".to_owned(), limit);
    set("worktree.setup".to_owned(), ConfigValue::List(proposal.setup.clone()));
    let config = project::load_config(&context.project, &context.globals, layer)?;
    try_checks(context, config)?
}

/// Returns the lines of the file: on when they passed, or when nobody was to try them.
fn chosen(proposal: &Proposal, tried: Option<&Baseline>) -> BTreeMap<&'static str, Chosen> {
    const KEYS: [&str; 4] = ["validate.l1", "validate.l2", "validate.l3", "validate.l4"];
    let mut chosen = BTreeMap::new();
    for (at, lines) in proposal.levels.iter().enumerate().filter(|(_, lines)| !lines.is_empty()) {
        let level = tried.map(|found| found.levels.iter().find(|level| usize::from(level.level) == at + 1));
        let (on, note) = match level {
            None => (true, "not tried".to_owned()),
            Some(Some(level)) if level.result == LevelVerdict::Passed => {
                (true, format!("passed in {:.1}s", level.duration))
            }
            Some(Some(level)) => {
                (false, format!("failed: {}", line(level.errors.first().map_or("", String::as_str), 100)))
            }
            Some(None) => (false, "not tried".to_owned()),
        };
        chosen.insert(KEYS[at], Chosen { value: ConfigValue::List(lines.clone()).to_string(), note, on });
    }
    if !proposal.setup.is_empty() {
        let value = ConfigValue::List(proposal.setup.clone()).to_string();
        chosen.insert("worktree.setup", Chosen { value, note: "run in every new worktree".to_owned(), on: true });
    }
    chosen
}

/// Writes a file where there is none. One that carries our mark and is as it was written here is renewed; any other stays as
/// it is.
fn place(path: &Path, file: &CommandFile, manifest: &Manifest) -> io::Result<Fate> {
    let text = file.text.as_str();
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut new) => match new.write_all(text.as_bytes()) {
            Ok(()) => Ok(Fate::Wrote),
            // Half of a file would be kept as somebody's own by the next call.
            Err(error) => fs::remove_file(path).and(Err(error)),
        },
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let ours = path.symlink_metadata()?.is_file() && fs::read_to_string(path).is_ok_and(|old| is_ours(&old));
            if !ours {
                return Ok(Fate::Kept);
            }
            let found = fs::read_to_string(path)?;
            if found == text {
                return Ok(Fate::Same);
            }
            if !manifest.wrote(&file.path, found.as_bytes()) {
                return Ok(Fate::Changed);
            }
            fs::write(path, text).map(|()| Fate::Renewed)
        }
        Err(error) => Err(error),
    }
}

fn is_ours(text: &str) -> bool {
    text.lines().any(|line| (line.starts_with("<!--") || line.starts_with('#')) && line.contains(slash::MARKER))
}
