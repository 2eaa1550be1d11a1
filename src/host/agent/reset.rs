//! When a usage limit ends, as services and agents say it in prose: a time of day, a day, or a time from now.

use jiff::civil::Time;
use jiff::{SignedDuration, Zoned};

/// Words in front of what is read.
const BEFORE_TIME: [&str; 5] = ["try again at ", "resets at ", "reset at ", "resets ", "available at "];
const BEFORE_SPAN: [&str; 7] =
    ["try again in ", "reset after ", "resets in ", "reset in ", "retry in ", "retry after ", "available in "];
/// Who waits longer was misread.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 40);

/// Returns the end in epoch seconds; a time of day is one of the place where this runs.
pub(super) fn read(text: &str, now: &Zoned) -> Option<i64> {
    let prose = text.to_lowercase().replace(['\u{202f}', '\u{a0}'], " ");
    let after = |word: &str| prose.find(word).map(|at| &prose[at + word.len()..]);
    let span = || BEFORE_SPAN.iter().filter_map(|word| after(word)).find_map(span);
    let time = || BEFORE_TIME.iter().filter_map(|word| after(word)).find_map(|rest| moment(rest, now));
    let end = span().and_then(|span| now.checked_add(span).ok()).or_else(time)?;
    let wait = now.duration_until(&end);
    (wait > SignedDuration::ZERO && wait < LONGEST).then(|| end.timestamp().as_second())
}

/// Reads `3 days 4 hours 5 minutes`, `18h31m10s`, `25 seconds`, `1.5s`.
fn span(text: &str) -> Option<SignedDuration> {
    let mut rest = text;
    let mut sum: Option<SignedDuration> = None;
    loop {
        rest = rest.trim_start_matches([' ', ',', '~']).trim_start_matches("and ");
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let Ok(number) = rest[..digits].trim_end_matches('.').parse::<f64>() else { return sum };
        let unit = rest[digits..].trim_start();
        let letters = unit.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(unit.len());
        let seconds = match &unit[..letters] {
            "ms" => 0.001,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600.0,
            "d" | "day" | "days" => 86400.0,
            _ => return sum,
        };
        let part = SignedDuration::try_from_secs_f64((number * seconds).ceil()).ok()?;
        sum = Some(sum.unwrap_or_default().checked_add(part)?);
        rest = &unit[letters..];
    }
}

/// Reads `9:03 am`, `3pm`, `21:03`, `dec 3rd, 2026 9:03 am`.
fn moment(text: &str, now: &Zoned) -> Option<Zoned> {
    let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    let month = words.first().and_then(|word| {
        let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
        (1i8..).zip(names).find(|(_, name)| word.starts_with(name)).map(|(number, _)| number)
    });
    let Some(month) = month else {
        let time = time_of_day(&words)?;
        let today = now.date().to_datetime(time).to_zoned(now.time_zone().clone()).ok()?;
        return if &today > now { Some(today) } else { today.checked_add(jiff::Span::new().days(1)).ok() };
    };
    let day: i8 = words.get(1)?.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().ok()?;
    let year = words.get(2).and_then(|word| word.parse::<i16>().ok()).filter(|year| *year > 2000);
    let time = time_of_day(&words[if year.is_some() { 3 } else { 2 }..])?;
    let date = jiff::civil::Date::new(year.unwrap_or_else(|| now.year()), month, day).ok()?;
    date.to_datetime(time).to_zoned(now.time_zone().clone()).ok()
}

fn time_of_day(words: &[&str]) -> Option<Time> {
    let first = words.first()?.trim_end_matches(['.', ')', ';']);
    let digits = first.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(first.len());
    let (clock, glued) = first.split_at(digits);
    let half =
        if glued.is_empty() { words.get(1).map_or("", |word| word.trim_end_matches(['.', ')', ';'])) } else { glued };
    let (hour, minute) = match clock.split_once(':') {
        Some((hour, minute)) => (hour.parse::<i8>().ok()?, minute.parse::<i8>().ok()?),
        // A number alone is no time of day.
        None if matches!(half, "am" | "pm" | "a.m" | "p.m") => (clock.parse::<i8>().ok()?, 0),
        None => return None,
    };
    let hour = match half {
        "pm" | "p.m" if hour < 12 => hour + 12,
        "am" | "a.m" if hour == 12 => 0,
        _ => hour,
    };
    Time::new(hour, minute, 0, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_limit_is_read_as_agents_and_services_say_it() {
        let now: Zoned = "2026-12-01T08:30:00+01:00[Europe/Berlin]".parse().expect("a time");
        for (text, want) in [
            ("You've hit your usage limit. Upgrade to Pro, or try again at 9:03 AM.", "2026-12-01T09:03:00+01:00"),
            ("You've hit your usage limit, try again at 7:15 AM.", "2026-12-02T07:15:00+01:00"),
            ("try again at 12:05\u{202f}PM", "2026-12-01T12:05:00+01:00"),
            ("or try again at Dec 3rd, 2026 9:03 PM.", "2026-12-03T21:03:00+01:00"),
            ("try again in 3 days 4 hours 5 minutes.", "2026-12-04T12:35:00+01:00"),
            ("Please try again in 1.5s.", "2026-12-01T08:30:02+01:00"),
            ("Your quota will reset after 18h31m10s.", "2026-12-02T03:01:10+01:00"),
            ("You've hit your session limit · resets 3pm", "2026-12-01T15:00:00+01:00"),
            ("limit reached, resets at 21:03 (Europe/Berlin)", "2026-12-01T21:03:00+01:00"),
            ("Suggested retry after 30s.", "2026-12-01T08:30:30+01:00"),
        ] {
            let end = read(text, &now).map(|end| jiff::Timestamp::from_second(end).expect("a time"));
            let want: jiff::Timestamp = want.parse().expect("a time");
            assert_eq!(end, Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        let now: Zoned = "2026-12-01T08:30:00+01:00[Europe/Berlin]".parse().expect("a time");
        for text in [
            "quota exceeded",
            "try again at a later time",
            "try again in a while",
            "resets 2026",
            "try again at Dec 3rd, 2025 9:03 PM",
            "try again in 99999 days",
            "try again at 25:99",
        ] {
            assert_eq!(read(text, &now), None, "{text}");
        }
    }
}
