//! Starts a script: configuration becomes the settings of the run, the terminal becomes its reporter.

use std::cell::RefCell;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::detach;
use super::job;
use super::nested;
use super::prices;
use super::question;
use super::scripts;
use crate::bridge::Failure;
use crate::cli::follow::early;
use crate::cli::notify::reporter as notify;
use crate::cli::screen::display::{RunDisplay, Slow};
use crate::cli::screen::signals::{EndAsked, SnapshotAsked};
use crate::cli::start::context::Context;
use crate::config::Config;
use crate::error::{Error, ExitCode, Result};
use crate::event::RunView;
use crate::host::agent::Timers;
use crate::host::git::plumbing::repo::{GitPolicy, Repo};
use crate::host::process::{Sandbox, Walls};
use crate::report::junit;
use crate::run::execute::{ProgramExit, execute};
use crate::run::settings::Settings;
use crate::run::{Reporter, ReporterEvent, history};
use crate::script;
use crate::script::search::FoundScript;

/// Runs a script with its parsed arguments and shows the run.
pub fn launch(context: &Context, config: Config, found: FoundScript, args: Value) -> Result<ProgramExit> {
    launch_told(context, config, found, args, Vec::new())
}

/// Runs a script like `launch`, and tells others of the run too.
pub fn launch_told(
    context: &Context,
    config: Config,
    found: FoundScript,
    args: Value,
    others: Vec<Reporter>,
) -> Result<ProgramExit> {
    let settings = settings(context, &config)?;
    let (root, config) = (settings.root.clone(), Arc::new(config));
    let search = scripts::search_path(context);
    let cannot = |error: io::Error| Error::new(ExitCode::Internal, format!("cannot show the run: {error}"));
    let person = question::person(context);
    let end = EndAsked::watch().map_err(cannot)?;
    let display = Rc::new(RefCell::new(RunDisplay::new(context, Slow::GoOn).map_err(cannot)?));
    {
        let mut display = display.borrow_mut();
        display.answer(SnapshotAsked::watch().map_err(cannot)?);
        display.expect(history(&settings.archive(), &found.name).pace());
    }
    let mut reporters = vec![reporter(display.clone())];
    reporters.extend(others);
    if args.get("dry_run") != Some(&Value::Bool(true)) {
        let batch = ["batch", "number"].iter().find_map(|name| args.get(*name)?.as_u64());
        let batch = batch.and_then(|batch| u32::try_from(batch).ok());
        reporters.push(early::reporter(&settings.state, &found.name, batch, settings.argv.clone()));
    }
    reporters.extend(nested::hint(context));
    let annotations = Rc::<RefCell<Vec<u8>>>::default();
    reporters.extend(job::reporter(context, &config, annotations.clone()));
    reporters.extend(notify::reporter(context, &config));
    reporters.extend(args.get("junit").and_then(Value::as_str).map(|path| junit_file(context.root.join(path))));
    let exit = execute(settings, reporters, move |bridge, cancel| {
        let host = script::host(script::HostParts { bridge, root, config, cancel, search });
        if let Some(person) = person {
            host.ask_person(person);
        }
        if args.get("no_check") != Some(&Value::Bool(true)) {
            host.require_sound(&found)?;
        }
        let script = host.load_found(&found)?;
        let end = host.run_main(&script, &args).map_err(Failure::from)?;
        Ok(end.exit_code)
    });
    let shown = display.borrow_mut().finish(Some(&end));
    // Without standard error there is nobody to tell.
    drop(io::stderr().write_all(&annotations.borrow()));
    match (shown, exit) {
        // A reader that went away ends the showing, not the run. A disk that is full is no reader.
        (Err(error), Ok(exit)) if error.kind() != io::ErrorKind::BrokenPipe => Ok(unseen(exit, &error)),
        (_, exit) => exit,
    }
}

