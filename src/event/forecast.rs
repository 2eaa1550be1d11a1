//! What a run is expected to take, before it begins.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The expectation for a run. `null` means unknown: no earlier run of the project shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Forecast {
    /// Earlier runs of the project that it rests on; without any, times are the estimates of the documents.
    pub runs: u32,
    /// Items that can run at the same time in this run.
    pub jobs: u32,
    /// Seconds from start to end.
    pub seconds: Option<f64>,
    pub tokens: Option<u64>,
    /// US dollars.
    pub cost: Option<f64>,
    /// Seconds from start to end with 1, 2, … items at a time, up to where more of them gain nothing; by the estimates
    /// of the documents where `runs` is 0.
    pub makespans: Vec<f64>,
    /// The smallest number of items at a time that is nearly as fast as any number.
    pub best_jobs: u32,
}
