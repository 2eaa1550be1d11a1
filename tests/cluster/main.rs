//! Items that are carried out elsewhere: by workers, with a hub in between, on real repositories and real processes.

mod conformance;
mod engine;
mod faults;
mod following;
mod load;
mod outages;
mod resources;
mod results;
mod scene;
