//! What an item changed against its start, as a patch.

use std::sync::Arc;

use crate::error::Result;
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::repo::Repo;
use crate::run::settings::Settings;
use crate::run::work::query::executed;

/// The patch that is asked for.
pub(crate) struct DiffOrder {
    pub(crate) settings: Arc<Settings>,
    pub(crate) item: String,
    /// Repository, start and branch, where an open run has them.
    pub(crate) range: Option<(Repo, String, String)>,
    pub(crate) max_bytes: usize,
}

/// Returns the patch.
pub(crate) fn patch(order: &DiffOrder) -> Result<String> {
    match &order.range {
        Some((repo, base, branch)) => Ok(diff::patch(repo, base, branch, order.max_bytes)?.text),
        None => executed::patch(&order.settings, &order.item, order.max_bytes),
    }
}
