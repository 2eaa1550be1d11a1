//! How long things took in earlier runs, for who follows one.

use std::path::Path;

use crate::cli::batch::launch;
use crate::cli::start::context::Context;
use crate::event::EventKind;
use crate::host::journal::first;
use crate::run::history;

/// Returns the seconds that a phase took in earlier runs of the same command, as far as that is known.
pub fn of_earlier_runs(context: &Context, run: &Path) -> Option<f64> {
    let Some(EventKind::RunStarted { command, .. }) = first(run).map(|event| event.kind) else { return None };
    let settings = launch::settings(context, &context.config().ok()?).ok()?;
    history(&settings.archive(), &command).pace()
}
