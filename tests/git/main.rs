//! Git as batchprp uses it, on real repositories: faults, kills, hostile names and the user's checkout unchanged.

mod fixture;
mod opening;
