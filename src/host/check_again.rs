//! Red checks that are tried again: green on the same files, they are flaky.

use std::fmt;
use std::sync::Arc;

/// Describes the files of a worktree, so that equal means equal; nothing where that cannot be told.
type Look = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// How often a command that fails is tried again, and how it is told that nothing changed meanwhile.
#[derive(Clone)]
pub struct CheckAgain {
    pub times: u32,
    look: Look,
}

impl CheckAgain {
    /// Tries again so many times while `look` says the same.
    pub fn new(times: u32, look: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self { times, look: Arc::new(look) }
    }

    /// Describes the files as they are now.
    pub(super) async fn files(&self) -> Option<String> {
        let look = self.look.clone();
        // Git goes through the files, which the loop of a run does not wait for.
        tokio::task::spawn_blocking(move || look()).await.ok().flatten()
    }
}

impl fmt::Debug for CheckAgain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckAgain({})", self.times)
    }
}