/// Tells that nobody can read how the run went; one that went well does not end well then.
fn unseen(exit: ProgramExit, error: &io::Error) -> ProgramExit {
    let told = format!("cannot write the output: {error}");
    let help = "the run went on without it: `batchprp status` shows how it ended";
    let is_good = exit.exit_code == ExitCode::Done as u8 && exit.error.is_none();
    if is_good {
        let error = Some(Error::new(ExitCode::Internal, told).help(help));
        return ProgramExit { exit_code: ExitCode::Internal as u8, error, ..exit };
    }
    let warning = exit.warning.map_or_else(|| told.clone(), |warning| format!("{warning}; {told}"));
    ProgramExit { warning: Some(warning), ..exit }
}

/// Shows the run. A reader that went away ends the showing, not the run.
fn reporter(display: Rc<RefCell<RunDisplay>>) -> Reporter {
    Box::new(move |told| {
        let mut display = display.borrow_mut();
        drop(match told {
            ReporterEvent::Event(event) => display.event(event),
            ReporterEvent::Early(event) => display.early(event),
            ReporterEvent::Tick => display.tick(),
        });
    })
}

/// Writes the end of the run as JUnit XML.
fn junit_file(path: PathBuf) -> Reporter {
    let mut state = RunView::default();
    Box::new(move |told| {
        let ReporterEvent::Event(event) = told else { return };
        state.apply(event);
        if state.end.is_none() {
            return;
        }
        let mut text = Vec::new();
        let written = junit::write(&state, &mut text).and_then(|()| std::fs::write(&path, &text));
        if let Err(error) = written {
            let mut err = anstream::stderr();
            drop(writeln!(err, "warning: cannot write `{}`: {error}", path.display()));
        }
    })
}

/// Turns the configuration into the settings of a run.
pub fn settings(context: &Context, config: &Config) -> Result<Settings> {
    let root = context.root.clone();
    let state = state_folder(&root, &config.paths.state)?;
    let run = &config.run;
    let timers = Timers {
        startup: run.startup,
        silence: run.silence,
        linger: run.linger,
        poll: run.poll,
        missed: run.missed,
        grace: run.grace,
        ..Timers::default()
    };
    let levels = (1..).zip(config.validate.levels.iter().cloned()).collect();
    Ok(Settings {
        requests: PathBuf::from(&config.paths.requests),
        executed: PathBuf::from(&config.paths.executed),
        worktrees: worktrees(&root, &config.paths.worktrees),
        readers: scripts::readers(context, config)?,
        root,
        state,
        timers,
        patience: config.agent.patience,
        validate: levels,
        validate_timeout: config.validate.timeout,
        validate_retries: config.validate.retries,
        may_change: config.validate.may_change.clone(),
        validate_env_pass: config.validate.env_pass.clone(),
        guard: config.guard.clone(),
        validate_merge: config.validate.merge.clone(),
        gates: config.validate.run_gates,
        env_pass: config.agent.env_pass.clone(),
        env_set: env_set(&config.agent.env_set)?,
        env_deny: config.agent.env_deny.clone(),
        prices: prices::read(&context.root, config)?,
        git: GitPolicy { hooks: config.git.hooks, sign: config.git.sign },
        protected: config.git.protected.clone(),
        copy: config.worktree.copy.clone(),
        setup: config.worktree.setup.clone(),
        remotes: config.worktree.remotes.clone(),
        checkout_silence: config.worktree.checkout_silence,
        max_processes: config.run.max_processes,
        sandbox: sandbox(config, context)?,
        namespaces: config.run.namespaces,
        argv: argv(),
        detached: detach::is_detached(),
        opened: OnceLock::new(),
    })
}

