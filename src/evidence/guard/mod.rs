//! The guard of what is merged: rules over the changes of an item, each with a reason and a level that people can set.

mod change;
mod check;
mod finding;
mod input;
mod inspect;
mod policy;
mod rules;
mod scene;
mod secret;
mod test;

pub use change::{Change, File, Passing};
pub use check::{reached, scripts};
pub use finding::{Finding, Outcome};
pub use input::{Commit, Input, Other};
pub use inspect::inspect;
pub use policy::Policy;
pub use rules::{RULES, Rule};
