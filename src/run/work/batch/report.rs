//! The last thing that a run leaves: its metrics, and a journal that is on the disk.

use std::sync::Arc;

use super::dead_runs::OpenMark;
use crate::error::{Error, ExitCode, Result};
use crate::event::Event;
use crate::host::journal::Journal;
use crate::host::lock::Lock;
use crate::host::{failpoint, state};
use crate::report::metrics::{self, Metrics};
use crate::run::settings::Settings;

/// What is to be written, and what is given back when it is.
pub(crate) struct ReportOrder {
    pub(crate) settings: Arc<Settings>,
    pub(crate) batch: Option<u32>,
    pub(crate) mark: Option<OpenMark>,
    pub(crate) lock: Option<Lock>,
}

/// Writes the metrics of a run and forces its journal to the disk. Returns what could not be written.
pub(crate) fn report(order: ReportOrder, history: &[Event], journal: Option<Journal>) -> Option<String> {
    let synced = journal.map_or(Ok(()), |journal| journal.sync());
    let written = write_metrics(&order.settings, order.batch, &metrics::from_events(history));
    // Whoever takes the lock next finds a run that is closed.
    if let Some(mark) = order.mark.filter(|_| written.is_ok()) {
        mark.clear();
    }
    drop(order.lock);
    written.err().map(|error| error.message).or(synced.err().map(|error| error.to_string()))
}

/// Writes the metrics of the latest run and archives them.
fn write_metrics(settings: &Settings, batch: Option<u32>, metrics: &Metrics) -> Result<()> {
    let text = serde_json::to_string_pretty(metrics).unwrap_or_default() + "\n";
    let name = batch.map_or_else(|| "adhoc".to_owned(), |batch| batch.to_string());
    let latest = settings.state.join("tmp").join(format!("batch-metrics-{name}.json"));
    let archive = settings.archive();
    let kept = archive.join(format!("batch-{name}-{}-{}.json", metrics.operation, metrics.run));
    let written = failpoint::around("metrics.write", || {
        state::private_dir(&archive)?;
        state::write_private(&latest, text.as_bytes())?;
        state::write_private(&kept, text.as_bytes())
    });
    written.map_err(|error| Error::new(ExitCode::Internal, format!("cannot write `{}`: {error}", latest.display())))
}
