//! Landing: the branch on which a batch began gets the work of the batch, or stays exactly as it was.

mod advance;
mod checkout;
mod combine;
mod onto;
mod plan;
mod record;
mod undo;

pub use advance::{Advance, advance};
pub use combine::{Combined, before, combine, taken_back};
pub use onto::onto;
pub use plan::Landing;
pub use record::landed_on;
pub use undo::{Undone, undo};
