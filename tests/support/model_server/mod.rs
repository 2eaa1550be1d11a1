//! A model service on the loopback interface that speaks the interfaces of Anthropic, `OpenAI` and Gemini.
//!
//! What it answers is scripted by a marker in the prompt, see [`script`]. It keeps a log of its requests. Nothing but
//! the standard library and a JSON reader is needed, so that a test can start one for itself.
#![allow(dead_code, unreachable_pub, reason = "every test binary uses a part of it")]

mod answer;
mod anthropic;
mod cache;
mod chat;
mod conversation;
mod gemini;
mod http;
mod responses;
pub mod script;
mod server;

pub use script::Counts;
pub use server::ModelServer;
