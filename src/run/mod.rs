//! One run from start to end.
//!
//! Theory of operation. The script runs on ordinary threads: one for `main`, one for every running item. Each effect of
//! a script is one question through the bridge. The main thread runs a current-thread runtime with one loop, `dispatch`:
//! questions, facts about processes, ends of tasks, timers and signals all become one [`core::message::Message`] each.
//! `handle` turns a message and the state into what follows, without the world: events, which are stored and then shown,
//! and after them answers and tasks. Tasks are functions in `work` that know nothing of the loop. So everything that
//! happened has one order, that order is on disk before anybody sees it, and nothing that is slow delays anything else.

pub(crate) mod core;
pub(crate) mod dispatch;
pub mod execute;
pub(crate) mod handle;
pub mod settings;
pub(crate) mod shared;
pub(crate) mod work;

pub use core::event_stream::{Reporter, ReporterEvent};
pub use shared::history::history;
pub use shared::names::batch_branch;
pub use work::merge::approve::{Waiting, approve, waiting};
pub use work::query::documents::documents;
pub(crate) use work::query::select::next_batch;
