//! The work of this program as tools for an agent host, over the Model Context Protocol on standard streams.

mod call;
pub mod command;
mod resources;
mod server;
pub mod tools;
