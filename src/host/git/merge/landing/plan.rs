//! What a landing would do.

use crate::model::landing::LandStrategy;

/// A commit at which a branch has the work of a batch, made on top of the branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    pub commit: String,
    /// Where the branch is now.
    pub from: String,
    /// Tip of the batch branch whose work it is.
    pub batch: String,
    pub how: LandStrategy,
}
