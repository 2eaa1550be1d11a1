//! The word to a script that it is to end, also where it computes or sleeps.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Says once and for all that whatever runs is to end.
#[derive(Debug, Default)]
pub struct Cancel {
    /// Looked at by each step of a script.
    is_set: AtomicBool,
    asleep: Mutex<()>,
    changed: Condvar,
}

impl Cancel {
    /// Says it, and wakes who sleeps.
    pub fn set(&self) {
        let asleep = self.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_set.store(true, Ordering::Relaxed);
        drop(asleep);
        self.changed.notify_all();
    }

    /// Tells whether it was said.
    pub fn is_set(&self) -> bool {
        self.is_set.load(Ordering::Relaxed)
    }

    /// Sleeps for so long, or until it is said; tells whether it was.
    pub fn sleep(&self, time: Duration) -> bool {
        let asleep = self.asleep.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_timeout_while(asleep, time, |()| !self.is_set()));
        self.is_set()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Instant;

    use super::*;

    #[test]
    fn who_sleeps_is_woken_and_nobody_sleeps_afterwards() {
        let cancel = Arc::new(Cancel::default());
        assert!(!cancel.sleep(Duration::from_millis(1)));
        let other = cancel.clone();
        let sleeper = thread::spawn(move || other.sleep(Duration::from_secs(600)));
        thread::sleep(Duration::from_millis(20));
        cancel.set();
        assert!(sleeper.join().expect("awake"));
        let begin = Instant::now();
        assert!(cancel.sleep(Duration::from_secs(600)) && cancel.is_set());
        assert!(begin.elapsed() < Duration::from_secs(60));
    }
}
