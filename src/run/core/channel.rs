//! The real bridge: sends the questions of script threads to the loop.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::mpsc;

use super::message::Message;
use crate::bridge::{Bridge, Failure, Origin, Request};

/// The script's end of the channel to the loop.
pub(crate) struct ChannelBridge {
    tx: mpsc::UnboundedSender<Message>,
    /// How many threads wait for an answer.
    waiting: Arc<AtomicUsize>,
}

impl ChannelBridge {
    pub(crate) fn new(tx: mpsc::UnboundedSender<Message>, waiting: Arc<AtomicUsize>) -> Self {
        Self { tx, waiting }
    }
}

impl Bridge for ChannelBridge {
    fn send(&self, origin: Origin, request: Request) {
        // A loop that is gone means that the run is over: the same to a script as being stopped.
        if let Err(mpsc::error::SendError(Message::Asked { request, .. })) =
            self.tx.send(Message::Asked { origin, request })
        {
            request.refuse(Failure::Cancelled);
        }
    }

    fn waits(&self, begins: bool) {
        if begins {
            self.waiting.fetch_add(1, Ordering::Relaxed);
        } else {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
