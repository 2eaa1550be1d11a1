//! On whose behalf a question is asked, and why it may be refused.

use crate::error::Error;

/// The attempt of an item on whose behalf a question is asked; `None` for the script outside of recipes.
pub type Origin = Option<Attempt>;

/// One attempt of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Attempt {
    pub item: String,
    /// Counts from 1.
    pub number: u32,
}

/// Why a request was not performed.
#[derive(Clone, Debug)]
pub enum Failure {
    /// The run is being stopped; scripts cannot catch this.
    Cancelled,
    /// A condition that the user or the script can deal with.
    Error(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}
