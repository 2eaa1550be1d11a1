//! What the loop and its tasks share: names, slots, limits of services. None of it knows either of them.

pub(crate) mod at_work;
pub(crate) mod busy;
pub(crate) mod check_logs;
pub(crate) mod history;
pub(crate) mod hub_view;
pub(crate) mod leftovers;
pub(crate) mod names;
pub(crate) mod rate_limits;
pub(crate) mod slot;
pub(crate) mod warm_up;
