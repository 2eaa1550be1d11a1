//! The files that a validation judges. What a check passed on is what is committed, or it passed on something else; and red
//! checks are tried again only while nothing changed.

use std::fmt;
use std::sync::Arc;

use crate::error::{Error, ExitCode, Result};

/// What lies in a worktree that is not as the commit has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Files of the commit that are others now, or gone.
    pub committed: Vec<String>,
    /// Files that the commit does not have.
    pub new: Vec<String>,
    /// One of the committed is gone, or as it was before the commit: somebody took work back.
    pub takes_back: bool,
}

type Look = Arc<dyn Fn() -> Result<Touched> + Send + Sync>;

/// A way to see what checks did to the files that they judge.
#[derive(Clone)]
pub struct JudgedFiles(Look);

impl JudgedFiles {
    /// Asks `look` what is not as the commit has it.
    pub fn new(look: impl Fn() -> Result<Touched> + Send + Sync + 'static) -> Self {
        Self(Arc::new(look))
    }

    /// Looks. Git goes through the files, which the loop of a run does not wait for.
    pub(super) async fn look(&self) -> Result<Touched> {
        let look = self.0.clone();
        let looked = tokio::task::spawn_blocking(move || look()).await;
        looked.map_err(|error| Error::new(ExitCode::Internal, format!("the files were not looked at: {error}")))?
    }
}

impl Touched {
    pub(super) fn is_empty(&self) -> bool {
        self.committed.is_empty() && self.new.is_empty()
    }
}

impl fmt::Debug for JudgedFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JudgedFiles")
    }
}
