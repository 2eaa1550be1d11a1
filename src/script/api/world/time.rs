//! `time::…`: the clock of the run.

use std::time::Duration;

use rhai::plugin::*;

use crate::bridge::Now;

use crate::script::api::native::{Call, Fault, Thrown, invalid, native};

fn seconds(call: &Call) -> Result<i64, Fault> {
    call.ask(Now)
}

#[export_module]
pub(crate) mod module {
    /// Returns the time in epoch seconds.
    ///
    /// ```rhai
    /// let started = time::now();
    /// ```
    #[rhai_fn(return_raw)]
    pub fn now(context: NativeCallContext) -> Thrown<i64> {
        native(&context, seconds)
    }

    /// Returns the time as text, such as `2026-11-20T10:15:30Z`.
    ///
    /// ```rhai
    /// prp::set(prp.path, #{ updated: time::text() });
    /// ```
    #[rhai_fn(return_raw)]
    pub fn text(context: NativeCallContext) -> Thrown<String> {
        native(&context, |call| {
            let now = jiff::Timestamp::from_second(seconds(call)?);
            Ok(now.map_err(|error| Fault::Bug(format!("the clock is wrong: {error}")))?.to_string())
        })
    }

    /// Returns the epoch seconds of a time such as `2026-12-01T08:00:00Z` or a day such as `2026-12-01`, which begins in UTC.
    ///
    /// ```rhai
    /// print(time::parse("2026-12-01") - time::parse("2026-11-30T12:00:00Z")); // → 43200
    /// ```
    #[rhai_fn(return_raw)]
    pub fn parse(context: NativeCallContext, text: &str) -> Thrown<i64> {
        native(&context, |_| {
            let day =
                |_| text.parse::<jiff::civil::Date>()?.to_zoned(jiff::tz::TimeZone::UTC).map(|day| day.timestamp());
            let time = text.parse::<jiff::Timestamp>().or_else(day);
            let time = time.map_err(|_| invalid(format!("`{text}` is neither a time nor a day")));
            Ok(time.map_err(|error| error.help("write `2026-12-01T08:00:00Z` or `2026-12-01`"))?.as_second())
        })
    }

    /// Returns a time in epoch seconds as a pattern says it, in UTC: `%Y` year, `%m` month, `%d` day, `%H:%M:%S` time of day.
    ///
    /// ```rhai
    /// print(time::format(0, "%d.%m.%Y %H:%M")); // → 01.01.1970 00:00
    /// ```
    #[rhai_fn(return_raw)]
    pub fn format(context: NativeCallContext, seconds: i64, pattern: &str) -> Thrown<String> {
        native(&context, |_| {
            let time = jiff::Timestamp::from_second(seconds)
                .map_err(|_| invalid(format!("{seconds} is no time in epoch seconds")))?;
            let shown = jiff::fmt::strtime::format(pattern, time);
            Ok(shown.map_err(|error| invalid(format!("`{pattern}` is no pattern of a time: {error}")))?)
        })
    }

    /// Returns seconds as people write a duration, such as `1h 30m`.
    ///
    /// ```rhai
    /// print(time::duration(agent::settings("executor", prp).timeout));
    /// ```
    pub fn duration(seconds: f64) -> String {
        crate::model::duration::show(seconds)
    }

    /// Waits; a run that is being stopped does not wait to the end. In a test the clock moves on instead.
    ///
    /// ```rhai
    /// time::sleep(2);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sleep(context: NativeCallContext, seconds: i64) -> Thrown<()> {
        native(&context, |call| {
            let seconds = u64::try_from(seconds).map_err(|_| invalid(format!("cannot sleep {seconds} seconds")))?;
            let whole = Duration::from_secs(seconds);
            if let Some(fake) = &call.state.fake {
                fake.world().agenda.pass(whole);
                return Ok(());
            }
            Ok(call.state.sleep(whole)?)
        })
    }
}
