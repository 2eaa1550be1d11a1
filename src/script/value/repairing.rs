//! Asks whether what failed goes back to an agent.

use rhai::Map;

use super::checks::ChecksValue;
use super::convert::optional;
use crate::bridge::{Repair, Repairing};
use crate::script::api::native::{Call, Fault};

pub(super) fn repair_of(call: &Call, ordinal: u32, checks: &ChecksValue) -> Result<Map, Fault> {
    let reason = checks.reason().unwrap_or_else(|| "not validated".to_owned());
    ask_repair(call, Repair { ordinal, reason, said: checks.text() })
}

pub(super) fn ask_repair(call: &Call, order: Repair) -> Result<Map, Fault> {
    let repairing = call.ask(order)?;
    let (number, left, over) = match repairing {
        Repairing::Again { number, left } => (Some(i64::from(number)), left, None),
        Repairing::Over { why } => (None, None, Some(why)),
    };
    let entries =
        [("number".into(), optional(number)), ("left".into(), optional(left)), ("over".into(), optional(over))];
    Ok(entries.into_iter().collect())
}
