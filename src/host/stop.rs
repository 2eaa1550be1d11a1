//! The word to stop, from the signal handler to everything that runs.

use std::sync::Arc;

use tokio::sync::watch;

/// How urgently a run is to end. Only ever rises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum StopLevel {
    /// Go on.
    #[default]
    None,
    /// Ask everybody to stop and give them their grace period.
    Graceful,
    /// Kill at once.
    Now,
}

/// A handle on the stop level of a run; clones share it.
#[derive(Clone, Debug)]
pub struct StopToken(Arc<watch::Sender<StopLevel>>);

impl Default for StopToken {
    fn default() -> Self {
        Self::new()
    }
}

impl StopToken {
    /// Makes a token of its own, at [`StopLevel::None`].
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(StopLevel::None)))
    }

    /// Raises the level; never lowers it.
    pub fn raise(&self, level: StopLevel) {
        self.0.send_if_modified(|now| {
            let rises = level > *now;
            if rises {
                *now = level;
            }
            rises
        });
    }

    /// Returns the present level.
    pub fn level(&self) -> StopLevel {
        *self.0.borrow()
    }

    /// Waits until the level is `level` or higher. Safe to cancel.
    pub async fn at_least(&self, level: StopLevel) {
        let mut receiver = self.0.subscribe();
        if receiver.wait_for(|now| *now >= level).await.is_err() {
            // The sender lives in `self`, so this is never reached; waiting for ever is the harmless answer.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_level_only_rises_and_late_listeners_see_it() {
        let token = StopToken::new();
        let other = token.clone();
        token.raise(StopLevel::Now);
        token.raise(StopLevel::Graceful);
        assert_eq!(other.level(), StopLevel::Now);
        other.at_least(StopLevel::Graceful).await;
    }
}
