//! The verdict about one agent call, from facts. What an agent says of itself can only lower it.

mod claims;
mod disagreement;
mod facts;
mod judge;
mod outcome;
mod rows;
mod seen;
mod tree;
mod words;

pub use claims::{Claims, Word};
pub use facts::{Facts, Wanted};
pub use judge::{Judgement, judge};
pub use outcome::Verdict;
pub use rows::{ROWS, Row};
pub use tree::{Tree, work};
