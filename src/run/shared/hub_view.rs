//! What was seen of the hub last: one look serves all items that are carried out elsewhere.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::host::git::hub::talk::Hub;

/// Leases by item, or why they could not be looked at.
type Seen = std::result::Result<Arc<BTreeMap<String, String>>, Error>;

/// A look at the hub that clones share.
#[derive(Clone, Debug, Default)]
pub(crate) struct HubView(Arc<Mutex<Option<(Instant, Seen)>>>);

impl HubView {
    /// Returns the leases of all items, no older than `age`.
    pub(crate) fn leases(&self, hub: &Hub, age: Duration) -> Result<Arc<BTreeMap<String, String>>> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, seen)) = &*last
            && at.elapsed() < age
        {
            return seen.clone();
        }
        let seen = hub.leases().map(Arc::new);
        *last = Some((Instant::now(), seen.clone()));
        seen
    }

    /// Has the hub looked at anew the next time.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
