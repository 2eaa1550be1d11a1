//! The real bridge: sends the questions of script threads to the loop.

use tokio::sync::mpsc;

use super::message::Message;
use crate::bridge::{Bridge, Failure, Origin, Request};

/// The script's end of the channel to the loop.
pub(crate) struct ChannelBridge {
    tx: mpsc::UnboundedSender<Message>,
}

impl ChannelBridge {
    pub(crate) fn new(tx: mpsc::UnboundedSender<Message>) -> Self {
        Self { tx }
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
}
