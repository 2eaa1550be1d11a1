//! Whether a task runs programs of the user.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Says that a task runs programs of the user, which are stopped and waited for instead of being left behind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Busy(Arc<AtomicBool>);

impl Busy {
    /// Says whether programs run now.
    pub(crate) fn set(&self, busy: bool) {
        self.0.store(busy, Ordering::Relaxed);
    }

    /// Tells whether programs run now.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
