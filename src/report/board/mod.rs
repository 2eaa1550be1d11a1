//! The live board as a pure function of the state of a run; `cli` puts it on the terminal.

mod detail;
mod frame;
mod item;
mod look;
mod outlook;

pub use frame::{frame, heartbeat};
pub use look::Look;
