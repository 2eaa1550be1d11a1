//! `event::…`: facts for the stream that all views show.

use rhai::plugin::*;

use crate::bridge::{self, EmitEvent, Pause};
use crate::event::kind::{DocumentChange, EventKind, RunStep, Severity};

use super::current;
use crate::script::api::native::{Thrown, invalid, native};
use crate::script::state::HostState;
use crate::script::suggest;

/// What can become of a document.
pub(crate) const CHANGES: [&str; 3] = ["created", "changed", "unchanged"];
/// The steps of a run.
pub(crate) const STEPS: [&str; 6] = ["parse", "analyze", "spawn", "monitor", "aggregate", "report"];

fn note_of(text: String, severity: Severity) -> EmitEvent {
    let item = current::attempt().map(|attempt| attempt.item);
    EmitEvent(EventKind::Note { item, text, severity })
}

/// Tells what a script prints. A lost note is no reason to fail.
pub(crate) fn note_text(state: &HostState, text: String) {
    if !current::in_adapter() {
        let _lost = bridge::ask(&*state.door(false), current::attempt(), note_of(text, Severity::Info));
    }
}

#[export_module]
pub(crate) mod module {
    /// Begins one of the six steps: `parse`, `analyze`, `spawn`, `monitor`, `aggregate`, `report`. `dag.run` tells the
    /// last four itself.
    ///
    /// ```rhai
    /// event::step("parse");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn step(context: NativeCallContext, name: &str) -> Thrown<()> {
        native(&context, |call| {
            let step: RunStep = serde_json::from_value(name.into())
                .map_err(|_| invalid(format!("there is no step `{name}`")).help(suggest::help(name, &STEPS)))?;
            call.ask(EmitEvent(EventKind::Step { step }))
        })
    }

    /// Pauses the run: no further item starts, running ones finish, and the run ends with the command that resumes it.
    ///
    /// ```rhai
    /// event::pause("the review of PRP-47.1.1 failed");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn pause(context: NativeCallContext, reason: &str) -> Thrown<()> {
        native(&context, |call| call.ask(Pause { reason: reason.to_owned() }))
    }

    /// Tells what became of a document that the item was to write: `created`, `changed` or `unchanged`.
    ///
    /// ```rhai
    /// event::document("PRPs/feature-requests/PRP-47.1.1-api.md", "created");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn document(context: NativeCallContext, path: &str, change: &str) -> Thrown<()> {
        native(&context, |call| {
            let change: DocumentChange = serde_json::from_value(change.into())
                .map_err(|_| invalid(format!("there is no change `{change}`")).help(suggest::help(change, &CHANGES)))?;
            let (item, path) = (call.item("event::document")?.to_owned(), path.to_owned());
            call.ask(EmitEvent(EventKind::Document { item, path, change }))
        })
    }

    /// Tells which issue of a tracker belongs to the item, and whether it was opened now.
    ///
    /// ```rhai
    /// event::issue("ENG-12", true);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn issue(context: NativeCallContext, issue: &str, opened: bool) -> Thrown<()> {
        native(&context, |call| {
            let (item, issue) = (call.item("event::issue")?.to_owned(), issue.to_owned());
            call.ask(EmitEvent(EventKind::Issue { item, issue, opened }))
        })
    }

    /// Tells how far the item is, in percent, and what it does now: boards, `status` and `--json` show it.
    ///
    /// ```rhai
    /// event::progress(40, "reading the answers");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn progress(context: NativeCallContext, percent: i64, step: &str) -> Thrown<()> {
        native(&context, |call| {
            let item = call.item("event::progress")?.to_owned();
            let percent = u8::try_from(percent).ok().filter(|percent| *percent <= 100);
            let percent = percent.ok_or_else(|| invalid("`event::progress` takes percent from 0 to 100"))?;
            call.ask(EmitEvent(EventKind::Progress { item, percent: Some(f64::from(percent)), step: step.to_owned() }))
        })
    }

    /// Tells something to people; within a recipe it is about its item. `print` does the same.
    ///
    /// ```rhai
    /// event::note(`${prp.id} is merged already`);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn note(context: NativeCallContext, text: &str) -> Thrown<()> {
        native(&context, |call| call.ask(note_of(text.to_owned(), Severity::Info)))
    }

    /// Tells people something that they should look at: shown with `--quiet` too.
    ///
    /// ```rhai
    /// event::warn(`${prp.id} has no gates`);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn warn(context: NativeCallContext, text: &str) -> Thrown<()> {
        native(&context, |call| call.ask(note_of(text.to_owned(), Severity::Warning)))
    }

    /// Tells people of something that went wrong and does not end the script.
    ///
    /// ```rhai
    /// event::error(`${prp.path} cannot be read`);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn error(context: NativeCallContext, text: &str) -> Thrown<()> {
        native(&context, |call| call.ask(note_of(text.to_owned(), Severity::Error)))
    }
}
