//! The limits that services of agents set, for the whole run: nobody starts while the service of the agent asks to be left alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::host::stop::{StopLevel, StopToken};

/// A service that wants longer than this is met by the next start anyway.
const LONGEST: Duration = Duration::from_secs(120);

/// The limits that stand, of each agent. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct RateLimits(Arc<Mutex<BTreeMap<String, Hold>>>);

/// A usage limit that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UsageLimit {
    /// When it ends, in epoch seconds, as far as anybody said.
    pub(crate) until: Option<i64>,
}

/// The first wait for a service that is overloaded or out of reach; it doubles up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(5);

/// A service that is overloaded or out of reach.
#[derive(Clone, Copy, Debug)]
struct Weather {
    since: Instant,
    delay: Duration,
}

/// Why an agent is not started.
#[derive(Debug, Default)]
struct Hold {
    limit: Option<UsageLimit>,
    weather: Option<Weather>,
    /// Some agent of this kind waits until then to ask its service again.
    retry: Option<Instant>,
}

impl RateLimits {
    fn holds(&self) -> MutexGuard<'_, BTreeMap<String, Hold>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a usage limit.
    pub(crate) fn limit(&self, agent: &str, until: Option<i64>) {
        self.holds().entry(agent.to_owned()).or_default().limit = Some(UsageLimit { until });
    }

    /// Notes that a usage limit is over.
    pub(crate) fn lift(&self, agent: &str) {
        self.holds().remove(agent);
    }

    /// Returns the usage limit of an agent.
    pub(crate) fn limited(&self, agent: &str) -> Option<UsageLimit> {
        self.holds().get(agent).and_then(|hold| hold.limit)
    }

    /// Tells whether any agent has a usage limit.
    pub(crate) fn is_any_limited(&self) -> bool {
        self.holds().values().any(|hold| hold.limit.is_some())
    }

    /// Notes that an agent was told to come back later.
    pub(crate) fn retry(&self, agent: &str, delay: Duration, now: Instant) {
        let until = now + delay.min(LONGEST);
        let mut holds = self.holds();
        let hold = holds.entry(agent.to_owned()).or_default();
        hold.retry = hold.retry.max(Some(until));
    }

    /// Notes that the service of an agent is overloaded or out of reach. Returns how long nobody asks it now; nothing when
    /// it has been so for longer than the patience lasts. Who meets the same weather meanwhile waits for the same time.
    pub(crate) fn weather(&self, agent: &str, patience: Duration, now: Instant) -> Option<Duration> {
        let mut holds = self.holds();
        let hold = holds.entry(agent.to_owned()).or_default();
        if let (Some(_), Some(until)) = (hold.weather, hold.retry.filter(|until| *until > now)) {
            return Some(until - now);
        }
        let (since, delay) = match hold.weather {
            Some(weather) => (weather.since, (weather.delay * 2).min(LONGEST)),
            None => (now, FIRST),
        };
        if now - since + delay > patience {
            hold.weather = None;
            return None;
        }
        hold.weather = Some(Weather { since, delay });
        hold.retry = hold.retry.max(Some(now + delay));
        Some(delay)
    }

    /// Notes that the service of an agent answers.
    pub(crate) fn clear(&self, agent: &str) {
        if let Some(hold) = self.holds().get_mut(agent) {
            hold.weather = None;
        }
    }

    /// Waits out the retries of an agent's kind, then returns the usage limit that stands, if any. Ends with the run.
    pub(crate) async fn pass(&self, agent: &str, stop: &StopToken) -> Option<UsageLimit> {
        loop {
            let retry = self.holds().get(agent).and_then(|hold| hold.retry);
            let limited = self.limited(agent);
            let Some(until) = retry.filter(|until| limited.is_none() && *until > Instant::now()) else {
                return limited;
            };
            tokio::select! {
                () = tokio::time::sleep_until(until.into()) => {}
                () = stop.at_least(StopLevel::Graceful) => return self.limited(agent),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody who is let through at once waits so long.
    const LONG: Duration = Duration::from_secs(60);

    async fn waited(limits: &RateLimits, agent: &str) -> (Duration, Option<UsageLimit>) {
        let begin = Instant::now();
        let limit = limits.pass(agent, &StopToken::new()).await;
        (begin.elapsed(), limit)
    }

    #[tokio::test]
    async fn a_retry_holds_its_kind_back_as_long_as_it_was_told_and_no_other() {
        let limits = RateLimits::default();
        let delay = Duration::from_millis(80);
        limits.retry("codex", LONG, Instant::now());
        limits.retry("claude", delay, Instant::now());
        limits.retry("claude", delay / 8, Instant::now());
        let (time, limit) = waited(&limits, "claude").await;
        assert!(time >= delay / 2 && time < LONG && limit.is_none(), "{time:?}");
        assert!(waited(&limits, "gemini").await.0 < LONG);
    }

    #[tokio::test]
    async fn a_limit_is_told_at_once_and_after_a_retry() {
        let limits = RateLimits::default();
        limits.limit("claude", Some(7));
        limits.retry("claude", LONG, Instant::now());
        let (time, limit) = waited(&limits, "claude").await;
        assert!(time < LONG && limit == Some(UsageLimit { until: Some(7) }));
        assert!(limits.is_any_limited());
        limits.lift("claude");
        assert_eq!((limits.limited("claude"), limits.is_any_limited()), (None, false));
        limits.retry("claude", Duration::from_millis(80), Instant::now());
        let late = limits.clone();
        let (waited, ()) = tokio::join!(waited(&limits, "claude"), async move { late.limit("claude", None) });
        assert_eq!(waited.1, Some(UsageLimit { until: None }));
    }

    #[test]
    fn bad_weather_is_waited_out_in_steps_that_double_until_the_patience_ends() {
        let limits = RateLimits::default();
        let (zero, patience) = (Instant::now(), Duration::from_secs(600));
        let mut now = zero;
        let mut waits = Vec::new();
        while let Some(delay) = limits.weather("claude", patience, now) {
            waits.push(delay.as_secs());
            // Whoever comes in the middle waits for the rest.
            assert_eq!(limits.weather("claude", patience, now + delay / 2), Some(delay / 2));
            now += delay;
        }
        assert_eq!(waits, [5, 10, 20, 40, 80, 120, 120, 120]);
        assert_eq!(limits.weather("claude", patience, now), Some(FIRST), "then it begins anew");
        now += FIRST;
        limits.clear("claude");
        assert_eq!(limits.weather("claude", patience, now), Some(FIRST), "an answer ends it");
        assert_eq!(limits.weather("codex", FIRST / 2, now), None, "no patience, no wait");
    }

    #[tokio::test]
    async fn nobody_waits_when_the_run_ends() {
        let (limits, stop) = (RateLimits::default(), StopToken::new());
        limits.retry("claude", LONG, Instant::now());
        stop.raise(StopLevel::Graceful);
        let begin = Instant::now();
        limits.pass("claude", &stop).await;
        assert!(begin.elapsed() < LONG);
    }
}
