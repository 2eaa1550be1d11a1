//! The readers and the editor alone. They name no other layer, so that nothing else has to be built for fuzzing.

#[path = "../../src/model/mod.rs"]
pub mod model;
