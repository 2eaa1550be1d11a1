//! The one door between scripts and the core.

pub mod door;
