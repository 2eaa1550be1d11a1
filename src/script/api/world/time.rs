//! `time::…`: the clock of the run.

use std::time::{Duration, Instant};

use rhai::plugin::*;

use crate::bridge::{Failure, Now};

use crate::script::api::native::{Call, Fault, Thrown, invalid, native};

/// How often a sleeping script looks whether it is being stopped.
const TICK: Duration = Duration::from_millis(50);

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

    /// Returns seconds as people write a duration, such as `1h 30m`.
    ///
    /// ```rhai
    /// print(time::duration(agent::settings("executor", prp).timeout));
    /// ```
    pub fn duration(seconds: f64) -> String {
        crate::model::duration::show(seconds)
    }

    /// Waits; a run that is being stopped does not wait to the end.
    ///
    /// ```rhai
    /// time::sleep(2);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn sleep(context: NativeCallContext, seconds: i64) -> Thrown<()> {
        native(&context, |call| {
            let seconds = u64::try_from(seconds).map_err(|_| invalid(format!("cannot sleep {seconds} seconds")))?;
            let (start, whole) = (Instant::now(), Duration::from_secs(seconds));
            while start.elapsed() < whole {
                if call.state.cancelled() {
                    return Err(Failure::Cancelled.into());
                }
                std::thread::sleep(TICK.min(whole.saturating_sub(start.elapsed())));
            }
            Ok(())
        })
    }
}
