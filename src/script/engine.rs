//! Builds the one engine of a process: limits, strictness, and the native modules.

use std::sync::Arc;

use rhai::{Dynamic, Engine, EvalAltResult, NativeCallContext, OptimizationLevel};

use crate::error::{Error, ExitCode};

use super::api;
use super::diagnostic::SILENT;
use super::failure::ScriptFailure;
use super::growth;
use super::import::Imports;
use super::limits::{ADAPTER_STEPS, DEPTH, MODULES};
use super::state::HostState;

/// Builds the engine around its state.
pub(crate) fn build(state: &Arc<HostState>) -> Engine {
    let mut engine = Engine::new();
    let limits = state.limits;
    engine
        // Literals keep their places, and code that never runs is still there to be checked.
        .set_optimization_level(OptimizationLevel::None)
        .set_strict_variables(true)
        .set_fail_on_invalid_map_property(true)
        .set_max_expr_depths(DEPTH, DEPTH)
        .set_max_operations(limits.operations)
        .set_max_call_levels(limits.calls)
        .set_max_modules(MODULES)
        .disable_symbol("eval")
        .set_module_resolver(Imports(state.library.clone()));
    engine.set_default_tag(Dynamic::from(state.clone()));
    stop_when_cancelled(&mut engine, state);
    growth::bound(&mut engine, limits);
    notes_for_print(&mut engine, state);
    api::register(&mut engine);
    refuse_exit(&mut engine);
    engine
}

/// A script ends when the run is stopped, and when it has said nothing for too long.
fn stop_when_cancelled(engine: &mut Engine, state: &Arc<HostState>) {
    let (cancel, limits) = (state.cancel.clone(), state.limits);
    engine.on_progress(move |steps| {
        if limits.is_too_silent(steps) {
            return Some(Dynamic::from(SILENT));
        }
        // An adapter still has to read the last lines of an agent that is being stopped.
        let stop = match api::run::current::in_adapter() {
            true => steps > ADAPTER_STEPS,
            false => cancel.is_set(),
        };
        stop.then(|| Dynamic::from("stopped"))
    });
}

/// The language's `exit` would end a script as if all were well, and is a function, not a word that can be disabled.
fn refuse_exit(engine: &mut Engine) {
    let refuse = |context: &NativeCallContext| -> Result<(), Box<EvalAltResult>> {
        let error = Error::new(ExitCode::InvalidInput, "`exit` is not available");
        let error = error.help("return an exit code from `main`, or throw a failure");
        Err(ScriptFailure::new(error, None).throw(context.call_position()))
    };
    engine.register_fn("exit", move |context: NativeCallContext| refuse(&context));
    engine.register_fn("exit", move |context: NativeCallContext, _value: Dynamic| refuse(&context));
}

/// What a script prints is a note of its item, never bare text on a terminal that others draw on.
fn notes_for_print(engine: &mut Engine, state: &Arc<HostState>) {
    let (print, debug) = (state.clone(), state.clone());
    engine.on_print(move |text| api::run::event::note_text(&print, text.to_owned()));
    engine.on_debug(move |text, source, position| {
        let place = source.map_or_else(|| format!("{position:?}"), |source| format!("{source}:{position:?}"));
        api::run::event::note_text(&debug, format!("{place}: {text}"));
    });
}
