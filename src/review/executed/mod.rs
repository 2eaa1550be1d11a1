//! Executed work against its PRP: what git shows, not what the agent says.

mod checks;
mod criteria;
mod diff;
mod facts;

pub use checks::executed;
pub use facts::{Objection, PhaseFacts, WorkFacts};
