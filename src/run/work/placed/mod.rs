//! Items that are carried out elsewhere: what a worker gets, and what is taken over from it.

pub(crate) mod follow;
pub(crate) mod input;
pub(crate) mod order;
mod papers;
pub(crate) mod place;
pub(crate) mod release;
