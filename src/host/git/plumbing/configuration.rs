//! What git says that is configured, with the place that each entry comes from.

use super::run::Git;
use crate::error::Result;

/// One entry of git's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConfigEntry {
    /// `system`, `global`, `local`, `worktree` or `command`.
    pub(crate) scope: String,
    /// Section and name are lower-case, what stands between them is as it was written.
    pub(crate) key: String,
    /// `None` for a name without a value, which means true.
    pub(crate) value: Option<String>,
}

/// Asks git for every entry, those of included files too, in the order in which later ones win. `git` is a command of the
/// repository.
pub(crate) fn list(git: Git) -> Result<Vec<ConfigEntry>> {
    let fields = git.args(["config", "--list", "--show-scope", "--includes", "-z"]).list()?;
    let entry = |pair: &[String]| {
        let (key, value) = match pair[1].split_once('\n') {
            Some((key, value)) => (key, Some(value.to_owned())),
            None => (pair[1].as_str(), None),
        };
        ConfigEntry { scope: pair[0].clone(), key: key.to_owned(), value }
    };
    Ok(fields.chunks_exact(2).map(entry).collect())
}
