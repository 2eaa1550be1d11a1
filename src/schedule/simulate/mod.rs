//! The machine under a simulated clock: for forecasts, and for trying out a hundred thousand schedules.

mod clock;
mod forecast;
mod world;

pub use clock::{SimulatedStep, run};
pub use forecast::{best_slots, makespan, makespans};
pub use world::SimulatedWorld;
