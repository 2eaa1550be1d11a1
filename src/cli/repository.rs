//! The git repository of the project, opened the way the configuration wants it.

use super::context::Context;
use crate::config::Config;
use crate::error::Result;
use crate::host::git::repo::{Policy, Repo};

/// Opens the repository that holds the project.
pub fn open(context: &Context, config: &Config) -> Result<Repo> {
    Repo::open(&context.root, Policy { hooks: config.git.hooks, sign: config.git.sign })
}
