//! The graph: known examples, and random graphs against a naive reference.

mod examples;
mod properties;
mod reference;
mod render;
