//! Git as batchprp uses it, on real repositories: faults, kills, hostile names and the user's checkout unchanged.

mod checkout;
mod checkpoints;
mod fixture;
mod history;
mod locks;
mod merges;
mod opening;
mod reading;
mod upkeep;
mod workspace;
