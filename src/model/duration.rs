//! Durations as people write and read them: `90m`, `2m 15s`, `PT5M`; a bare number is seconds.

use std::time::Duration;

/// The text is not a duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a duration")]
pub struct NotADuration(pub String);

/// What is accepted, for help texts.
pub const ACCEPTED: &str = "write `90m`, `2m 15s`, `PT5M`, or a number of seconds";

/// Reads a duration; negative ones are refused.
pub fn parse(text: &str) -> Result<Duration, NotADuration> {
    let refuse = || NotADuration(text.to_owned());
    let trimmed = text.trim();
    if let Ok(seconds) = trimmed.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).map_err(|_| refuse());
    }
    let signed: jiff::SignedDuration = trimmed.parse().map_err(|_| refuse())?;
    Duration::try_from(signed).map_err(|_| refuse())
}

/// Shows seconds in at most two units, such as `2m 15s`; below ten seconds with one decimal.
pub fn show(seconds: f64) -> String {
    let seconds = if seconds.is_finite() { seconds.max(0.0) } else { 0.0 };
    if seconds < 9.95 {
        return if seconds.fract().abs() < 0.05 { format!("{seconds:.0}s") } else { format!("{seconds:.1}s") };
    }
    // Saturating: nobody waits for 2^63 seconds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative, saturating")]
    let whole = seconds.round() as u64;
    let (days, hours, minutes, rest) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60, whole % 60);
    match (days, hours, minutes, rest) {
        (0, 0, 0, s) => format!("{s}s"),
        (0, 0, m, 0) => format!("{m}m"),
        (0, 0, m, s) => format!("{m}m {s}s"),
        (0, h, 0, _) => format!("{h}h"),
        (0, h, m, _) => format!("{h}h {m}m"),
        (d, 0, _, _) => format!("{d}d"),
        (d, h, _, _) => format!("{d}d {h}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_accepted_spelling_is_read() {
        for (text, seconds) in [("90m", 5400.0), ("2m 15s", 135.0), ("PT5M", 300.0), ("90", 90.0), ("0.5", 0.5)] {
            assert_eq!(parse(text).map(|d| d.as_secs_f64()), Ok(seconds), "{text}");
        }
        for text in ["", "soon", "-5s", "-1", "1e400", "NaN"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_shown_in_two_units() {
        for (seconds, text) in [
            (0.0, "0s"),
            (1.24, "1.2s"),
            (9.96, "10s"),
            (135.0, "2m 15s"),
            (120.0, "2m"),
            (3600.0, "1h"),
            (5430.0, "1h 30m"),
            (90_000.0, "1d 1h"),
        ] {
            assert_eq!(show(seconds), text);
        }
    }
}
