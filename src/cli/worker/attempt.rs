//! The inner process of a worker: the same script as elsewhere, for one item.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::cli::batch::launch::{self, launch_told};
use crate::cli::batch::{script_command, scripts};
use crate::cli::start::context::Context;
use crate::cli::start::failure::{CommandFailure, CommandResult};
use crate::cli::start::globals::{Globals, ProgressMode};
use crate::cli::start::project;
use crate::config::{ConfigValue, SettingOrigin};
use crate::error::{Error, ExitCode, Result};
use crate::model::worker::WorkerSpec;
use crate::run::{Reporter, ReporterEvent};

/// Files in the folder of a job.
pub const SPEC: &str = "spec.json";
pub const EVENTS: &str = "events.jsonl";
pub const OUTCOME: &str = "outcome.json";
pub const ERROR: &str = "error.json";
pub const REPO: &str = "repo";
/// Says where the folder of its runs is.
pub const RUNS: &str = "runs";

/// Arguments that concern more than one item, or what comes after all of them.
const OFF: [&str; 11] = [
    "restart",
    "land",
    "pr",
    "stacked",
    "update_base",
    "dry_run",
    "fail_fast",
    "detach",
    "barrier",
    "wait_for_quota",
    "explain_format",
];
const UNSET: [&str; 4] = ["stage", "junit", "explain_prompt", "max_fail"];
const ON: [&str; 3] = ["allow_red", "no_merge", "yes"];

/// Runs the script of a job.
pub fn run(folder: &Path) -> CommandResult {
    #[cfg(target_os = "linux")]
    nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGTERM).ok();
    match carry_out(folder) {
        Ok(0) => Ok(ExitCode::Done),
        Ok(code) => Err(CommandFailure::Exit(code)),
        Err(error) => {
            let text = json!({ "code": error.code as u8, "message": error.message }).to_string();
            // The outer process says that there is no outcome where this cannot be written.
            drop(fs::write(folder.join(ERROR), text));
            Err(error.into())
        }
    }
}

fn carry_out(folder: &Path) -> Result<u8> {
    let unreadable = |error: String| Error::new(ExitCode::Internal, format!("cannot read the job: {error}"));
    let text = fs::read_to_string(folder.join(SPEC)).map_err(|error| unreadable(error.to_string()))?;
    let spec: WorkerSpec = serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    let root = folder.join(REPO);
    std::env::set_current_dir(&root).map_err(|error| unreadable(error.to_string()))?;
    let globals = Globals { directory: Some(root), progress: ProgressMode::Lines, ..Globals::default() };
    let context = Context::new(globals);
    let mut args = args(&spec);
    let mut flags = script_command::flags(&args)?;
    let mut set = |key: &str, value: &str| {
        flags.set(key, ConfigValue::Text(value.to_owned()), SettingOrigin::Flag("worker".to_owned()));
    };
    set("executor.name", "none");
    // The orchestrator has tried that out.
    set("validate.baseline", "off");
    // Workspaces of other attempts on this machine lie elsewhere.
    set("paths.worktrees", "../{repo}-worktrees");
    if let Some(agent) = &spec.agent {
        set("agent.name", agent);
    }
    let mut config = project::load_config(&context.project, &context.globals, flags)?;
    // People are told by the orchestrator.
    config.notify.clear();
    let runs = launch::settings(&context, &config)?.runs_dir();
    // Without it what agents say stays on this machine.
    drop(fs::write(folder.join(RUNS), runs.display().to_string()));
    let found = scripts::search_path(&context).find(&spec.script)?;
    let outcome = folder.join(OUTCOME).display().to_string();
    args.insert("only_item".to_owned(), json!({ "id": spec.item, "outcome": outcome }));
    let ended = launch_told(&context, config, found, Value::Object(args), vec![events(folder)?])?;
    match ended.error {
        Some(error) if !folder.join(OUTCOME).exists() => Err(error),
        _ => Ok(ended.exit_code),
    }
}

/// Returns what `main` gets: the same as in the run that wants the item, but for what concerns others.
fn args(spec: &WorkerSpec) -> Map<String, Value> {
    let mut args = spec.args.as_object().cloned().unwrap_or_default();
    let item = Value::from(spec.item.as_str());
    for (name, value) in &mut args {
        let name = name.as_str();
        let is_list = value.is_array();
        let has_item = value.as_array().is_some_and(|list| list.contains(&item));
        *value = match name {
            _ if OFF.contains(&name) => Value::Bool(false),
            _ if ON.contains(&name) => Value::Bool(true),
            _ if UNSET.contains(&name) => Value::Null,
            "ids" => json!([item]),
            "executor" => json!("none"),
            "prps" | "redo" if is_list => json!([]),
            "new_phases" if is_list => {
                if has_item {
                    json!([item])
                } else {
                    json!([])
                }
            }
            "from" if value.as_str().is_none_or(|from| from.split(':').next() != Some(&spec.item)) => Value::Null,
            _ => continue,
        };
    }
    args
}

/// Writes what happens, for the outer process.
fn events(folder: &Path) -> Result<Reporter> {
    let path = folder.join(EVENTS);
    let opened = OpenOptions::new().append(true).create(true).mode(0o600).open(&path);
    let mut file = opened
        .map_err(|error| Error::new(ExitCode::Internal, format!("cannot write `{}`: {error}", path.display())))?;
    Ok(Box::new(move |told| {
        if let ReporterEvent::Event(event) = told
            && !event.kind.is_ephemeral()
        {
            // What is not told there is in the journal all the same.
            drop(file.write_all(format!("{}\n", event.to_json()).as_bytes()));
        }
    }))
}
