//! Options of a run: what the script says, else the flags, else the configuration.

use rhai::Map;

use crate::bridge::door::RunOptions;
use crate::error::Error;

use crate::script::api::fields::Fields;
use crate::script::state::State;

const KNOWN: [&str; 21] = [
    "agent",
    "command",
    "batch",
    "jobs",
    "retries",
    "fail_fast",
    "max_fail",
    "barrier",
    "merge",
    "no_merge",
    "validate_merge",
    "on_conflict",
    "base",
    "restart",
    "land",
    "keep_worktrees",
    "wait_for_quota",
    "max_cost",
    "max_tokens",
    "level",
    "resume",
];

/// Jobs where nothing says how many.
const JOBS: u32 = 4;

/// Reads the option map of `dag.run`.
pub(crate) fn read(state: &State, mut map: Map) -> Result<RunOptions, Error> {
    let run = state.run();
    for key in KNOWN {
        if map.get(key).is_none_or(rhai::Dynamic::is_unit)
            && let Some(value) = run.flag(key).cloned().or_else(|| setting(state, key))
            && let Ok(value) = rhai::serde::to_dynamic(&value)
        {
            map.insert(key.into(), value);
        }
    }
    let fields = Fields::new("dag.run", map, &KNOWN)?;
    let flag = |key| fields.flag(key).map(Option::unwrap_or_default);
    let command = fields.text("command")?.unwrap_or_else(|| run.command.clone());
    Ok(RunOptions {
        agent: fields.text("agent")?,
        batch: fields.int("batch")?,
        jobs: fields.int::<u32>("jobs")?.unwrap_or(JOBS).max(1),
        retries: fields.int("retries")?.unwrap_or_default(),
        fail_fast: flag("fail_fast")?,
        max_fail: fields.int("max_fail")?,
        barrier: flag("barrier")?,
        merge: flag("merge")?,
        no_merge: flag("no_merge")?,
        validate_merge: flag("validate_merge")?,
        on_conflict: fields.text("on_conflict")?.unwrap_or_else(|| "park".to_owned()),
        base: fields.text("base")?,
        restart: flag("restart")?,
        land: flag("land")?,
        keep_worktrees: flag("keep_worktrees")?,
        wait_for_quota: flag("wait_for_quota")?,
        max_cost: fields.number("max_cost")?,
        max_tokens: fields.int("max_tokens")?,
        level: fields.int("level")?.unwrap_or(4),
        resume: fields.text("resume")?.unwrap_or_else(|| format!("batchprp {command}")),
        command,
    })
}

fn setting(state: &State, key: &str) -> Option<serde_json::Value> {
    if key == "agent" {
        return state.config.get("agent.name");
    }
    ["run", "git"].into_iter().find_map(|table| state.config.get(&format!("{table}.{key}")))
}
