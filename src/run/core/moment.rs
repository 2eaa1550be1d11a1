//! When a message was handled.

use std::time::Instant;

/// One point in time on both clocks: durations are measured on the first, limits of services are told on the second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) instant: Instant,
    /// Epoch seconds.
    pub(crate) epoch: i64,
}
