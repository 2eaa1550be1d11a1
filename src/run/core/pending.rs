//! Questions that are under way, so that the end of a run need not wait for a slow git.

use crate::bridge::{Failure, Refusal};
use crate::run::shared::busy::Busy;

/// So many answered questions are kept before they are cleared away.
const MOST: usize = 64;

/// The questions that can be refused while their answers are made.
#[derive(Debug, Default)]
pub(crate) struct Pending(Vec<(Refusal, Busy)>);

impl Pending {
    /// Remembers a question. What it starts may be left to itself unless `busy` says otherwise at that time.
    pub(crate) fn add(&mut self, refusal: Refusal, busy: Busy) {
        if self.0.len() >= MOST {
            self.0.retain(|(refusal, _)| refusal.is_open());
        }
        self.0.push((refusal, busy));
    }

    /// Refuses what can be left to itself.
    pub(crate) fn refuse(&mut self) {
        self.0.retain(|(refusal, busy)| {
            if refusal.is_open() && !busy.is_set() {
                refusal.refuse(Failure::Cancelled);
            }
            refusal.is_open()
        });
    }
}
