//! The loop around one running agent: reads, times, stops, and leaves no process behind.

use std::path::Path;
use std::time::{Duration, Instant};

use super::setup::{Fact, Timers};
use super::stream::Listener;
use super::watch::TimerVerdict;
use crate::host::clock;
use crate::host::process::kill::Family;
use crate::host::process::pipes::{DRAIN, Pipes, QUIET};
use crate::host::process::run::exit_of;
use crate::host::process::spawn::Running;
use crate::host::stop::{StopLevel, StopToken};
use crate::model::agent::{Exit, StopStyle, TimerKind};

/// How long a killed process may take to go before it is given up.
const LAST_WAIT: Duration = Duration::from_secs(5);

/// How an attempt ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ProcessEnd {
    pub(super) exit: Exit,
    pub(super) timer: Option<TimerKind>,
    pub(super) cancelled: bool,
}

/// How far the end has come.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stage {
    Working,
    /// Asked to stop; killed at the time given.
    Asked(Instant),
    /// Killed; given up at the time given.
    Killed(Instant),
}

/// Accompanies an agent to its end and the end of everything that it started.
pub(super) async fn supervise(
    running: &mut Running,
    pipes: &mut Pipes,
    listener: &mut Listener,
    result: &Path,
    (timers, style): (&Timers, StopStyle),
    stop: &StopToken,
) -> ProcessEnd {
    let family = Family::of(running);
    let mut ended = ProcessEnd::default();
    let mut stage = Stage::Working;
    loop {
        let due = match stage {
            Stage::Working => listener.watch.next_look(),
            Stage::Asked(due) | Stage::Killed(due) => due,
        };
        tokio::select! {
            status = running.child.wait() => {
                ended.exit = exit_of(status.ok());
                break;
            }
            Some((stream, chunk)) = pipes.next() => {
                listener.hear(stream, chunk, Instant::now());
                // An agent that never pauses must not keep signals and siblings waiting.
                tokio::task::yield_now().await;
            }
            () = tokio::time::sleep_until(due.into()) => match stage {
                Stage::Working => {
                    if let Some(timer) = look(listener, result, due) {
                        ended.timer = Some(timer);
                        family.ask(style);
                        stage = Stage::Asked(Instant::now() + timers.grace);
                    }
                }
                Stage::Asked(_) => {
                    let survivors = family.clone().kill().await;
                    tell_survivors(listener, survivors);
                    stage = Stage::Killed(Instant::now() + LAST_WAIT);
                }
                // Not even SIGKILL helps: nothing more is known about this process.
                Stage::Killed(_) => break,
            },
            () = stop.at_least(StopLevel::Graceful), if stage == Stage::Working => {
                ended.cancelled = true;
                family.ask(style);
                stage = Stage::Asked(Instant::now() + timers.grace);
            }
            () = stop.at_least(StopLevel::Now), if matches!(stage, Stage::Asked(_)) => {
                stage = Stage::Asked(Instant::now());
            }
        }
    }
    drain(pipes, listener, QUIET).await;
    if let (Stage::Asked(end), StopStyle::GroupTerm) = (stage, style) {
        // The leader may be a mere launcher; the workers have heard the signal and get the same time.
        family.wait_gone(end.saturating_duration_since(Instant::now())).await;
    }
    let survivors = family.kill().await;
    tell_survivors(listener, survivors);
    running.disarm();
    drain(pipes, listener, QUIET / 10).await;
    ended
}

/// Looks at files and clocks; returns the timer that is over.
fn look(listener: &mut Listener, result: &Path, due: Instant) -> Option<TimerKind> {
    let result_is_there = result.symlink_metadata().is_ok_and(|facts| facts.is_file() && facts.len() > 0);
    listener.look(result_is_there, Instant::now());
    match listener.watch.look(Instant::now(), due, clock::suspended()) {
        TimerVerdict::Fine => None,
        TimerVerdict::Slow(timer, passed, limit) => {
            listener.tell(Fact::Slow { timer, seconds: passed.as_secs_f64(), limit: limit.as_secs_f64() });
            None
        }
        TimerVerdict::Over(timer) => {
            listener.tell(Fact::Ending { timer });
            Some(timer)
        }
    }
}

/// Reads what is still in the pipes, without waiting for strangers that hold them.
async fn drain(pipes: &mut Pipes, listener: &mut Listener, quiet: Duration) {
    let end = Instant::now() + DRAIN;
    while Instant::now() < end {
        match tokio::time::timeout(quiet, pipes.next()).await {
            Ok(Some((stream, chunk))) => listener.hear(stream, chunk, Instant::now()),
            Ok(None) | Err(_) => return,
        }
    }
}

fn tell_survivors(listener: &Listener, pids: Vec<i32>) {
    if !pids.is_empty() {
        listener.tell(Fact::Survivors { pids });
    }
}
