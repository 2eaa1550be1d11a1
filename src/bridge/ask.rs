//! Asking: a question names the type of its answer.

use super::answer::Answer;
use super::attempt::{Failure, Origin};
use super::request::{Ask, Request};

/// Answers requests, at once or later and from any thread.
pub trait Bridge: Send + Sync {
    /// Takes a request over. A stopped run answers [`Failure::Cancelled`] to all that is not about the run itself.
    fn send(&self, origin: Origin, request: Request);

    /// Hears that a thread begins to wait for an answer, or has it. One that does not wait computes.
    fn waits(&self, _begins: bool) {}
}

/// Asks a question and waits for its answer.
pub fn ask<Q: Ask>(bridge: &dyn Bridge, origin: Origin, question: Q) -> Result<Q::Reply, Failure> {
    let (answer, waiting) = Answer::pair();
    bridge.waits(true);
    bridge.send(origin, question.request(answer));
    let answer = waiting.wait();
    bridge.waits(false);
    answer
}
