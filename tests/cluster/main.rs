//! Items that are carried out elsewhere: by workers, with a hub in between, on real repositories and real processes.

mod faults;
mod results;
mod scene;
