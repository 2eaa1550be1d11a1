//! What an orchestrator and a worker on another machine tell each other about one attempt of one item.

mod lease;
pub mod paper;
mod record;
mod resources;
mod spec;

pub use lease::{AttemptLease, AttemptState};
pub use record::{OutcomeRecord, RecordedCheckpoint};
pub use resources::{RESOURCES_ACCEPTED, Resources};
pub use spec::{WorkerSpec, job_name};
