//! What lies around a question that needs no run.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::host::process::Marker;
use crate::host::redact::Secrets;
use crate::host::stop::StopToken;
use crate::run::settings::Settings;

/// What lies around a question that needs no run.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) settings: Arc<Settings>,
    pub(crate) marker: Marker,
    pub(crate) env: Arc<BTreeMap<String, String>>,
    pub(crate) stop: StopToken,
    pub(crate) secrets: Secrets,
    /// This process works on a batch, and has its lock.
    pub(crate) has_lock: bool,
}
