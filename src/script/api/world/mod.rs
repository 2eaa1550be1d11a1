//! Functions that reach the world outside of a run: files, programs, HTTP, environment, time, configuration.

pub(crate) mod config;
pub(crate) mod env;
pub(crate) mod files;
pub(crate) mod http;
pub(crate) mod person;
pub(crate) mod process;
pub(crate) mod surroundings;
pub(crate) mod time;
