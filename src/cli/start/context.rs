//! What every subcommand gets: flags, streams, the project.

use std::path::PathBuf;

use super::globals::Globals;
use super::project;
use super::terminal::Terminal;
use crate::config::{Config, Layer};
use crate::error::Result;
use crate::host::project::Project;

/// What every subcommand gets.
pub struct Context {
    pub globals: Globals,
    pub terminal: Terminal,
    /// What was found out about the project.
    pub project: Project,
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
        let project = project::find(&current, &globals);
        Self { globals, terminal, root: project.root.clone(), project, current }
    }

    /// Reads the configuration without flags of a script.
    pub fn config(&self) -> Result<Config> {
        project::load_config(&self.project, &self.globals, Layer::default())
    }
}
