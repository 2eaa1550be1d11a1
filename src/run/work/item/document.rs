//! The status of a PRP document that git does not track yet: it is the only copy, so it is edited in place.

use std::path::{Path, PathBuf};

use crate::host::files::ConfinedFolder;
use crate::model::status::Status;
use crate::run::work::batch::integration::Integration;
use crate::run::work::merge::status::with_status;
use crate::run::work::tell::Tell;

/// Which document gets which status.
pub(crate) struct StatusOrder {
    pub(crate) integration: Integration,
    pub(crate) staging: PathBuf,
    pub(crate) item: String,
    pub(crate) path: PathBuf,
    pub(crate) status: Status,
}

/// Writes the status, unless git tracks the document.
pub(crate) fn write(order: &StatusOrder, tell: &Tell) {
    let Integration { repo, branch, .. } = &order.integration;
    let relative = order.path.strip_prefix(repo.root()).unwrap_or(&order.path);
    if repo.tracked(branch, relative).unwrap_or(true) {
        return;
    }
    if let Err(reason) = edit(repo.root(), order.staging.clone(), relative, order.status) {
        let text = format!("the status of `{}` was not changed: {reason}", relative.display());
        tell.warn(Some(&order.item), text);
    }
}

fn edit(root: &Path, staging: PathBuf, path: &Path, status: Status) -> Result<(), String> {
    let root = ConfinedFolder::open(root).map_err(|error| error.message)?.staged_in(staging);
    let text = root.read(path).map_err(|error| error.message)?;
    let text = with_status(&text, status)?;
    root.write(path, &text).map_err(|error| error.message)
}
