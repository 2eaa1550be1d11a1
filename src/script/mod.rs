//! The Rhai host: everything that knows the scripting language, and nothing that performs an effect itself.
//!
//! A script is found by the `library`, compiled once, described by its `spec`, and run by the `host` on an engine that
//! `engine` builds. Its effects are native functions (`api`) that ask the bridge; what goes wrong becomes an
//! [`crate::error::Error`] with places in the script (`diagnostic`).

#![allow(clippy::match_bool, reason = "two results side by side are easier to compare than if and else")]

pub mod adapter;
mod api;
pub mod check;
mod diagnostic;
pub mod editor;
pub mod embedded;
mod engine;
mod failure;
mod functions;
mod growth;
mod hook;
mod host;
mod import;
pub mod kit;
pub mod library;
mod limits;
pub mod position;
pub mod reader;
pub mod reference;
pub mod search;
mod session;
pub mod spec;
mod state;
mod suggest;
pub mod testing;
mod value;

pub use adapter::{AgentDescription, CAPABILITIES, SignIn, VersionFit, built_in_agents};
pub use api::run::elsewhere::trial::{ExecutorFinding, Holds, try_executor};
pub use host::{HostParts, LibraryModule, Script, ScriptEnd, ScriptHost, host};
pub use session::Session;
pub use state::Person;
