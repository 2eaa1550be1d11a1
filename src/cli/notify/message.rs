//! What the process that tells is given: one message and whom it is for, on one line.

use serde::{Deserialize, Serialize};

use crate::config::NotifyTarget;
use crate::report::notice::Notice;

/// A message and whom it is for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Message {
    pub(super) target: NotifyTarget,
    pub(super) notice: Notice,
}
