//! A job that only waits, for trying an executor out: it says a line now and then, and ends when it is told to.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::job::{Begun, Home, Job};
use crate::cli::start::failure::{CommandFailure, CommandResult};
use crate::error::{Error, ExitCode};

/// How often it says something.
const LINE: Duration = Duration::from_millis(200);
/// Its exit code when nobody ended it before: one that nothing else has.
const CODE: u8 = 3;

/// Waits for some seconds.
pub(super) fn run(home: &Home, name: &str, spec: &str, seconds: u32) -> CommandResult {
    nix::unistd::setsid().ok();
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        signal_hook::flag::register(signal, stop.clone())
            .map_err(|error| Error::new(ExitCode::Internal, format!("cannot hear signals: {error}")))?;
    }
    let (Begun::Fresh(job) | Begun::Kept(job)) = Job::begin(home, name, spec)? else { return Ok(ExitCode::Done) };
    let mut log = job.log()?;
    let (mut echo, begin) = (job.echo(), Instant::now());
    let is_stopped = || stop.load(Ordering::Relaxed) || job.is_cancelled();
    for number in 1_u32.. {
        writeln!(log, "line {number}")?;
        echo.pass();
        if is_stopped() || begin.elapsed().as_secs() >= u64::from(seconds) {
            break;
        }
        std::thread::sleep(LINE);
    }
    let code = if is_stopped() { ExitCode::Terminated as u8 } else { CODE };
    job.end(code, false);
    Err(CommandFailure::Exit(code))
}
