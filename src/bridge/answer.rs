//! The way back of an answer: given once, whoever gives it.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use super::attempt::Failure;
use crate::error::{Error, ExitCode};

/// Where the answer to one question goes. Dropping it without an answer is a fault of the program.
#[must_use = "somebody waits for the answer"]
#[derive(Debug)]
pub struct Answer<T> {
    to: Arc<Slot<T>>,
}

/// Refuses a question that may be under way for long; does nothing when it is answered already.
#[derive(Clone)]
pub struct Refusal(Arc<dyn Refuse>);

/// The end on which somebody waits.
#[derive(Debug)]
pub struct Waiting<T>(Receiver<Result<T, Failure>>);

#[derive(Debug)]
struct Slot<T>(Mutex<Option<SyncSender<Result<T, Failure>>>>);

trait Refuse: Send + Sync {
    fn refuse(&self, failure: Failure);
    fn is_open(&self) -> bool;
}

impl<T> Slot<T> {
    fn give(&self, result: Result<T, Failure>) -> bool {
        let to = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        let is_first = to.is_some();
        if let Some(to) = to {
            // Whoever asked may be gone; nobody misses the answer then.
            drop(to.send(result));
        }
        is_first
    }
}

impl<T: Send> Refuse for Slot<T> {
    fn refuse(&self, failure: Failure) {
        self.give(Err(failure));
    }

    fn is_open(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl<T: Send + 'static> Answer<T> {
    /// Makes the two ends of an answer.
    pub fn pair() -> (Self, Waiting<T>) {
        let (to, from) = sync_channel(1);
        (Self { to: Arc::new(Slot(Mutex::new(Some(to)))) }, Waiting(from))
    }

    /// Gives the answer.
    pub fn give(self, result: Result<T, Failure>) {
        self.to.give(result);
    }

    /// Answers that it cannot be done.
    pub fn refuse(self, failure: impl Into<Failure>) {
        self.give(Err(failure.into()));
    }

    /// Returns a handle that can refuse the question while its answer is being made elsewhere.
    pub fn refusal(&self) -> Refusal {
        Refusal(self.to.clone())
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        let lost = || Failure::Error(Error::new(ExitCode::Internal, "a question of the script was left unanswered"));
        let was_open = self.to.give(Err(lost()));
        debug_assert!(!was_open || std::thread::panicking(), "a question was dropped without an answer");
    }
}

impl Refusal {
    /// Refuses the question, unless it is answered.
    pub fn refuse(&self, failure: Failure) {
        self.0.refuse(failure);
    }

    /// Tells whether nobody has answered yet.
    pub fn is_open(&self) -> bool {
        self.0.is_open()
    }
}

impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Refusal")
    }
}

impl<T> Waiting<T> {
    /// Waits for the answer.
    pub fn wait(self) -> Result<T, Failure> {
        // The answer tells even that it was forgotten, so the sender cannot be gone without one.
        self.0.recv().unwrap_or(Err(Failure::Cancelled))
    }

    /// Returns the answer when it is there.
    pub fn given(&self) -> Option<Result<T, Failure>> {
        self.0.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_counts() {
        let (answer, waiting) = Answer::pair();
        let refusal = answer.refusal();
        refusal.refuse(Failure::Cancelled);
        answer.give(Ok(1));
        assert!(matches!(waiting.wait(), Err(Failure::Cancelled)));
        let (answer, waiting) = Answer::pair();
        let refusal = answer.refusal();
        answer.give(Ok(2));
        refusal.refuse(Failure::Cancelled);
        assert!(matches!(waiting.wait(), Ok(2)));
    }

    #[test]
    #[should_panic(expected = "a question was dropped without an answer")]
    fn a_forgotten_answer_is_a_fault() {
        let (answer, _waiting) = Answer::<u32>::pair();
        drop(answer);
    }
}
