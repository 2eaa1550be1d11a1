//! Items that are carried out elsewhere: executors, the following of their jobs, and the trial of an executor.

pub(crate) mod executor;
pub(crate) mod job;
pub(crate) mod placed;
pub mod trial;
