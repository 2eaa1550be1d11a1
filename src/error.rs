//! What ends the program early: a reason for people, places in their files, and the exit code of the table.

use crate::model::problem::Problem;

/// Exit codes of the program, as documented in `docs/usage.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    Done = 0,
    Internal = 1,
    Usage = 2,
    Config = 3,
    NothingMatched = 4,
    InvalidInput = 5,
    CheckFailed = 6,
    GitRefuses = 7,
    AgentMissing = 8,
    /// A forge, a tracker, a collector or a cluster is down or refuses.
    Remote = 9,
    Unfinished = 10,
    Budget = 11,
    Policy = 12,
    Quota = 75,
    Interrupted = 130,
    Terminated = 143,
}

impl ExitCode {
    /// The whole table.
    pub const ALL: [Self; 16] = [
        Self::Done,
        Self::Internal,
        Self::Usage,
        Self::Config,
        Self::NothingMatched,
        Self::InvalidInput,
        Self::CheckFailed,
        Self::GitRefuses,
        Self::AgentMissing,
        Self::Remote,
        Self::Unfinished,
        Self::Budget,
        Self::Policy,
        Self::Quota,
        Self::Interrupted,
        Self::Terminated,
    ];

    /// Returns the entry of the table with this number.
    pub fn of(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|code| *code as u8 == number)
    }

    /// Returns the word by which scripts tell failures apart (`error.kind`).
    pub fn kind(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Internal => "internal",
            Self::Usage => "usage",
            Self::Config => "config",
            Self::NothingMatched => "nothing-matched",
            Self::InvalidInput => "invalid-input",
            Self::CheckFailed => "check-failed",
            Self::GitRefuses => "git",
            Self::AgentMissing => "agent",
            Self::Remote => "remote",
            Self::Unfinished => "unfinished",
            Self::Budget => "budget",
            Self::Policy => "policy",
            Self::Quota => "quota",
            Self::Interrupted | Self::Terminated => "interrupted",
        }
    }
}

/// A document of the user and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Findings {
    /// Path as the user knows it.
    pub name: String,
    pub text: String,
    pub problems: Vec<Problem>,
}

/// The reason why a command cannot go on.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    pub code: ExitCode,
    pub message: String,
    pub help: Option<String>,
    /// What the program that failed said about it, line by line.
    pub said: Vec<String>,
    pub findings: Vec<Findings>,
}

impl Error {
    /// Makes an error with its exit code.
    pub fn new(code: ExitCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, said: Vec::new(), findings: Vec::new() }
    }

    /// Adds the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds what the program that failed said about it.
    #[must_use]
    pub fn said(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.said.extend(lines);
        self
    }

    /// Adds findings in one document.
    #[must_use]
    pub fn findings(mut self, name: impl Into<String>, text: impl Into<String>, problems: Vec<Problem>) -> Self {
        self.findings.push(Findings { name: name.into(), text: text.into(), problems });
        self
    }
}

/// The result of everything that can end the program.
pub type Result<T> = std::result::Result<T, Error>;