/// Reads `NAME=value`.
fn env_set(lines: &[String]) -> Result<std::collections::BTreeMap<String, String>> {
    let pair = |line: &String| {
        let pair = line.split_once('=').filter(|(name, _)| !name.trim().is_empty());
        pair.map(|(name, value)| (name.trim().to_owned(), value.to_owned())).ok_or_else(|| {
            Error::new(ExitCode::Config, format!("`agent.env_set` has `{line}`, which is not `NAME=value`"))
                .help("batchprp config set agent.env_set '[\"CI=1\"]'")
        })
    };
    lines.iter().map(pair).collect()
}

/// Returns the folder of batchprp's own files. What is written there is private and must not land anywhere else.
pub fn state_folder(root: &Path, name: &str) -> Result<PathBuf> {
    let refuse = |place: &Path, why: &str| {
        Error::new(ExitCode::Config, format!("`{}` cannot hold the state of runs: {why}", place.display()))
            .help("`paths.state` names a folder of the project, such as `.ce`")
    };
    let state = root.join(name);
    let is_below = Path::new(name).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !is_below {
        return Err(refuse(&state, "it is outside of the project"));
    }
    let inside = ["tmp", "tmp/runs", "completed-batches"].map(|name| state.join(name));
    for place in state.ancestors().take_while(|place| *place != root).chain(inside.iter().map(PathBuf::as_path)) {
        match std::fs::symlink_metadata(place) {
            Ok(facts) if facts.is_symlink() => return Err(refuse(place, "it is a link")),
            Ok(facts) if !facts.is_dir() => return Err(refuse(place, "it is no folder")),
            Ok(_) | Err(_) => {}
        }
    }
    Ok(state)
}

/// Returns how agents and checks are confined: they write their workspace, which has a repository of its own, and read the
/// project.
pub(crate) fn sandbox(config: &Config, context: &Context) -> Result<Sandbox> {
    if config.run.sandbox != "bwrap" {
        return Ok(Sandbox::Off);
    }
    works()?;
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let root = &context.root;
    let in_home = |name: &str| name.strip_prefix("~/").map_or_else(|| root.join(name), |below| home.join(below));
    // Other workspaces, and what is kept of all of them.
    let places = worktrees(root, &config.paths.worktrees);
    let mut hidden: Vec<PathBuf> = Some(places).into_iter().filter(|places| !root.starts_with(places)).collect();
    hidden.extend(["tmp", "completed-batches"].map(|name| root.join(&config.paths.state).join(name)));
    let mut readable = vec![root.clone()];
    if let Ok(repo) = Repo::open(root, GitPolicy::default()) {
        hidden.push(repo.common_dir().join("batchprp"));
        readable.push(repo.common_dir().to_owned());
    }
    Ok(Sandbox::Bwrap(Box::new(Walls {
        writable: config.run.writable.iter().map(|name| in_home(name)).collect(),
        network: config.run.network,
        home,
        readable,
        hidden,
    })))
}

/// Tries bubblewrap out: that it is there does not mean that the system allows it.
fn works() -> Result<()> {
    let refuse = |message: String| {
        Error::new(ExitCode::Config, message).help("install bubblewrap, or set `run.sandbox = \"none\"`")
    };
    let line =
        ["--unshare-pid", "--unshare-ipc", "--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc", "--", "true"];
    match std::process::Command::new("bwrap").args(line).stdin(std::process::Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            Err(refuse(format!("`run.sandbox` is `bwrap`, but bubblewrap does not work here: {said}")))
        }
        Err(_) => Err(refuse("`run.sandbox` is `bwrap`, but there is no program `bwrap`".to_owned())),
    }
}

/// Returns the folder of workspaces: beside the repository, so that agents do not read its context files twice.
fn worktrees(root: &Path, pattern: &str) -> PathBuf {
    let repo = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let folder = pattern.replace("{repo}", &repo);
    match folder.strip_prefix("../") {
        Some(beside) => root.parent().unwrap_or(root).join(beside),
        None => root.join(folder),
    }
}

fn argv() -> Vec<String> {
    let mut words = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>();
    if let Some(first) = words.first_mut() {
        "batchprp".clone_into(first);
    }
    words
}
