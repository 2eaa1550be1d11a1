//! What script authors use: listing, checking, testing and trying out commands.

pub mod api;
pub mod check;
pub mod kit;
pub mod list;
pub mod lsp;
pub mod new_document;
pub mod repl;
pub mod test;
mod test_report;
