//! Doing what blocks on a thread of its own.

use crate::bridge::Failure;
use crate::error::{Error, ExitCode, Result};

/// Does something that blocks, from within a task that must not.
pub(crate) async fn off_the_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> std::result::Result<T, Failure> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done.map_err(|error| Error::new(ExitCode::Internal, format!("a task broke: {error}")))?;
    done.map_err(Failure::from)
}
