//! The live board as a pure function of the state of a run; `cli` puts it on the terminal.

mod counts;
mod detail;
mod frame;
mod item;
mod look;
mod outlook;

pub use counts::Counts;
pub use frame::{frame, heartbeat};
pub(super) use item::doing;
pub use look::Look;
pub(super) use outlook::{Outlook, expected, outlook};
