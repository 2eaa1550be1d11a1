//! What no agent has any business changing, looked at before and after it works.

use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::guard::Guard;

/// The state of the user's own references and configuration, where there is a repository.
pub(crate) struct Before(Option<(Repo, Guard)>);

/// Looks before an agent starts.
pub(crate) async fn look(checkout: Option<Repo>) -> Before {
    let Some(repo) = checkout else { return Before(None) };
    let guard = take(&repo).await;
    Before(guard.map(|guard| (repo, guard)))
}

impl Before {
    /// Names what changed since. It is a fact and no proof: the user may have worked there.
    pub(crate) async fn changes(self) -> Vec<String> {
        let Some((repo, before)) = self.0 else { return Vec::new() };
        take(&repo).await.map_or_else(Vec::new, |after| after.changes(&before))
    }
}

async fn take(repo: &Repo) -> Option<Guard> {
    let repo = repo.clone();
    tokio::task::spawn_blocking(move || Guard::take(&repo).ok()).await.ok().flatten()
}
