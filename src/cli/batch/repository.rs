//! The git repository of the project, opened the way the configuration wants it.

use crate::cli::start::context::Context;
use crate::config::Config;
use crate::error::Result;
use crate::host::git::plumbing::repo::{GitPolicy, Repo};

/// Opens the repository that holds the project.
pub fn open(context: &Context, config: &Config) -> Result<Repo> {
    Repo::open(&context.root, GitPolicy { hooks: config.git.hooks, sign: config.git.sign })
}
