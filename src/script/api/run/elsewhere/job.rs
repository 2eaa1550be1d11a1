//! A job as executors get it.

use rhai::{Array, Dynamic, Map};

use crate::model::worker::Resources;
use crate::script::state::HostState;
use crate::script::value::prp::PrpValue;

/// What a job is about.
pub(super) struct JobOrder<'a> {
    pub(super) name: &'a str,
    pub(super) run: &'a str,
    pub(super) item: &'a str,
    pub(super) attempt: u32,
    /// What the worker gets on its standard input.
    pub(super) spec: &'a str,
    /// Further arguments of the worker.
    pub(super) more: &'a [String],
    pub(super) resources: Resources,
}

/// Describes a job.
pub(super) fn describe(state: &HostState, order: JobOrder<'_>) -> Dynamic {
    let number = |number: Option<u32>| number.map_or(Dynamic::UNIT, |number| Dynamic::from(i64::from(number)));
    let mut argv = worker(state);
    argv.extend(["--spec".to_owned(), "-".to_owned()]);
    argv.extend_from_slice(order.more);
    let resources = order.resources;
    let mut job = Map::new();
    job.insert("name".into(), order.name.into());
    job.insert("run".into(), order.run.into());
    job.insert("item".into(), order.item.into());
    job.insert("attempt".into(), i64::from(order.attempt).into());
    job.insert("argv".into(), argv.into_iter().map(Dynamic::from).collect::<Array>().into());
    job.insert("env".into(), Map::new().into());
    job.insert("stdin".into(), order.spec.into());
    job.insert("cpus".into(), number(resources.cpus));
    job.insert("memory_mb".into(), number(resources.memory_mb));
    job.insert("minutes".into(), number(resources.minutes));
    job.insert("gpus".into(), number(resources.gpus));
    job.insert("partition".into(), resources.partition.map_or(Dynamic::UNIT, Dynamic::from));
    job.insert("extra".into(), Map::new().into());
    job.into()
}

/// Returns what the job of an item needs: what its document says, else the configuration.
pub(crate) fn resources(state: &HostState, item: Option<&Dynamic>) -> Resources {
    let own = item.and_then(|item| Some(item.read_lock::<PrpValue>()?.0.resources.clone())).unwrap_or_default();
    let count = |key: &str| state.config.get(key).and_then(|value| u32::try_from(value.as_u64()?).ok());
    let minutes = state.config.seconds("executor.time").map(|seconds| {
        // Times of a configuration are far below the limit.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number of minutes")]
        let minutes = (seconds / 60.0).ceil().max(1.0) as u32;
        minutes
    });
    own.or(Resources {
        cpus: count("executor.cpus"),
        memory_mb: count("executor.memory_mb"),
        minutes,
        gpus: count("executor.gpus"),
        partition: None,
    })
}

/// Returns the beginning of the command line of a worker.
pub(crate) fn worker(state: &HostState) -> Vec<String> {
    let own = || std::env::current_exe().map_or_else(|_| "batchprp".to_owned(), |path| path.display().to_string());
    let mut argv = vec![state.setting_text("executor.program").unwrap_or_else(own), "worker".to_owned()];
    if let Some(home) = state.setting_text("executor.dir") {
        argv.extend(["--home".to_owned(), home]);
    }
    argv
}
