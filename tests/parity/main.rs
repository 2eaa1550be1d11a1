//! One script, run by `batchprp test` and by `batchprp run`: the same items start in the same order and end in the same
//! way, for the same reasons, with the same values and the same exit code.

mod call;
mod cases;
mod pair;
#[allow(dead_code, reason = "shared with the tests of the main job")]
#[path = "../batch/project.rs"]
mod project;
