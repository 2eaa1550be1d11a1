//! The command line: one file per subcommand, in wings by what people do.
//!
//! Built-in subcommands are derived; batch scripts become real subcommands, built from what each says about itself.

pub mod agents;
pub mod author;
pub mod batch;
pub mod dashboard;
pub mod demo;
pub mod executors;
pub mod follow;
pub mod mcp;
pub mod notify;
pub mod screen;
pub mod setup;
pub mod start;
pub mod steer;
pub mod worker;

pub use screen::RunDisplay;
pub use start::context::Context;
pub use start::failure::{CommandFailure, CommandResult};
pub use start::globals::Globals;
pub use start::program::main;
pub use start::terminal::Terminal;
