//! What every subcommand gets: flags, streams, the project.

use std::path::PathBuf;

use super::globals::Globals;
use super::project;
use super::terminal::Terminal;
use crate::config::{Config, Layer};
use crate::error::Result;

/// What every subcommand gets.
pub struct Context {
    pub globals: Globals,
    pub terminal: Terminal,
    /// Root of the project.
    pub root: PathBuf,
    /// Folder in which the user stands.
    pub current: PathBuf,
}

impl Context {
    /// Looks around.
    pub fn new(globals: Globals) -> Self {
        let terminal = Terminal::new(&globals);
        let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        Self { globals, terminal, root: project::root(&current), current }
    }

    /// Reads the configuration without flags of a script.
    pub fn config(&self) -> Result<Config> {
        project::load_config(&self.root, &self.globals, Layer::default())
    }
}
