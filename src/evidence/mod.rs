//! What counts as proof, pure: the verdict about an agent's work, the guard of what is merged, and what is secret.

pub mod environment;
mod failure_words;
pub mod guard;
mod key;
pub mod verdict;

pub use failure_words::FailureWords;
pub use key::{KEY_KINDS, KeyKind, is_key_byte};
