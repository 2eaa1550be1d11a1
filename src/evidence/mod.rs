//! What counts as proof, pure: the verdict about an agent's work, the guard of what is merged, and what is secret.

mod environment;
mod key;

pub use environment::{GateEnvironment, for_gates, matches, secret_values};
pub use key::{KEY_KINDS, KeyKind, is_key_byte};
