//! Executors as they are here: whether one of them holds what runs rely on.

pub mod command;
mod trial;

pub use trial::ExecutorTrial;
