//! What a kill, an agent or a person did to a workspace: compared, saved, brought back.

pub(crate) mod broken;
pub(crate) mod catch_up;
pub(crate) mod history;
pub(crate) mod placement;
pub(crate) mod rescue;
pub(crate) mod settle;
