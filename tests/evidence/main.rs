//! The rules of evidence: verdicts over all combinations of facts, and the guard over real and made-up changes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a helper of a test fails the test")]

mod document;
mod guard;
mod verdict;
