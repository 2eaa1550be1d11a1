//! The one adapter between native functions and the engine: errors get their place, cancel cannot be caught.

use std::any::Any;
use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, NativeCallContext};

use crate::bridge::{self, Ask, Failure, Origin};
use crate::error::{Error, ExitCode};
use crate::model::outcome::Outcome;

use super::super::failure::ScriptFailure;
use super::super::limits;
use super::super::state::HostState;
use super::run::current;

/// What a function registered with the engine returns.
pub(crate) type Thrown<T> = Result<T, Box<EvalAltResult>>;

/// Why a native function did not do what it was asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The bridge refused, or the run is being stopped.
    Bridge(Failure),
    /// An agent did not do what it was asked, which counts for its item like the end of a call.
    Judged(Error, Box<Outcome>),
    /// batchprp itself is wrong; scripts cannot catch it.
    Bug(String),
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self::Bridge(failure)
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Bridge(Failure::Error(error))
    }
}

/// What a native function works with.
pub(crate) struct Call {
    pub(crate) state: Arc<HostState>,
    pub(crate) origin: Origin,
}

impl Call {
    /// Asks the bridge on behalf of the current item.
    pub(crate) fn ask<Q: Ask>(&self, question: Q) -> Result<Q::Reply, Fault> {
        if current::in_reader() {
            let text = "the reader of a format can only compute";
            return Err(invalid(text).help("`FORMAT.beside` names documents that it wants to see").into());
        }
        if current::in_adapter() {
            let text = "an adapter can only compute in `command`, `on_line` and `outcome`";
            return Err(invalid(text).help("what asks the system belongs into `detect`").into());
        }
        Ok(bridge::ask(&*self.state.door(current::is_looking()), self.origin.clone(), question)?)
    }

    /// Refuses a function that makes sense for one item only.
    pub(crate) fn item(&self, function: &str) -> Result<&str, Fault> {
        let refuse = || {
            Error::new(ExitCode::InvalidInput, format!("`{function}` belongs to one item"))
                .help("call it in the closure that is given to `dag.run`")
        };
        self.origin.as_ref().map(|attempt| attempt.item.as_str()).ok_or_else(|| refuse().into())
    }
}

/// Runs the body of a native function: gives it its state, stamps its error with the place of the call.
pub(crate) fn native<T>(context: &NativeCallContext, work: impl FnOnce(&Call) -> Result<T, Fault>) -> Thrown<T> {
    let position = context.call_position();
    limits::heard();
    let Some(state) = state(context) else {
        let text = "the engine has no state".to_owned();
        return Err(Box::new(EvalAltResult::ErrorSystem(text, "internal error".into())));
    };
    let call = Call { state, origin: current::attempt() };
    let result = work(&call);
    // However long an answer took, the script was not the one that was silent.
    limits::heard();
    result.map_err(|fault| match fault {
        Fault::Bridge(Failure::Cancelled) => {
            Box::new(EvalAltResult::ErrorTerminated(Dynamic::from("stopped"), position))
        }
        Fault::Bridge(Failure::Error(error)) => {
            ScriptFailure::new(error, call.origin.map(|attempt| attempt.item)).throw(position)
        }
        Fault::Judged(error, outcome) => {
            ScriptFailure::judged(error, call.origin.map(|attempt| attempt.item), outcome).throw(position)
        }
        Fault::Bug(text) => Box::new(EvalAltResult::ErrorSystem(text, "internal error".into())),
    })
}

/// Returns the state that the engine carries.
pub(crate) fn state(context: &NativeCallContext) -> Option<Arc<HostState>> {
    context.tag()?.read_lock::<Arc<HostState>>().map(|state| state.clone())
}

/// Refuses what the script asked for.
pub(crate) fn invalid(message: impl Into<String>) -> Error {
    Error::new(ExitCode::InvalidInput, message)
}

/// Returns the text of a panic.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".to_owned())
}
