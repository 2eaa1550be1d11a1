//! The four timers of an attempt. Pure: time is passed in, so that it can be tested without waiting.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::setup::Timers;
use crate::model::agent::{AgentEvent, TimerKind};

/// A warning comes after this part of a limit.
const WARN_AT: f64 = 0.75;
/// A wake-up that is later than this means that we ourselves stood still.
const STOOD_STILL: Duration = Duration::from_secs(5);

/// What a look at the clock came to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TimerVerdict {
    Fine,
    /// Warn: the timer, the time so far, its limit.
    Slow(TimerKind, Duration, Duration),
    /// End the attempt.
    Over(TimerKind),
}

/// Keeps the times of one attempt.
#[derive(Debug)]
pub(super) struct Watch {
    timers: Timers,
    start: Instant,
    /// The last sign of life; not set before the first.
    life: Option<Instant>,
    /// Silence begins here after a long pause of our own.
    fresh: Instant,
    /// A retry that was announced: silent until then is fine.
    retry_until: Option<Instant>,
    finished: Option<Instant>,
    /// `finished` comes from the result file, after which an agent may still tidy up: life puts it off.
    by_file: bool,
    tools: BTreeSet<String>,
    beats_itself: bool,
    warned: BTreeSet<u8>,
    last_look: Instant,
    suspended: Duration,
}

impl Watch {
    /// Starts the timers. `suspended` is the reading of the suspend clock.
    pub(super) fn new(timers: Timers, now: Instant, suspended: Duration) -> Self {
        Self {
            timers,
            start: now,
            life: None,
            fresh: now,
            retry_until: None,
            finished: None,
            by_file: false,
            tools: BTreeSet::new(),
            beats_itself: false,
            warned: BTreeSet::new(),
            last_look: now,
            suspended,
        }
    }

    /// Notes a sign of life.
    pub(super) fn alive(&mut self, now: Instant) {
        self.life = Some(now);
        self.warned.remove(&number(TimerKind::Silence));
        if self.by_file {
            self.finished = Some(now);
        }
    }

    /// Notes that the agent has written a heartbeat by itself.
    pub(super) fn beat(&mut self, now: Instant) {
        self.beats_itself = true;
        self.alive(now);
    }

    /// Notes that the result file is there.
    pub(super) fn result(&mut self, now: Instant) {
        if self.finished.is_none() {
            self.by_file = true;
            self.finished = Some(now);
        }
    }

    /// Notes that the agent said that it has finished.
    fn finished(&mut self, now: Instant) {
        if self.by_file || self.finished.is_none() {
            self.by_file = false;
            self.finished = Some(now);
        }
    }

    /// Notes what an event says about time.
    pub(super) fn event(&mut self, event: &AgentEvent, now: Instant) {
        match event {
            AgentEvent::ToolStart { id, .. } => {
                self.tools.insert(id.clone());
            }
            AgentEvent::ToolEnd { id, .. } => {
                self.tools.remove(id);
            }
            AgentEvent::Retry { delay_ms, .. } => {
                self.retry_until = now.checked_add(Duration::from_millis(*delay_ms).min(self.timers.total));
            }
            AgentEvent::Finished { .. } => self.finished(now),
            AgentEvent::Started { .. }
            | AgentEvent::Progress { .. }
            | AgentEvent::Message { .. }
            | AgentEvent::Usage { .. }
            | AgentEvent::Cost { .. }
            | AgentEvent::RateLimited { .. }
            | AgentEvent::PermissionDenied { .. }
            | AgentEvent::Warning { .. } => {}
        }
    }

    /// Looks at the clock. `due` is when this look was meant to happen.
    pub(super) fn look(&mut self, now: Instant, due: Instant, suspended: Duration) -> TimerVerdict {
        let slept = suspended.saturating_sub(self.suspended);
        let late = now.saturating_duration_since(due);
        if slept > Duration::from_secs(1) || late > STOOD_STILL {
            self.forgive(now, late);
        }
        self.suspended = suspended;
        self.last_look = now;
        for (timer, begin, limit) in self.running() {
            let passed = now.saturating_duration_since(begin);
            let warned = self.warned.contains(&number(timer));
            if passed >= limit && (warned || timer == TimerKind::Linger) {
                return TimerVerdict::Over(timer);
            }
            if passed >= limit.mul_f64(WARN_AT) && !warned && timer != TimerKind::Linger {
                self.warned.insert(number(timer));
                return TimerVerdict::Slow(timer, passed, limit);
            }
        }
        TimerVerdict::Fine
    }

    /// Returns when to look next: at the next warning or limit.
    pub(super) fn next_look(&self) -> Instant {
        let times = self.running().into_iter().filter_map(|(timer, begin, limit)| {
            let part = if self.warned.contains(&number(timer)) || timer == TimerKind::Linger { 1.0 } else { WARN_AT };
            begin.checked_add(limit.mul_f64(part))
        });
        let soon = self.last_look + Duration::from_secs(1);
        times.min().map_or(soon, |time| time.min(soon)).max(self.last_look + Duration::from_millis(1))
    }

