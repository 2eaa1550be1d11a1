//! Whether somebody carries a run on, and in words why nothing new starts: a usage limit, a budget, something to be
//! mended.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::text::{dollars, line};
use crate::event::fold::seconds;
use crate::event::{QuotaPause, RunView};
use crate::model::duration::show;

/// What became of the process of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Life {
    Ended,
    Running,
    /// It runs on another host, or nobody can tell from here.
    Elsewhere,
    /// Its process is gone before the end.
    Interrupted,
}

/// Names a usage limit, until when it stands, and whether the run goes on by itself.
pub(super) fn quota(pause: &QuotaPause, now: Option<Timestamp>) -> String {
    let at = |second: i64| Timestamp::from_second(second).ok();
    let time = |until: Timestamp| match now {
        Some(now) if until > now => format!("{until} (in {})", show(seconds(Some(now), Some(until)).ceil())),
        Some(_) | None => until.to_string(),
    };
    let until = pause.until.and_then(at).map(|until| format!(" until {}", time(until)));
    let again = match pause.again.and_then(at) {
        Some(_) if pause.until.is_some() => ", then the run goes on".to_owned(),
        Some(again) => format!(", tried again at {}", time(again)),
        None => String::new(),
    };
    format!("usage limit of {}{}{again}", line(&pause.agent, 30), until.unwrap_or_default())
}

/// Says which limit a run ran into and has not come out of.
pub fn limit(state: &RunView, now: Option<Timestamp>) -> Option<String> {
    if let Some(used_up) = &state.used_up {
        // What was at work when it was used up went on to its end.
        let usage = state.usage();
        let all =
            if used_up.unit.eq_ignore_ascii_case("usd") { usage.cost } else { usage.tokens.map(|t| t.total() as f64) };
        let spent = budget(all.map_or(used_up.spent, |all| all.max(used_up.spent)), used_up.limit, &used_up.unit);
        return Some(format!("{spent}; started again, the run may spend as much again"));
    }
    state.paused.as_ref().map(|pause| quota(pause, now))
}

/// Says how much of a budget is spent.
pub fn budget(spent: f64, limit: f64, unit: &str) -> String {
    if unit.eq_ignore_ascii_case("usd") {
        return format!("budget: {} of {} spent", dollars(spent), dollars(limit));
    }
    format!("budget: {spent:.0} of {limit:.0} {} used", line(unit, 20))
}
