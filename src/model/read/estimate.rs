//! Estimates as people write them into headings: `1.5 hours`, `2-3h`, `~30 min`, `2h 15m`, `3-4 days`.

/// Hours of one working day, and of one working week.
const DAY: f64 = 8.0;
const WEEK: f64 = 5.0 * DAY;

/// A duration, or the middle of a range of durations.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Duration {
    pub(crate) minutes: f64,
    /// It was written as a range or with `~`.
    pub(crate) rough: bool,
}

/// Reads a duration at the start of a text and returns it with the rest. `bare` is the unit of a number without one,
/// in minutes; without it such a number is no duration.
pub(crate) fn leading(text: &str, bare: Option<f64>) -> Option<(Duration, &str)> {
    let mut rest = text.trim_start();
    let trimmed = rest.trim_start_matches(['~', '≈']).trim_start();
    let mut rough = trimmed.len() < rest.len();
    rest = trimmed;
    let mut minutes = 0.0;
    let mut parts = 0;
    while let Some((low, after)) = number(rest) {
        let (value, after) = match after.trim_start().strip_prefix(['-', '–', '—']).and_then(|r| number(r.trim_start()))
        {
            Some((high, after)) => {
                rough = true;
                (f64::midpoint(low, high), after)
            }
            None => (low, after),
        };
        match (unit(after), bare) {
            (Some((factor, after)), _) => {
                minutes += value * factor;
                rest = after;
            }
            (None, Some(factor)) if parts == 0 => {
                return ends(after).then_some((Duration { minutes: value * factor, rough }, after));
            }
            (None, _) => break,
        }
        parts += 1;
        let next = rest.trim_start();
        if !next.starts_with(|c: char| c.is_ascii_digit()) {
            break;
        }
        rest = next;
    }
    (parts > 0 && ends(rest)).then_some((Duration { minutes, rough }, rest))
}

fn ends(rest: &str) -> bool {
    !rest.starts_with(|c: char| c.is_alphanumeric())
}

fn number(text: &str) -> Option<(f64, &str)> {
    let end = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let digits = text[..end].trim_end_matches('.');
    // Longer numbers are no durations, and infinity is none either.
    (!digits.is_empty() && digits.len() <= 12)
        .then(|| digits.parse().ok().map(|value| (value, &text[digits.len()..])))?
}

fn unit(text: &str) -> Option<(f64, &str)> {
    let text = text.trim_start_matches([' ', '\t', '-']);
    let end = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let factor = match text[..end].to_ascii_lowercase().as_str() {
        "m" | "min" | "mins" | "minute" | "minutes" => 1.0,
        "h" | "hr" | "hrs" | "hour" | "hours" => 60.0,
        "d" | "day" | "days" => DAY * 60.0,
        "w" | "week" | "weeks" => WEEK * 60.0,
        _ => return None,
    };
    Some((factor, &text[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_gives_minutes() {
        for (text, minutes, rough) in [
            ("1.5 hours", 90.0, false),
            ("2h 15m", 135.0, false),
            ("~30 min", 30.0, true),
            ("2-3h", 150.0, true),
            ("3–4 days", 1680.0, true),
            ("45 minutes", 45.0, false),
        ] {
            assert_eq!(leading(text, None), Some((Duration { minutes, rough }, "")), "{text}");
        }
        assert_eq!(leading("2-3", Some(60.0)).map(|d| d.0.minutes), Some(150.0));
        assert_eq!(leading("5-6 (more)", Some(60.0)).map(|d| (d.0.minutes, d.1)), Some((330.0, " (more)")));
    }

    #[test]
    fn what_only_starts_like_a_duration_is_none() {
        for text in ["Week 1", "3 subagents", "2 Haiku", "", "h", "5minty", "1.2.3.4 hours"] {
            assert_eq!(leading(text, None), None, "{text}");
        }
        assert_eq!(leading("soon", Some(60.0)), None);
    }
}
