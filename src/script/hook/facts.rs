//! What hooks are told, and what their word counts for.

use rhai::{Array, Dynamic, Map};

use super::files::Hooks;
use crate::bridge::{Closed, EmitEvent, Failure, RunOptions, TakeMerged};
use crate::event::EventKind;
use crate::event::kind::Severity;
use crate::model::outcome::{FailureKind, Outcome};
use crate::model::validation::ValidationRecord;
use crate::script::api::native::{Call, Fault};
use crate::script::state::HostState;
use crate::script::value::convert::{data, optional};
use crate::script::value::dag::Dag;

fn facts<const N: usize>(entries: [(&str, Dynamic); N]) -> Map {
    entries.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn of_run(options: &RunOptions) -> Map {
    facts([
        ("command", options.command.clone().into()),
        ("batch", optional(options.batch.map(i64::from))),
        ("jobs", i64::from(options.jobs).into()),
    ])
}

/// Calls the hooks before a run is opened; a no ends the command.
pub(crate) fn before_run(call: &Call, options: &RunOptions, dag: &Dag) -> Result<(), Fault> {
    let mut facts = of_run(options);
    facts.insert("items".into(), dag.ids(&dag.graph.order).into());
    Hooks::of(&call.state)?.call(call, "before_run", &facts)
}

/// Calls the hooks before the recipe of an item; a no fails the item.
pub(crate) fn before_item(call: &Call, title: &str) -> Result<(), Fault> {
    let mut facts = of_item(call);
    facts.insert("title".into(), title.into());
    Hooks::of(&call.state)?.call(call, "before_item", &facts)
}

fn of_item(call: &Call) -> Map {
    let (id, attempt) = call.origin.as_ref().map_or_else(Default::default, |at| (at.item.clone(), at.number));
    facts([("id", id.into()), ("attempt", i64::from(attempt).into()), ("command", call.state.run().command.into())])
}

/// Calls the hooks after a phase was validated; a no fails the item.
pub(crate) fn after_phase(call: &Call, record: &ValidationRecord) -> Result<(), Fault> {
    let mut facts = of_item(call);
    facts.insert("phase".into(), i64::from(record.phase).into());
    facts.insert("level".into(), i64::from(record.level).into());
    facts.insert("passed".into(), record.passed().into());
    Hooks::of(&call.state)?.call(call, "after_phase", &facts)
}

/// Calls the hooks after the recipe of an item, before its work is merged; a no makes a good end a failure.
pub(crate) fn after_item(call: &Call, title: &str, outcome: Outcome) -> Outcome {
    if matches!(outcome, Outcome::Cancelled) {
        return outcome;
    }
    let mut facts = of_item(call);
    let fact = data(&outcome).try_cast::<Map>().unwrap_or_default();
    facts.insert("title".into(), title.into());
    facts.insert("status".into(), fact.get("status").cloned().unwrap_or_default());
    let reason =
        ["reason", "note", "evidence"].into_iter().find_map(|key| fact.get(key).filter(|text| !text.is_unit()));
    facts.insert("reason".into(), reason.cloned().unwrap_or_else(|| "".into()));
    let said = Hooks::of(&call.state).map_err(Fault::from).and_then(|hooks| hooks.call(call, "after_item", &facts));
    match said {
        Err(fault) if matches!(outcome, Outcome::Completed { .. }) => refused(fault),
        Ok(()) | Err(_) => outcome,
    }
}

/// Says how an item ends whose hook said no.
pub(crate) fn refused(fault: Fault) -> Outcome {
    match fault {
        Fault::Judged(_, outcome) => *outcome,
        Fault::Bridge(Failure::Cancelled) => Outcome::Cancelled,
        Fault::Bridge(Failure::Error(error)) => Outcome::failed(FailureKind::Script, error.message),
        Fault::Bug(text) => Outcome::failed(FailureKind::Script, text),
    }
}

/// Calls the hooks for what was merged since the last time. It is done, so that a no is only told.
pub(crate) fn after_merges(call: &Call) -> Result<(), Fault> {
    let hooks = Hooks::of(&call.state)?;
    if !hooks.has("after_merge") {
        return Ok(());
    }
    for (id, commit) in call.ask(TakeMerged)? {
        let facts = facts([("id", id.into()), ("commit", commit.into()), ("command", call.state.run().command.into())]);
        told(call, hooks.call(call, "after_merge", &facts))?;
    }
    Ok(())
}

/// Calls the hooks after a run. It is over, so that a no is only told.
pub(crate) fn after_run(call: &Call, options: &RunOptions, closed: &Closed) -> Result<(), Fault> {
    let mut facts = of_run(options);
    let item = |item: &crate::bridge::ClosedItem| -> Dynamic {
        self::facts([
            ("id", item.id.clone().into()),
            ("status", data(&item.status)),
            ("reason", item.reason.clone().into()),
        ])
        .into()
    };
    facts.insert("items".into(), closed.items.iter().map(item).collect::<Array>().into());
    facts.insert("exit_code".into(), i64::from(closed.exit_code).into());
    told(call, Hooks::of(&call.state)?.call(call, "after_run", &facts))
}

fn told(call: &Call, said: Result<(), Fault>) -> Result<(), Fault> {
    match said {
        Err(Fault::Judged(error, _)) => {
            let (item, severity) = (None, Severity::Warning);
            call.ask(EmitEvent(EventKind::Note { item, text: error.message, severity }))
        }
        other => other,
    }
}

/// Returns which hook stands in which file, as lines for people.
pub(crate) fn listed(state: &HostState) -> Result<Vec<(&'static str, String)>, crate::error::Error> {
    Ok(Hooks::of(state)?.listed())
}

/// Returns the names of hooks that a run would call.
pub(crate) fn shown(state: &HostState) -> Result<Vec<String>, crate::error::Error> {
    let line = |(name, file): (&str, String)| format!("{name} ({file})");
    Ok(listed(state)?.into_iter().map(line).collect::<Vec<_>>())
}
