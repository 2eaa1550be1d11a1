//! The value that a script catches when a native function fails.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, Position};

use crate::error::{Error, ExitCode};
use crate::model::outcome::Outcome;

/// What native functions throw: the error of the core, and the item on whose behalf it happened.
#[derive(Clone, Debug)]
pub(crate) struct ScriptFailure {
    pub(crate) error: Arc<Error>,
    pub(crate) item: Option<String>,
    /// The script said it on purpose: where it stands there helps nobody.
    pub(crate) is_told: bool,
    /// How the item ends where nobody catches it; otherwise its error decides.
    pub(crate) outcome: Option<Box<Outcome>>,
}

impl ScriptFailure {
    pub(crate) fn new(error: Error, item: Option<String>) -> Self {
        Self { error: Arc::new(error), item, is_told: false, outcome: None }
    }

    /// Makes a failure that a script tells its user.
    pub(crate) fn told(error: Error, item: Option<String>) -> Self {
        Self { is_told: true, ..Self::new(error, item) }
    }

    /// Makes the failure of an agent.
    pub(crate) fn judged(error: Error, item: Option<String>, outcome: Box<Outcome>) -> Self {
        Self { outcome: Some(outcome), ..Self::new(error, item) }
    }

    /// Returns the failure as something that a script can catch.
    #[expect(clippy::unnecessary_box_returns, reason = "the engine's errors are boxed")]
    pub(crate) fn throw(self, position: Position) -> Box<EvalAltResult> {
        Box::new(EvalAltResult::ErrorRuntime(Dynamic::from(self), position))
    }
}

/// Reads what a script threw: a caught failure, a text, or a map with `message`, `kind`, `help`.
pub(crate) fn thrown(value: &Dynamic) -> Error {
    if let Some(failure) = value.read_lock::<ScriptFailure>() {
        return (*failure.error).clone();
    }
    if let Some(map) = value.read_lock::<rhai::Map>() {
        let text = |key: &str| map.get(key).and_then(|v| v.clone().into_string().ok());
        let code = text("kind").and_then(|kind| code(&kind)).unwrap_or(ExitCode::CheckFailed);
        let message = text("message").unwrap_or_else(|| format!("{value}"));
        return Error { help: text("help"), ..Error::new(code, message) };
    }
    Error::new(ExitCode::CheckFailed, format!("{value}"))
}

/// Returns the exit code whose kind a script named. An end that is no failure has none, nor has one by a signal.
pub(crate) fn code(kind: &str) -> Option<ExitCode> {
    failures().find(|code| code.kind() == kind)
}

/// Returns the failures that scripts can name.
pub(crate) fn failures() -> impl Iterator<Item = ExitCode> {
    use ExitCode::{Done, Interrupted, Terminated};
    ExitCode::ALL.into_iter().filter(|code| !matches!(code, Done | Interrupted | Terminated))
}
