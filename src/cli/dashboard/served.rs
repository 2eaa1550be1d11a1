//! What all requests to a dashboard share.

use std::sync::Arc;

use super::doors::Doors;
use super::followed::{Followed, FollowedRuns};
use super::project::ShownProject;
use crate::error::{Error, ExitCode};

/// What all requests share.
pub(super) struct Served {
    pub(super) project: ShownProject,
    pub(super) doors: Arc<Doors>,
    followed: FollowedRuns,
}

impl Served {
    pub(super) fn new(project: ShownProject, doors: Doors) -> Self {
        Self { project, doors: Arc::new(doors), followed: FollowedRuns::default() }
    }

    /// Follows a run; nothing when there is none of that name.
    pub(super) fn follow(&self, run: &str) -> Result<Arc<Followed>, Error> {
        let unknown = || Error::new(ExitCode::NothingMatched, format!("there is no run `{run}`"));
        self.followed.follow(&self.project.folder(run).ok_or_else(unknown)?)
    }
}
