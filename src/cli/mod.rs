//! The command line: arguments, streams, files of the user, and one file per subcommand.
//!
//! Built-in subcommands are derived; batch scripts become real subcommands, built from what each says about itself.

pub mod alive;
pub mod analyze;
pub mod api;
pub mod author;
pub mod builtin;
pub mod check;
pub mod clean;
pub mod complete;
pub mod completions;
pub mod config_show;
pub mod context;
pub mod demo;
pub mod detach;
pub mod doctor;
pub mod failure;
pub mod globals;
pub mod graph;
pub mod graph_items;
pub mod init;
pub mod inspect;
pub mod journal;
pub mod launch;
pub mod list;
pub mod live;
pub mod logs;
pub mod man;
pub mod parse;
pub mod peek;
pub mod program;
pub mod progress;
pub mod project;
pub mod render;
pub mod replay;
pub mod report;
pub mod repository;
pub mod resolve;
pub mod root;
pub mod run;
pub mod runs;
pub mod script_args;
pub mod script_command;
pub mod scripts;
pub mod status;
pub mod stop;
pub mod terminal;
pub mod test;
pub mod trend;
pub mod watch;

pub use context::Context;
pub use failure::{Failure, Outcome};
pub use globals::Globals;
pub use program::main;
pub use progress::Progress;
pub use terminal::Terminal;
