//! Where an item stands.

use super::kind::ItemStatus;

/// Where an item stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Waiting,
    Ready,
    Running,
    Validating {
        phase: u32,
        level: u8,
    },
    /// It was at work when its run was interrupted.
    Interrupted,
    Finished(ItemStatus),
}

impl Standing {
    /// Returns the word used in files and by programs.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Running => "running",
            Self::Validating { .. } => "validating",
            Self::Interrupted => "interrupted",
            Self::Finished(status) => status.as_str(),
        }
    }

    /// Returns the words for people.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Validating { .. } => "checking",
            Self::Finished(status) => status.words(),
            Self::Waiting | Self::Ready | Self::Running | Self::Interrupted => self.as_str(),
        }
    }

    /// Tells whether an agent or a check works on it, or is about to.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Running | Self::Validating { .. })
    }
}
