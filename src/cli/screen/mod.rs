//! A run on the screen while it happens: what scrolls by, and the board below it. Nothing here can hold a run up.

pub mod block;
pub mod display;
pub mod keys;
pub mod marks;
pub mod modes;
pub mod outlet;
pub mod pager;
pub mod panel;
pub mod signals;
pub mod suspend;

pub use display::RunDisplay;
