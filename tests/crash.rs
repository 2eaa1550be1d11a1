//! Crash safety with numbers: faults at every fail point, kills at random times, two programs on one batch.

#[path = "crash/cases.rs"]
mod cases;
#[path = "crash/effects.rs"]
mod effects;
#[path = "crash/hands.rs"]
mod hands;
#[path = "invariants/mod.rs"]
mod invariants;
#[path = "crash/landing.rs"]
mod landing;
#[path = "crash/points.rs"]
mod points;
#[path = "crash/random.rs"]
mod random;
#[path = "crash/scene.rs"]
mod scene;
#[path = "crash/two.rs"]
mod two;
