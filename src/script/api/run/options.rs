//! Options of a run: what the script says, else the flags, else the configuration.

use std::time::Duration;

use rhai::Map;

use crate::bridge::{ExecutorOptions, OnConflict, RunOptions, StaysValid};
use crate::error::Error;
use crate::model::gate::Gate;

use crate::script::api::fields::Fields;
use crate::script::api::native::invalid;
use crate::script::api::shape::{Kind, Shape, key, required};
use crate::script::state::HostState;
use crate::script::value::prp::PrpValue;

/// Options of `dag.run`.
pub(crate) const RUN: Shape = Shape::closed(
    "Dag.run",
    0,
    &[
        key("agent", Kind::Text),
        key("executor", Kind::Text),
        key("command", Kind::Text),
        key("batch", Kind::Int),
        key("jobs", Kind::Int),
        key("retries", Kind::Int),
        key("repairs", Kind::Int),
        key("fail_fast", Kind::Flag),
        key("max_fail", Kind::Int),
        key("barrier", Kind::Flag),
        key("merge", Kind::Flag),
        key("no_merge", Kind::Flag),
        key("validate_merge", Kind::Flag),
        key("on_conflict", Kind::Word(&OnConflict::WORDS)),
        key("base", Kind::Text),
        key("restart", Kind::Flag),
        key("whole", Kind::Flag),
        key("by_hand", Kind::Flag),
        key("redo", Kind::Texts),
        key("reopen", Kind::Texts),
        key("stay_valid", Kind::List(&Kind::Keys(&[required("prp", Kind::Value("Prp")), key("needs", Kind::Texts)]))),
        key("keep_worktrees", Kind::Flag),
        key("wait_for_quota", Kind::Flag),
        key("max_cost", Kind::Number),
        key("max_tokens", Kind::Int),
        key("level", Kind::Int),
        key("resume", Kind::Text),
        key("next", Kind::Texts),
        key("preview", Kind::Closure),
        key("dry_run", Kind::Flag),
    ],
);

/// Options that only a script knows: a flag of the same name means something else.
const OF_SCRIPTS: [&str; 9] =
    ["resume", "next", "preview", "dry_run", "whole", "by_hand", "redo", "reopen", "stay_valid"];

/// Limits of a run: a flag of the same name wins over what the script says.
const OF_USERS: [&str; 6] = ["jobs", "retries", "repairs", "max_fail", "max_cost", "max_tokens"];

/// Jobs where nothing says how many.
const JOBS: u32 = 4;

/// Reads the option map of `dag.run`.
pub(crate) fn read(state: &HostState, mut map: Map) -> Result<RunOptions, Error> {
    let run = state.run();
    for key in OF_USERS {
        // What somebody asks for on the command line is not overruled by a script.
        if let Some(value) = run.flag(key)
            && let Ok(value) = rhai::serde::to_dynamic(value)
        {
            map.insert(key.into(), value);
        }
    }
    for key in RUN.names().into_iter().filter(|key| !OF_SCRIPTS.contains(key)) {
        if map.get(key).is_none_or(rhai::Dynamic::is_unit)
            && let Some(value) = run.flag(key).cloned().or_else(|| setting(state, key))
            && let Ok(value) = rhai::serde::to_dynamic(&value)
        {
            map.insert(key.into(), value);
        }
    }
    let fields = Fields::new(&RUN, map)?;
    let flag = |key| fields.flag(key).map(Option::unwrap_or_default);
    let executor = executor(state, &fields)?;
    let command = fields.text("command")?.unwrap_or_else(|| run.command.clone());
    Ok(RunOptions {
        executor,
        agent: fields.text("agent")?,
        batch: fields.int("batch")?,
        jobs: fields.int::<u32>("jobs")?.unwrap_or(JOBS).max(1),
        retries: fields.int("retries")?.unwrap_or_default(),
        repairs: fields.int("repairs")?.unwrap_or_default(),
        fail_fast: flag("fail_fast")?,
        max_fail: fields.int("max_fail")?,
        barrier: flag("barrier")?,
        merge: flag("merge")?,
        no_merge: flag("no_merge")?,
        validate_merge: flag("validate_merge")?,
        on_conflict: fields.text("on_conflict")?.and_then(|word| OnConflict::from_word(&word)).unwrap_or_default(),
        base: fields.text("base")?,
        restart: flag("restart")?,
        whole: flag("whole")?,
        by_hand: flag("by_hand")?,
        redo: fields.texts("redo")?.unwrap_or_default(),
        reopen: fields.texts("reopen")?.unwrap_or_default(),
        stay_valid: stay_valid(&fields)?,
        keep_worktrees: flag("keep_worktrees")?,
        wait_for_quota: flag("wait_for_quota")?,
        max_cost: fields.number("max_cost")?,
        max_tokens: fields.int("max_tokens")?,
        level: fields.int("level")?.unwrap_or(4),
        resume: fields.text("resume")?.filter(|line| !line.is_empty()),
        next: fields.texts("next")?.unwrap_or_default(),
        command,
    })
}

/// Reads who carries the items out. Only work that is merged can come from elsewhere.
fn executor(state: &HostState, fields: &Fields) -> Result<Option<ExecutorOptions>, Error> {
    let Some(name) = fields.text("executor")?.filter(|name| name != "none") else { return Ok(None) };
    let flag = |key| fields.flag(key).map(Option::unwrap_or_default);
    if !flag("merge")? || flag("by_hand")? {
        return Ok(None);
    }
    if flag("no_merge")? {
        let text = "work that is not merged cannot build on other work elsewhere: `no_merge` and an executor exclude each other";
        return Err(invalid(text).help("leave out `--no-merge`, or say `--executor none`"));
    }
    let time = |key: &str, otherwise: f64| {
        Duration::try_from_secs_f64(state.config.seconds(key).unwrap_or(otherwise)).unwrap_or_default()
    };
    Ok(Some(ExecutorOptions {
        name,
        hub: state.setting_text("executor.hub").unwrap_or_else(|| "origin".to_owned()),
        lease: time("executor.lease", 90.0),
        poll: time("executor.poll", 10.0),
    }))
}

/// Reads the merged PRPs whose gates must still pass.
fn stay_valid(fields: &Fields) -> Result<Vec<StaysValid>, Error> {
    let list = fields.get("stay_valid").and_then(|list| list.clone().into_typed_array::<Map>().ok());
    let one = |map: Map| {
        let prp = map.get("prp").and_then(|prp| prp.read_lock::<PrpValue>().map(|prp| prp.clone()));
        let prp = prp.ok_or_else(|| invalid("`stay_valid` of `dag.run` is an array of maps `#{ prp, needs }`"))?;
        let needs = map.get("needs").and_then(|needs| needs.clone().into_typed_array::<String>().ok());
        let gates = prp.0.gates.iter().filter_map(Gate::line).collect();
        Ok(StaysValid { id: prp.id_text(), needs: needs.unwrap_or_default(), gates })
    };
    list.into_iter().flatten().map(one).collect()
}

fn setting(state: &HostState, key: &str) -> Option<serde_json::Value> {
    if key == "executor" {
        return state.config.get("executor.name");
    }
    if key == "agent" {
        return state.config.get("agent.name");
    }
    ["run", "git"].into_iter().find_map(|table| state.config.get(&format!("{table}.{key}")))
}
