//! `lsp`: what editors ask about scripts, over the Language Server Protocol.

pub mod command;
mod place;
mod server;
