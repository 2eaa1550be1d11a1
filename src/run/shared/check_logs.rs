//! Where the output of checks is kept.

use super::names;
use crate::host::check_output::LogFolder;
use crate::run::settings::Settings;

/// Returns the folder for checks of an item; `prefix` names what is checked, such as `p2` for a phase.
pub(crate) fn of(settings: &Settings, run: &str, item: &str, prefix: String) -> LogFolder {
    let path = settings.run_dir(run).join(names::file_name(item)).join(FOLDER);
    let shown = path.strip_prefix(&settings.root).unwrap_or(&path).to_owned();
    LogFolder { path, shown, prefix }
}

/// Returns the folder for checks that belong to no item: those of a base, and of a batch that lands.
pub(crate) fn outside(settings: &Settings, prefix: &str) -> LogFolder {
    let path = settings.state.join("tmp").join(FOLDER);
    let shown = path.strip_prefix(&settings.root).unwrap_or(&path).to_owned();
    LogFolder { path, shown, prefix: prefix.to_owned() }
}

/// Name of the folder below the one of an item.
pub(crate) const FOLDER: &str = "checks";
