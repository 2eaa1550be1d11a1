//! Flags that every subcommand takes, each with its twin in the environment.

use std::path::PathBuf;

use clap::{ArgAction, Args, ValueEnum};

const HEADING: &str = "Options of every command";

/// Flags that every subcommand takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Globals {
    /// Work as if started in this folder
    #[arg(short = 'C', long, global = true, env = "BATCHPRP_DIRECTORY", value_name = "DIR", hide_env = true, help_heading = HEADING)]
    pub directory: Option<PathBuf>,
    /// Read this configuration file instead of the project's
    #[arg(long, global = true, env = "BATCHPRP_CONFIG", value_name = "FILE", hide_env = true, help_heading = HEADING)]
    pub config: Option<PathBuf>,
    /// Print only what went wrong, and the result
    #[arg(short, long, global = true, env = "BATCHPRP_QUIET", hide_env = true, help_heading = HEADING, value_parser = flag())]
    pub quiet: bool,
    /// Print attempts and passed validations too; twice prints everything
    #[arg(short, long, global = true, env = "BATCHPRP_VERBOSE", action = ArgAction::Count, hide_env = true, help_heading = HEADING)]
    pub verbose: u8,
    /// When to use colour: auto, always or never
    #[arg(long, hide_possible_values = true, hide_default_value = true, global = true, env = "BATCHPRP_COLOR", value_name = "WHEN", default_value = "auto", hide_env = true, help_heading = HEADING)]
    pub color: When,
    /// How to show a run: auto (a board on a terminal, else lines), board, lines or none
    #[arg(long, hide_possible_values = true, hide_default_value = true, global = true, env = "BATCHPRP_PROGRESS", value_name = "HOW", default_value = "auto", hide_env = true, help_heading = HEADING)]
    pub progress: ProgressMode,
    /// Print JSON: one object per line for runs, else one document
    #[arg(long, global = true, env = "BATCHPRP_JSON", hide_env = true, help_heading = HEADING, value_parser = flag())]
    pub json: bool,
    /// Further folder of scripts, searched first
    #[arg(long, global = true, env = "BATCHPRP_PATH", value_name = "DIR", value_delimiter = ':', hide_env = true, help_heading = HEADING)]
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
