//! From the start of the program to its exit code.

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use super::context::Context;
use super::failure::CommandFailure;
use super::globals::Globals;
use super::parse::{Parsed, Refused, parse, whole};
use super::peek::peek;
use super::{builtin, document, numbers, render};
use crate::cli::batch::script_command;
use crate::cli::follow::overview;
use crate::error::{Error, ExitCode as Code};

/// Runs the program and returns its exit code.
pub fn main() -> ExitCode {
    let argv: Vec<OsString> = std::env::args_os().collect();
    #[cfg(target_os = "linux")]
    if let Some(code) = crate::host::process::namespace::main(&argv) {
        return code;
    }
    crate::host::process::hear_of_children();
    if let Some(code) = crate::agents::main(&argv) {
        return code;
    }
    crate::cli::setup::completions::answer_shell(|| whole(&Context::new(Globals::default())));
    crate::cli::batch::detach::leave_session();
    ExitCode::from(run(&argv))
}

fn run(argv: &[OsString]) -> u8 {
    let first = peek(argv);
    if let Some(folder) = &first.globals.directory
        && let Err(error) = std::env::set_current_dir(folder)
    {
        let context = Context::new(first.globals.clone());
        let message = format!("cannot change to `{}`: {error}", folder.display());
        return fail(context, &Error::new(Code::Usage, message));
    }
    let mut context = Context::new(first.globals);
    let parsed = match parse(argv, &context) {
        Ok(parsed) => parsed,
        Err(Refused::Clap(error)) => return usage(context, &error),
        Err(Refused::Error(error)) => return fail(context, &error),
    };
    let outcome = match parsed {
        Parsed::BuiltIn(root) => {
            context = Context::new(root.globals);
            match root.command {
                Some(command) => builtin::dispatch(command, &mut context),
                None => overview::run(&mut context),
            }
        }
        Parsed::Script(globals, call) => {
            context = Context::new(globals);
            script_command::run(&call, &mut context)
        }
    };
    let outcome = outcome.and_then(|code| context.terminal.out.flush().map(|()| code).map_err(CommandFailure::Output));
    match outcome {
        Ok(code) => code as u8,
        Err(CommandFailure::Error(error)) => fail(context, &error),
        Err(CommandFailure::Exit(code)) => code,
        Err(CommandFailure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Code::Done as u8,
        Err(CommandFailure::Output(error)) => {
            fail(context, &Error::new(Code::Internal, format!("cannot write the output: {error}")))
        }
    }
}

/// Shows an error and returns its exit code.
fn fail(mut context: Context, error: &Error) -> u8 {
    let terminal = &mut context.terminal;
    let written = if context.globals.json {
        document::write(render::ErrorDocument::of(error), &mut terminal.err)
    } else {
        render::error(error, terminal.err_style, &mut terminal.err)
    };
    // Without standard error there is nobody to tell.
    drop(written);
    error.code as u8
}

/// Shows what clap has to say: help and version are no errors.
fn usage(context: Context, error: &clap::Error) -> u8 {
    if !error.use_stderr() {
        return match error.print() {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Code::Internal as u8,
            _ => Code::Done as u8,
        };
    }
    if let Some(refusal) = numbers::refusal(error) {
        return fail(context, &refusal);
    }
    if context.globals.json {
        let text = error.to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
        return fail(context, &Error::new(Code::Usage, message));
    }
    drop(error.print());
    Code::Usage as u8
}
