//! What the loop works with: its state, the messages that change it, what follows from them, and the event stream.

pub(crate) mod channel;
pub(crate) mod effect;
pub(crate) mod event_stream;
pub(crate) mod in_memory;
pub(crate) mod live_item;
pub(crate) mod message;
pub(crate) mod moment;
pub(crate) mod open;
pub(crate) mod pending;
pub(crate) mod phase_repairs;
pub(crate) mod state;
