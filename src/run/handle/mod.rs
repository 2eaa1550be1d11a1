//! Message and state to what follows: decided without the world, without waiting, in one place per subject.

mod agent;
mod budget;
mod close;
mod control;
mod hand;
mod item;
mod last_word;
mod machine;
mod merge;
mod merge_queue;
mod open;
mod placed;
mod repair;
mod route;
mod script_end;
mod signal;
mod task;

pub(crate) use route::handle;

#[cfg(test)]
mod tests;
