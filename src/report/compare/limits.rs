//! Limits of time: which setting one comes from, and to what it is raised by what was measured.

use crate::model::agent::TimerKind;
use crate::model::duration::show;

/// Returns the seconds that a key of the configuration allows now.
pub type Configured<'a> = &'a dyn Fn(&str) -> Option<f64>;

/// What is recommended about a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Advice {
    /// The key, and its new value.
    Raise(&'static str, String),
    /// The configuration allows more already: whoever set the limit did it for that run alone.
    Enough(String),
}

/// Says what to do about a limit that ended somebody who needed so many seconds. A value that would be lower than what
/// is allowed anyway is never recommended.
pub(super) fn advice(operation: &str, timer: TimerKind, needed: f64, configured: Configured<'_>) -> Advice {
    let key = key(operation, timer);
    let general = || configured("run.timeout").or_else(|| usual(operation)).filter(|_| timer == TimerKind::Total);
    match configured(key).or_else(general) {
        Some(now) if now >= needed => Advice::Enough(format!("`{key}` allows {} without a flag", show(now))),
        _ => Advice::Raise(key, format!("{needed:.0}s")),
    }
}

/// Names the setting behind a limit.
pub(super) fn key(operation: &str, timer: TimerKind) -> &'static str {
    match (timer, operation) {
        (TimerKind::Startup, _) => "run.startup",
        (TimerKind::Silence, _) => "run.silence",
        (TimerKind::Linger, _) => "run.linger",
        (TimerKind::Total, "execute") => "agent.roles.executor.timeout",
        (TimerKind::Total, "generate") => "agent.roles.generator.timeout",
        (TimerKind::Total, "review") => "agent.roles.reviewer.timeout",
        (TimerKind::Total, "context-update") => "agent.roles.context-updater.timeout",
        (TimerKind::Total, _) => "run.timeout",
    }
}

/// Returns the seconds that an attempt has where nothing is set.
fn usual(operation: &str) -> Option<f64> {
    match operation {
        "execute" => Some(3600.0),
        "generate" => Some(300.0),
        "review" => Some(120.0),
        _ => None,
    }
}

/// Returns a limit with some room above what was needed, in steps that fit its size.
pub(super) fn roomier(seconds: f64) -> f64 {
    let wanted = seconds * 1.08;
    let step = match wanted {
        small if small < 10.0 => 1.0,
        small if small < 60.0 => 5.0,
        small if small < 600.0 => 10.0,
        _ => 100.0,
    };
    (wanted / step).ceil() * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_follows_from_what_was_needed() {
        let room = [4.0, 12.0, 100.0, 3671.0].map(|seconds| show(roomier(seconds)));
        assert_eq!(room, ["5s", "15s", "1m 50s", "1h 6m"]);
    }

    #[test]
    fn what_is_allowed_anyway_is_never_lowered() {
        let nothing = |_: &str| None;
        let enough = Advice::Enough("`agent.roles.executor.timeout` allows 1h without a flag".to_owned());
        assert_eq!(advice("execute", TimerKind::Total, 100.0, &nothing), enough);
        let short = |key: &str| (key == "run.timeout").then_some(60.0);
        let raise = Advice::Raise("agent.roles.executor.timeout", "100s".to_owned());
        assert_eq!(advice("execute", TimerKind::Total, 100.0, &short), raise);
        let silence = |key: &str| (key == "run.silence").then_some(12.0);
        let raise = Advice::Raise("run.silence", "15s".to_owned());
        assert_eq!(advice("execute", TimerKind::Silence, 15.0, &silence), raise);
    }
}
