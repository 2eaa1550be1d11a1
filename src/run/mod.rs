//! One run from start to end: the dispatcher, its journal, and the bridge to scripts.
//!
//! Theory of operation. The script runs on ordinary threads: one for `main`, one for every running item. Each effect of
//! a script is one blocking [`bridge::Bridge::call`]. The main thread runs a current-thread runtime with one loop, the
//! dispatcher: script calls, facts about processes, ends of tasks, timers and signals all become one
//! [`internal::Internal`] message each. Handling a message is synchronous: it updates the pure machine of `schedule`,
//! writes the journal, tells the reporters, and only then starts effects. So everything that happened has one order,
//! and that order is on disk before anybody sees it.

pub mod active;
pub mod adopt;
pub mod agents;
pub mod ahead;
pub mod bisect;
pub mod candidate;
pub mod channel;
pub mod checkout;
pub mod close;
pub mod dispatcher;
pub mod effects;
pub mod events;
pub mod execute;
pub mod executed;
pub mod furnish;
pub mod gate;
pub mod gitwork;
pub mod internal;
pub mod journal;
pub mod merging;
pub mod opening;
pub mod resolving;
pub mod select;
pub mod settings;
pub mod worktrees;
