//! Formats of plans whose readers are scripts.

pub(crate) mod drop_in;

pub use drop_in::load;
