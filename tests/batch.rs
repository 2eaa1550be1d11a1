//! The main job, driven through the real program on real repositories with real agent processes.

#[path = "batch/cases.rs"]
mod cases;
#[path = "batch/checkout.rs"]
mod checkout;
#[path = "batch/crash.rs"]
mod crash;
#[path = "batch/documents.rs"]
mod documents;
#[path = "batch/forecasts.rs"]
mod forecasts;
#[path = "batch/input.rs"]
mod input;
#[path = "batch/lists.rs"]
mod lists;
#[path = "batch/plans.rs"]
mod plans;
#[path = "batch/processes.rs"]
mod processes;
#[path = "support/programs.rs"]
mod programs;
#[path = "batch/project.rs"]
mod project;
#[path = "batch/protocol.rs"]
mod protocol;
#[path = "batch/roles.rs"]
mod roles;
#[path = "batch/scripts.rs"]
mod scripts;
#[path = "batch/trends.rs"]
mod trends;
#[path = "batch/variables.rs"]
mod variables;
#[path = "batch/weather.rs"]
mod weather;
