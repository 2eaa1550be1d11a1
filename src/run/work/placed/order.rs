//! What is to be placed.

use std::path::PathBuf;
use std::sync::Arc;

use crate::bridge::{Attempt, ExecutorOptions, GivenUp};
use crate::run::settings::Settings;
use crate::run::shared::hub_view::HubView;
use crate::run::work::batch::integration::Integration;

/// Which attempt is to be placed.
pub(crate) struct PlaceOrder {
    pub(crate) settings: Arc<Settings>,
    pub(crate) integration: Integration,
    pub(crate) executor: ExecutorOptions,
    pub(crate) attempt: Attempt,
    pub(crate) run: String,
    pub(crate) batch: Option<u32>,
    /// Folder of the run, 0700.
    pub(crate) directory: PathBuf,
    /// Number of the attempt at the hub.
    pub(crate) number: u32,
    /// The item is started over: attempts of earlier runs are not gone on with.
    pub(crate) is_fresh: bool,
    pub(crate) agent: Option<String>,
    pub(crate) script: String,
    pub(crate) args: serde_json::Value,
    pub(crate) given_up: Vec<GivenUp>,
    pub(crate) view: HubView,
}
