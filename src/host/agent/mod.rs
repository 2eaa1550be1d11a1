//! One attempt of an agent: started, listened to, timed, stopped, and reported with what it left.

mod answer;
mod attempt;
mod environment;
mod files;
mod heartbeat;
mod home;
mod ledger;
mod lines;
mod log;
mod own_state;
mod reset;
mod setup;
mod stream;
mod supervise;
mod watch;

pub use attempt::attempt;
pub use environment::{BASE as BASE_ENVIRONMENT, clean as clean_environment};
pub use ledger::SessionLedger;
pub use setup::{Fact, Setup, Timers, Touch};
