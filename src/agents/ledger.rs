//! The ledger of the fake agent: who was called when, kept whatever happens to the process.

use std::fs::OpenOptions;
use std::io::Write;

use serde_json::json;

use super::task::variable;

/// Enters the begin or the end of a call into the file that `BATCHPRP_FAKE_LEDGER` names. One line is one write, and
/// on disk before it returns.
pub(crate) fn enter(event: &str) -> Result<(), String> {
    let Some(path) = variable("BATCHPRP_FAKE_LEDGER") else { return Ok(()) };
    let text = |name: &str| variable(name).unwrap_or_default();
    let line = json!({
        "event": event,
        "item": text("BATCHPRP_ITEM"),
        "phase": text("BATCHPRP_PHASE"),
        "attempt": text("BATCHPRP_ATTEMPT").parse::<u32>().unwrap_or(0),
        "run": text("BATCHPRP_RUN"),
        "pid": std::process::id(),
        "at": jiff::Timestamp::now().as_millisecond() as f64 / 1000.0,
    });
    let write = || {
        let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
        file.write_all(format!("{line}\n").as_bytes())?;
        file.sync_all()
    };
    write().map_err(|error| format!("cannot write the ledger `{path}`: {error}"))
}
