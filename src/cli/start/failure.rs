//! How a subcommand ends: with an exit code, with an error for people, or because nobody reads its output.

use std::io;

use crate::error::{Error, ExitCode};

/// The result of a subcommand.
pub type CommandResult = Result<ExitCode, CommandFailure>;

/// Why a subcommand ended early.
#[derive(Debug)]
pub enum CommandFailure {
    /// Something to tell the user.
    Error(Box<Error>),
    /// A script ended with this code; everything was said already.
    Exit(u8),
    /// Standard output could not be written.
    Output(io::Error),
}

impl From<Error> for CommandFailure {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

impl From<io::Error> for CommandFailure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}
