//! The end of the script, and with it of the program.

use super::{close, last_word};
use crate::bridge::Failure;
use crate::run::core::effect::{Effect, ProgramEnd, Reaction, Told};
use crate::run::core::state::{CloseEnd, CloseStep, Closing, LoopState, Settled, Stage};

/// Closes what the script left open, and ends the program.
pub(super) fn script_ended(state: &mut LoopState, result: Result<u8, Failure>, out: &mut Reaction) {
    let (mut exit_code, error) = match result {
        Ok(code) => (code, None),
        Err(Failure::Cancelled) => (crate::error::ExitCode::Interrupted as u8, None),
        Err(Failure::Error(error)) => (error.code as u8, Some(error)),
    };
    if let Some(signal) = state.signal {
        exit_code = close::of_signal(signal) as u8;
    }
    let end = ProgramEnd { exit_code, error };
    match std::mem::replace(&mut state.stage, Stage::Idle) {
        Stage::Open(run) => {
            let end = CloseEnd::Program(end);
            close::begin(state, Closing { run: *run, exit_code, step: CloseStep::Background, end }, out);
        }
        Stage::Closing(mut closing) => {
            // Whoever asked for it does not wait any more.
            closing.end = CloseEnd::Program(end);
            state.stage = Stage::Closing(closing);
        }
        Stage::Settled(settled) => {
            // Of several runs each ends in its own way; what the script says besides is about the last one.
            let Settled { run, exit_code: own } = *settled;
            let exit_code = if exit_code == state.first_bad { own } else { exit_code };
            let end = CloseEnd::Program(end);
            last_word::close(state, Closing { run, exit_code, step: CloseStep::Report, end }, out);
        }
        Stage::Idle => {
            out.told.push(Told::Flush);
            out.effects.push(Effect::End(end));
        }
        before @ (Stage::Opening(_) | Stage::Closed(_)) => {
            state.stage = before;
            out.effects.push(Effect::End(end));
        }
    }
}
