//! Questions to a person on a terminal, answered with yes or no. Where nobody can be asked (pipes, CI, agents) none is put.

use std::io::{self, BufRead, IsTerminal, Write};

use serde_json::{Map, Value};

use crate::cli::start::context::Context;
use crate::report::text::safe;
use crate::script::spec::Spec;

/// Flags with which a command makes nothing, so that there is nothing to ask.
const IDLE: [&str; 3] = ["dry_run", "explain_prompt", "detach"];

/// Tells whether somebody is there.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal() && std::env::var_os("CI").is_none()
}

/// Puts a question; everything but a clear yes is a no.
pub fn put(context: &mut Context, question: &str) -> bool {
    let err = &mut context.terminal.err;
    if write!(err, "{question} [y/N] ").and_then(|()| err.flush()).is_err() {
        return false;
    }
    let mut said = String::new();
    io::stdin().lock().read_line(&mut said).is_ok() && matches!(said.trim(), "y" | "Y" | "yes")
}

/// Asks about each flag that wants it and was not given; `--yes` answers for the person. Only in a repository: what is
/// asked about concerns git.
pub fn ask_about_flags(spec: &Spec, args: &mut Map<String, Value>, context: &mut Context) {
    let is_on = |args: &Map<String, Value>, name: &str| {
        !matches!(args.get(name), None | Some(Value::Null | Value::Bool(false)))
    };
    if !can_ask()
        || !context.root.join(".git").exists()
        || context.globals.json
        || IDLE.iter().any(|name| is_on(args, name))
    {
        return;
    }
    for arg in &spec.args {
        let Some(text) = arg.ask.as_deref().filter(|_| !is_on(args, &arg.name)) else { continue };
        let is_yes = is_on(args, "yes") || put(context, &safe(text));
        args.insert(arg.name.clone(), Value::Bool(is_yes));
    }
}
