//! What the simulated agents, merges and quotas do.

use crate::model::outcome::Outcome;

use super::super::input::Input;

/// Answers for everything outside of the machine. Times are seconds from now.
pub trait SimulatedWorld {
    /// Returns when an attempt that starts now ends, and how.
    fn attempt(&mut self, item: usize, attempt: u32) -> (f64, Outcome);

    /// Returns what an attempt that starts now says before its end.
    fn progress(&mut self, _item: usize, _attempt: u32) -> Vec<(f64, Input)> {
        Vec::new()
    }

    /// Returns when a merge that is asked for now ends, and how.
    fn merge(&mut self, item: usize) -> (f64, Input) {
        (0.0, Input::Merged { item })
    }

    /// Returns when a usage limit that was met now is over; `None` when nobody waits for it.
    fn quota(&mut self, _adapter: &str, _until: Option<i64>) -> Option<f64> {
        None
    }

    /// Returns when an item that is told to stop now reports, and how.
    fn stopped(&mut self, _item: usize) -> (f64, Outcome) {
        (0.0, Outcome::Cancelled)
    }
}
