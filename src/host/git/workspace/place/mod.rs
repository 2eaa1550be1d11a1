//! Where workspaces are: their folders, what is recorded of them, what stands at their place, what the dead left.

pub(crate) mod administration;
pub(crate) mod find;
pub(crate) mod leftovers;
pub(crate) mod linked;
pub(crate) mod order;
pub(crate) mod record;
pub(crate) mod space;
