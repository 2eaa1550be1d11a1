//! The real bridge: sends calls of script threads to the dispatcher and waits for the answers.

use tokio::sync::{mpsc, oneshot};

use super::internal::Internal;
use crate::bridge::door::{Bridge, Failure, Origin, Reply, Request};

/// The script's end of the channel to the dispatcher.
pub struct ChannelBridge {
    tx: mpsc::UnboundedSender<Internal>,
}

impl ChannelBridge {
    pub(crate) fn new(tx: mpsc::UnboundedSender<Internal>) -> Self {
        Self { tx }
    }
}

impl Bridge for ChannelBridge {
    fn call(&self, origin: Origin, request: Request) -> Result<Reply, Failure> {
        let (answer, wait) = oneshot::channel();
        // A dispatcher that is gone means that the run is over: the same to a script as being stopped.
        self.tx.send(Internal::Call { origin, request, answer }).map_err(|_| Failure::Cancelled)?;
        wait.blocking_recv().unwrap_or(Err(Failure::Cancelled))
    }
}