    /// After a pause of our own everybody gets a fresh grace period.
    fn forgive(&mut self, now: Instant, pause: Duration) {
        self.start += pause;
        self.fresh = now;
        self.life = self.life.map(|_| now);
        self.finished = self.finished.map(|_| now);
        self.warned.clear();
    }

    /// Returns the timers that run now: when each began and how long it may take.
    fn running(&self) -> Vec<(TimerKind, Instant, Duration)> {
        let mut running = vec![(TimerKind::Total, self.start, self.timers.total)];
        if let Some(finished) = self.finished {
            running.push((TimerKind::Linger, finished, self.timers.linger));
        } else if let Some(life) = self.life {
            let begin = self.retry_until.map_or(life, |until| until.max(life)).max(self.fresh);
            let beats = self.timers.poll.saturating_mul(self.timers.missed.max(1));
            let limit = if self.beats_itself { beats } else { self.timers.silence };
            let limit = if self.tools.is_empty() { limit } else { limit.max(self.timers.tool) };
            running.push((TimerKind::Silence, begin, limit));
        } else {
            running.push((TimerKind::Startup, self.fresh, self.timers.startup));
        }
        running
    }
}

fn number(timer: TimerKind) -> u8 {
    match timer {
        TimerKind::Startup => 0,
        TimerKind::Silence => 1,
        TimerKind::Linger => 2,
        TimerKind::Total => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Looks every second from `from` on until the attempt is over; returns when and why, and the warnings.
    fn run(watch: &mut Watch, zero: Instant, from: u32, to: u32) -> (Option<(u32, TimerKind)>, Vec<TimerKind>) {
        let mut warnings = Vec::new();
        for second in from..to {
            let now = zero + SECOND * second;
            loop {
                match watch.look(now, now, Duration::ZERO) {
                    TimerVerdict::Fine => break,
                    TimerVerdict::Slow(timer, ..) => warnings.push(timer),
                    TimerVerdict::Over(timer) => return (Some((second, timer)), warnings),
                }
            }
        }
        (None, warnings)
    }

    fn watch() -> (Watch, Instant) {
        let zero = Instant::now();
        (Watch::new(Timers::default(), zero, Duration::ZERO), zero)
    }

    #[test]
    fn a_warning_comes_before_every_kill() {
        let (mut silent, zero) = watch();
        assert_eq!(run(&mut silent, zero, 0, 500), (Some((120, TimerKind::Startup)), vec![TimerKind::Startup]));
        let (mut once, zero) = watch();
        once.alive(zero + SECOND * 10);
        assert_eq!(run(&mut once, zero, 10, 500), (Some((310, TimerKind::Silence)), vec![TimerKind::Silence]));
    }

    #[test]
    fn life_retries_and_tools_put_silence_off() {
        let (mut tool, zero) = watch();
        tool.alive(zero);
        tool.event(&AgentEvent::ToolStart { id: "t".to_owned(), name: "Bash".to_owned() }, zero);
        assert_eq!(run(&mut tool, zero, 0, 5000).0, Some((1800, TimerKind::Silence)));
        let (mut retry, zero) = watch();
        retry.alive(zero);
        retry.event(&AgentEvent::Retry { attempt: 1, delay_ms: 600_000, status: Some(429) }, zero);
        assert_eq!(run(&mut retry, zero, 0, 5000).0, Some((900, TimerKind::Silence)));
        let (mut beats, zero) = watch();
        beats.beat(zero);
        assert_eq!(run(&mut beats, zero, 0, 500).0, Some((60, TimerKind::Silence)));
    }

    #[test]
    fn a_result_starts_the_linger_timer_and_the_total_ends_everything() {
        let (mut done, zero) = watch();
        done.alive(zero);
        done.finished(zero + SECOND);
        assert_eq!(run(&mut done, zero, 1, 500), (Some((31, TimerKind::Linger)), vec![]));
        let (mut busy, zero) = watch();
        for second in 0..3599 {
            busy.alive(zero + SECOND * second);
            assert!(run(&mut busy, zero, second, second + 1).0.is_none());
        }
        busy.alive(zero + SECOND * 3599);
        assert_eq!(run(&mut busy, zero, 3599, 4000).0, Some((3600, TimerKind::Total)));
    }

    #[test]
    fn after_a_pause_of_our_own_everybody_gets_a_fresh_grace_period() {
        let (mut paused, zero) = watch();
        paused.alive(zero);
        let wake = zero + SECOND * 7200;
        assert_eq!(paused.look(wake, zero + SECOND, Duration::ZERO), TimerVerdict::Fine);
        assert_eq!(run(&mut paused, zero, 7201, 8000).0, Some((7500, TimerKind::Silence)));
        let (mut suspended, zero) = watch();
        suspended.alive(zero);
        let now = zero + SECOND * 290;
        assert_eq!(suspended.look(now, now, SECOND * 3600), TimerVerdict::Fine);
    }
}
