//! Functions of a run: graph, items, agents, git, events, outcomes.

pub(crate) mod agent;
pub(crate) mod agent_call;
pub(crate) mod agent_settings;
pub(crate) mod asking;
pub(crate) mod baseline;
pub(crate) mod current;
pub(crate) mod dag;
pub mod elsewhere;
pub(crate) mod event;
pub(crate) mod git;
mod git_values;
pub(crate) mod item_id;
pub(crate) mod items;
mod only_item;
pub(crate) mod options;
pub(crate) mod outcome;
pub(crate) mod preview;
pub(crate) mod recipe;
pub(crate) mod usable;
