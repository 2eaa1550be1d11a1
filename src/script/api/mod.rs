//! What scripts can call: one file per native module, one adapter (`native`) between the engine and all of them.
#![allow(clippy::needless_pass_by_value, reason = "the engine hands arguments over by value")]
#![allow(clippy::unwrap_used, clippy::wildcard_imports, unreachable_pub, reason = "the export macro writes such code")]

mod agent;
mod agent_call;
mod answer;
mod assert;
mod config;
mod contradiction;
pub(crate) mod current;
mod dag;
mod digest;
mod document;
mod env;
pub(crate) mod event;
mod failure;
pub(crate) mod fields;
mod files;
mod git;
mod http;
mod items;
mod json;
pub(crate) mod native;
mod outcome;
mod plan;
mod process;
mod prp;
mod register;
mod review;
mod review_facts;
pub(crate) mod run;
mod run_options;
mod surroundings;
pub(crate) mod template;
mod text;
mod time;
mod yaml;

pub(crate) use register::register;
