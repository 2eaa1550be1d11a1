//! A script as a subcommand: its arguments become the map that `main` gets, and flags of the configuration win over it.

use clap::ArgMatches;
use serde_json::{Map, Value};

use super::detach;
use super::launch::launch;
use super::question;
use super::script_args::{self, Folders};
use super::trust;
use crate::cli::start::context::Context;
use crate::cli::start::failure::{CommandFailure, CommandResult};
use crate::cli::start::project;
use crate::config::{Config, Layer, SettingOrigin, value_of};
use crate::error::{Error, ExitCode, Result};
use crate::script::search::FoundScript;
use crate::script::spec::Spec;

/// Arguments that stand for keys of the configuration.
const KEYS: [(&str, &str); 12] = [
    ("executor", "executor.name"),
    ("agent", "agent.name"),
    ("model", "agent.model"),
    ("jobs", "run.jobs"),
    ("retries", "run.retries"),
    ("repairs", "run.repairs"),
    ("timeout", "run.timeout"),
    ("max_cost", "run.max_cost"),
    ("max_tokens", "run.max_tokens"),
    ("max_fail", "run.max_fail"),
    ("on_conflict", "git.on_conflict"),
    ("issues", "tracker.kind"),
];

/// A script with the arguments that the user gave.
pub struct ScriptCall {
    pub found: FoundScript,
    pub spec: Spec,
    pub matches: ArgMatches,
}

/// Runs the script.
pub fn run(call: &ScriptCall, context: &mut Context) -> CommandResult {
    let folders = Folders { current: &context.current, root: &context.root };
    let mut args = script_args::values(&call.spec, &call.matches, &folders);
    let flags = flags(&args)?;
    trust::ask(context, args.get("yes") == Some(&Value::Bool(true)))?;
    question::ask_about_flags(&call.spec, &mut args, context);
    let config = project::load_config(&context.project, &context.globals, flags)?;
    question::ask_which_format(&call.spec, &mut args, &config, context);
    if args.get("detach") == Some(&Value::Bool(true)) && !detach::is_detached() {
        return detach::start(context);
    }
    start(call, args, config, context)
}

/// Returns the layer of the flags. What no file could say is refused here too.
pub fn flags(args: &Map<String, Value>) -> Result<Layer> {
    let mut layer = Layer::default();
    for (name, path) in KEYS {
        let text = match args.get(name) {
            None | Some(Value::Null) => continue,
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let flag = name.replace('_', "-");
        let value =
            value_of(path, &text).map_err(|reason| Error::new(ExitCode::Usage, format!("`--{flag}`: {reason}")))?;
        layer.set(path, value, SettingOrigin::Flag(flag));
    }
    if args.get("land") == Some(&Value::Bool(true)) {
        layer.set("git.land", crate::config::ConfigValue::Flag(true), SettingOrigin::Flag("land".to_owned()));
    }
    Ok(layer)
}

/// Runs the script to its end.
fn start(call: &ScriptCall, args: Map<String, Value>, config: Config, context: &mut Context) -> CommandResult {
    let ended = launch(context, config, call.found.clone(), Value::Object(args))?;
    if let Some(warning) = ended.warning {
        context.terminal.warn(&warning);
    }
    match (ended.error, ended.exit_code) {
        // The signal that stopped it has the last word on the exit code.
        (Some(error), code) if error.code == ExitCode::Interrupted => {
            Err(Error { code: ExitCode::of(code).unwrap_or(error.code), ..error }.into())
        }
        (Some(error), _) => Err(error.into()),
        (None, 0) => Ok(ExitCode::Done),
        (None, code) => Err(CommandFailure::Exit(code)),
    }
}
