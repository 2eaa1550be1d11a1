//! From the words of the command line to the command that they name, and from its failure to the screen.

pub mod builtin;
pub mod caller;
pub mod channel;
pub mod ci;
pub mod context;
pub mod document;
pub mod failure;
pub mod globals;
pub mod groups;
pub mod numbers;
pub mod parse;
pub mod peek;
pub mod program;
pub mod project;
pub mod render;
pub mod root;
pub mod synonyms;
pub mod terminal;
pub mod trusted;
