//! Red checks that are tried again: green on the same files, they are flaky.

use std::fmt;
use std::sync::Arc;

/// Tells whether a worktree is as it was when its validation began.
type Look = Arc<dyn Fn() -> bool + Send + Sync>;

/// How often a command that fails is tried again, and how it is told that nothing changed meanwhile.
#[derive(Clone)]
pub struct CheckAgain {
    pub times: u32,
    look: Look,
}

impl CheckAgain {
    /// Tries again so many times while `look` says that nothing changed. It is asked only where a check fails.
    pub fn new(times: u32, look: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { times, look: Arc::new(look) }
    }

    /// Tells whether the files are still the same.
    pub(super) async fn is_unchanged(&self) -> bool {
        let look = self.look.clone();
        // Git goes through the files, which the loop of a run does not wait for.
        tokio::task::spawn_blocking(move || look()).await.unwrap_or(false)
    }
}

impl fmt::Debug for CheckAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckAgain({})", self.times)
    }
}
