//! Flags that every subcommand takes, each with its twin in the environment.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

const HEADING: &str = "Global options";

/// Flags that every subcommand takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Globals {
    /// Work as if started in this folder
    #[arg(short = 'C', long, global = true, env = "BATCHPRP_DIRECTORY", value_name = "DIR", help_heading = HEADING)]
    pub directory: Option<PathBuf>,
    /// Configuration file to read instead of the project's
    #[arg(long, global = true, env = "BATCHPRP_CONFIG", value_name = "FILE", help_heading = HEADING)]
    pub config: Option<PathBuf>,
    /// Say only what went wrong and the result
    #[arg(short, long, global = true, env = "BATCHPRP_QUIET", help_heading = HEADING, value_parser = flag())]
    pub quiet: bool,
    /// Say how the work is done: attempts, passed validations; twice says everything
    #[arg(short, long, global = true, env = "BATCHPRP_VERBOSE", action = ArgAction::Count, help_heading = HEADING)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, global = true, env = "BATCHPRP_COLOR", value_name = "WHEN", default_value = "auto", help_heading = HEADING)]
    pub color: When,
    /// How to show a run: auto is a board on a terminal and lines elsewhere
    #[arg(long, global = true, env = "BATCHPRP_PROGRESS", value_name = "HOW", default_value = "auto", help_heading = HEADING)]
    pub progress: ProgressMode,
    /// Write JSON: one object per line for runs, one document elsewhere
    #[arg(long, global = true, env = "BATCHPRP_JSON", help_heading = HEADING, value_parser = flag())]
    pub json: bool,
    /// Further folder of command scripts, looked into before all others
    #[arg(long, global = true, env = "BATCHPRP_PATH", value_name = "DIR", value_delimiter = ':', help_heading = HEADING)]
    pub script_dir: Vec<PathBuf>,
}

/// Reads a switch from the environment: `0`, `false`, `no`, `off` and nothing mean off.
fn flag() -> clap::builder::FalseyValueParser {
    clap::builder::FalseyValueParser::new()
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    #[default]
    Auto,
    Always,
    Never,
}

/// How to show a run: a board on a terminal and lines elsewhere, or what was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ProgressMode {
    #[default]
    Auto,
    Board,
    Lines,
    /// The summary only.
    #[value(help = None::<&str>)]
    None,
}
