//! Fail points: named places before and after every effect, at which tests kill, fail or delay this program.
//!
//! `BATCHPRP_FAIL=name:action[:n]` acts when a place is passed for the n-th time (the first, when left out); several
//! are separated by commas. The actions are `kill` (SIGKILL to ourselves), `error` and `delay` (200 ms). Every effect
//! `x` has the places `x.pre` and `x.post`. `BATCHPRP_FAIL_LOG=file` appends the name of every place that is passed.
//!
//! Only debug builds and builds with the feature `failpoints` look at these variables; in all others this is nothing.

use std::io;

use crate::error::{Error, ExitCode};

/// An error that a test asked for.
#[derive(Debug)]
pub struct Injected(String);

impl From<Injected> for io::Error {
    fn from(Injected(name): Injected) -> Self {
        Self::other(format!("fail point `{name}`"))
    }
}

impl From<Injected> for Error {
    fn from(Injected(name): Injected) -> Self {
        Self::new(ExitCode::Internal, format!("fail point `{name}`"))
    }
}

/// Performs an effect between its two places.
pub fn around<T, E: From<Injected>>(name: &str, effect: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    before(name)?;
    let done = effect()?;
    after(name)?;
    Ok(done)
}

/// Performs an effect whose failure is left alone between its two places; an error before it leaves it out.
pub fn quietly(name: &str, effect: impl FnOnce()) {
    let nothing: Result<(), Injected> = around(name, || {
        effect();
        Ok(())
    });
    drop(nothing);
}

/// The place before an effect that cannot be passed as a closure.
pub fn before(name: &str) -> Result<(), Injected> {
    pass(name, "pre")
}

/// The place after an effect that cannot be passed as a closure.
pub fn after(name: &str) -> Result<(), Injected> {
    pass(name, "post")
}

#[cfg(any(debug_assertions, feature = "failpoints"))]
fn pass(name: &str, side: &str) -> Result<(), Injected> {
    armed::pass(name, side)
}

#[cfg(not(any(debug_assertions, feature = "failpoints")))]
#[expect(clippy::unnecessary_wraps, reason = "the other build can fail here")]
#[inline]
fn pass(_: &str, _: &str) -> Result<(), Injected> {
    Ok(())
}

#[cfg(any(debug_assertions, feature = "failpoints"))]
mod armed {
    use std::collections::HashMap;
    use std::fs::{File, OpenOptions};
    use std::io::Write as _;
    use std::sync::{Mutex, OnceLock, PoisonError};
    use std::time::Duration;

    use nix::sys::signal::{Signal, kill};

    use super::Injected;

    const DELAY: Duration = Duration::from_millis(200);

    #[derive(Clone, Copy, Debug)]
    enum Action {
        Kill,
        Error,
        Delay,
    }

    /// What the environment asks for.
    #[derive(Debug, Default)]
    struct Orders {
        acts: Vec<(String, Action, u32)>,
        log: Option<File>,
        passed: Mutex<HashMap<String, u32>>,
    }

    static ORDERS: OnceLock<Option<Orders>> = OnceLock::new();

    pub(super) fn pass(name: &str, side: &str) -> Result<(), Injected> {
        let Some(orders) = ORDERS.get_or_init(orders) else { return Ok(()) };
        let name = format!("{name}.{side}");
        let times = {
            let mut passed = orders.passed.lock().unwrap_or_else(PoisonError::into_inner);
            let times = passed.entry(name.clone()).or_insert(0);
            *times += 1;
            *times
        };
        if let Some(mut log) = orders.log.as_ref() {
            // A log that cannot be written is noticed by the test that reads it.
            log.write_all(format!("{name}\n").as_bytes()).ok();
        }
        let hit = orders.acts.iter().find(|(wanted, _, at)| *wanted == name && *at == times);
        match hit.map(|(_, action, _)| *action) {
            None => Ok(()),
            Some(Action::Error) => Err(Injected(name)),
            Some(Action::Delay) => {
                std::thread::sleep(DELAY);
                Ok(())
            }
            Some(Action::Kill) => loop {
                kill(nix::unistd::getpid(), Signal::SIGKILL).ok();
            },
        }
    }

    fn orders() -> Option<Orders> {
        let wanted = std::env::var("BATCHPRP_FAIL").unwrap_or_default();
        let log = std::env::var_os("BATCHPRP_FAIL_LOG");
        let log = log.and_then(|path| OpenOptions::new().append(true).create(true).open(path).ok());
        let acts: Vec<_> = wanted.split(',').filter_map(order).collect();
        (!acts.is_empty() || log.is_some()).then(|| Orders { acts, log, ..Orders::default() })
    }

    fn order(text: &str) -> Option<(String, Action, u32)> {
        let mut parts = text.split(':');
        let name = parts.next()?.to_owned();
        let action = match parts.next()? {
            "kill" => Action::Kill,
            "error" => Action::Error,
            "delay" => Action::Delay,
            _ => return None,
        };
        Some((name, action, parts.next().and_then(|n| n.parse().ok()).unwrap_or(1)))
    }
}
