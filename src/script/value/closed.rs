//! `Closed`: how a run ended.

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};

use crate::bridge::{Closed, ClosedItem};

use super::convert::data;

/// The end of a run as scripts see it.
#[derive(Clone, Debug)]
pub(crate) struct ClosedValue(pub(crate) Closed);

#[export_module]
pub(crate) mod getters {
    /// Tells whether every item was completed.
    #[rhai_fn(get = "ok", pure)]
    pub fn ok(closed: &mut ClosedValue) -> bool {
        closed.0.exit_code == 0
    }

    /// Exit code of the program that follows from it.
    #[rhai_fn(get = "exit_code", pure)]
    pub fn exit_code(closed: &mut ClosedValue) -> i64 {
        i64::from(closed.0.exit_code)
    }

    /// Number of items per status, such as `#{ completed: 7, failed: 1 }`.
    #[rhai_fn(get = "totals", pure)]
    pub fn totals(closed: &mut ClosedValue) -> Map {
        let total = |(status, count): (&crate::event::kind::ItemStatus, &u32)| {
            (status.as_str().into(), Dynamic::from(i64::from(*count)))
        };
        closed.0.totals.iter().map(total).collect()
    }

    /// One map per item: `#{ id, status, reason, value, duration }`. The reason of a completed item is its note; the value
    /// is what a completed item returned, or `()`.
    #[rhai_fn(get = "items", pure)]
    pub fn items(closed: &mut ClosedValue) -> Array {
        let item = |item: &ClosedItem| {
            let mut map = Map::new();
            map.insert("id".into(), item.id.clone().into());
            map.insert("status".into(), item.status.as_str().into());
            map.insert("reason".into(), item.reason.clone().into());
            map.insert("value".into(), item.value.as_ref().map_or(Dynamic::UNIT, data));
            map.insert("duration".into(), item.duration.into());
            Dynamic::from_map(map)
        };
        closed.0.items.iter().map(item).collect()
    }

    /// Returns the totals as text.
    #[rhai_fn(name = "to_string", name = "to_debug", pure)]
    pub fn display(closed: &mut ClosedValue) -> String {
        let total = |(status, count): (&crate::event::kind::ItemStatus, &u32)| format!("{count} {}", status.as_str());
        closed.0.totals.iter().map(total).collect::<Vec<_>>().join(", ")
    }
}
