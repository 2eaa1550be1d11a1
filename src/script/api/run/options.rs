//! Options of a run: what the script says, else the flags, else the configuration.

use rhai::Map;

use crate::bridge::{OnConflict, RunOptions};
use crate::error::{Error, ExitCode};

use crate::script::api::fields::Fields;
use crate::script::state::HostState;

const KNOWN: [&str; 22] = [
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
    "next",
];

/// Options that only a script knows: a flag of the same name means something else.
const OF_SCRIPTS: [&str; 2] = ["resume", "next"];

/// Jobs where nothing says how many.
const JOBS: u32 = 4;

/// Reads the option map of `dag.run`.
pub(crate) fn read(state: &HostState, mut map: Map) -> Result<RunOptions, Error> {
    let run = state.run();
    for key in KNOWN.into_iter().filter(|key| !OF_SCRIPTS.contains(key)) {
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
        on_conflict: on_conflict(fields.text("on_conflict")?)?,
        base: fields.text("base")?,
        restart: flag("restart")?,
        land: flag("land")?,
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

fn on_conflict(word: Option<String>) -> Result<OnConflict, Error> {
    let Some(word) = word else { return Ok(OnConflict::default()) };
    OnConflict::from_word(&word).ok_or_else(|| {
        Error::new(ExitCode::InvalidInput, format!("`on_conflict` cannot be `{word}`"))
            .help("it is `park`, `stop` or `agent`")
    })
}

fn setting(state: &HostState, key: &str) -> Option<serde_json::Value> {
    if key == "agent" {
        return state.config.get("agent.name");
    }
    ["run", "git"].into_iter().find_map(|table| state.config.get(&format!("{table}.{key}")))
}
