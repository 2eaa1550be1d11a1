//! How deep, large and long a script may become.

use std::cell::Cell;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::config::Config;

/// Deepest nesting of expressions, at the top and in functions; the engine's own 64 and 32 refuse ordinary code.
pub(crate) const DEPTH: usize = 128;
/// Deepest chain of calls that the stack is made for.
const CALLS: usize = 64;
/// Bytes of stack of every thread that runs a script; virtual memory, used only where a script is deep.
pub(crate) const STACK: usize = 64 * 1024 * 1024;
pub(crate) const MODULES: usize = 64;
/// Steps an agent adapter may take for one line of output before it counts as stuck.
pub(crate) const ADAPTER_STEPS: u64 = 20_000_000;
/// Steps between two looks at the clock.
const LOOK: u64 = 1024;
/// Instructions of a template for each byte that it may have: loops that write nothing end too.
const WORK_OF_BYTE: u64 = 4;

thread_local! {
    // The last call, or the beginning: each thread is as silent as its own script.
    static HEARD: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// What the configuration allows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) operations: u64,
    pub(crate) calls: usize,
    pub(crate) string: usize,
    pub(crate) array: usize,
    pub(crate) map: usize,
    pub(crate) template: usize,
    pub(crate) silence: Duration,
}

impl Limits {
    /// Reads the limits of the configuration.
    pub(crate) fn of(config: &Config) -> Self {
        let count = |key: &str, otherwise: u64| {
            config.get(&format!("script.{key}")).as_ref().and_then(Value::as_u64).unwrap_or(otherwise)
        };
        let size = |key: &str, otherwise: usize| usize::try_from(count(key, otherwise as u64)).unwrap_or(otherwise);
        let silence = config.get("script.max_silence").and_then(|value| value.as_f64()).unwrap_or(120.0);
        Self {
            operations: count("max_operations", 500_000_000),
            // Deeper than the stack was made for it does not get.
            calls: size("max_depth", CALLS).min(CALLS * 4),
            string: size("max_string", 16 * 1024 * 1024),
            array: size("max_array", 1_000_000),
            map: size("max_map", 100_000),
            template: size("max_template", 4 * 1024 * 1024),
            silence: Duration::try_from_secs_f64(silence).unwrap_or(Duration::from_secs(120)),
        }
    }

    /// Returns how much work filling a template may be.
    pub(crate) fn template_work(&self) -> u64 {
        self.template as u64 * WORK_OF_BYTE
    }

    /// Tells whether this thread has computed for too long without a call; `steps` are those of the script so far.
    pub(crate) fn is_too_silent(&self, steps: u64) -> bool {
        if !steps.is_multiple_of(LOOK) {
            return false;
        }
        if let Some(heard) = HEARD.get() {
            return heard.elapsed() > self.silence;
        }
        heard();
        false
    }
}

/// Says that a script called something, or has just begun.
pub(crate) fn heard() {
    HEARD.set(Some(Instant::now()));
}
