//! `person::…`: questions to whoever sits at the terminal.

use rhai::plugin::*;

use crate::bridge::EmitEvent;
use crate::error::Error;
use crate::event::EventKind;
use crate::script::api::native::{Call, Fault, Thrown, invalid, native};

/// Asks a person; `None` where nobody can be asked, who says nothing, or where nothing is to happen.
fn ask(call: &Call, function: &str, question: &str, otherwise: &str) -> Result<Option<String>, Fault> {
    if call.origin.is_some() {
        let error: Error = invalid(format!("`{function}` was called for an item, while others run"));
        return Err(error.help("ask in `main`, before `dag.run`").into());
    }
    let question = format!("{question} [{otherwise}] ");
    if call.state.preview().is_some() {
        call.ask(EmitEvent(EventKind::note(None, format!("would ask a person: {}", question.trim_end()))))?;
        return Ok(None);
    }
    let said = match &call.state.fake {
        Some(fake) => fake.world().replies.pop_front(),
        None => call.state.person.get().and_then(|person| person(&question)),
    };
    Ok(said.map(|said| said.trim().to_owned()).filter(|said| !said.is_empty()))
}

#[export_module]
pub(crate) mod module {
    /// Asks the person at the terminal for a line of text; an empty line means the default. Where nobody sits at one (pipes,
    /// CI, agents, `--json`, a dry run) the default is the answer. Works in `main`, not for an item.
    ///
    /// ```rhai
    /// fake::reply("docs");
    /// print(person::prompt("Which folder?", "src")); // → docs
    /// print(person::prompt("Which folder?", "src")); // → src
    /// ```
    #[rhai_fn(return_raw)]
    pub fn prompt(context: NativeCallContext, question: &str, otherwise: &str) -> Thrown<String> {
        native(&context, |call| {
            Ok(ask(call, "person::prompt", question, otherwise)?.unwrap_or_else(|| otherwise.to_owned()))
        })
    }

    /// Asks the person at the terminal for a yes or a no; `--yes` says yes. Where nobody can be asked the default counts.
    ///
    /// ```rhai
    /// fake::reply("y");
    /// print(person::confirm("Open 12 issues?", false)); // → true
    /// print(person::confirm("Open 12 issues?", false)); // → false
    /// ```
    #[rhai_fn(return_raw)]
    pub fn confirm(context: NativeCallContext, question: &str, otherwise: bool) -> Thrown<bool> {
        native(&context, |call| {
            if call.state.preview().is_none() && call.state.run().flag("yes") == Some(&serde_json::Value::Bool(true)) {
                return Ok(true);
            }
            let said = ask(call, "person::confirm", question, if otherwise { "Y/n" } else { "y/N" })?;
            Ok(said.map_or(otherwise, |said| matches!(said.to_lowercase().as_str(), "y" | "yes")))
        })
    }
}
