//! What changes in the project while agents work in their own repositories: told once, and of everybody who could have
//! done it.
//!
//! A difference is a fact and no proof: the user may work in the checkout meanwhile.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::host::git::plumbing::repo::Repo;
use crate::host::git::upkeep::guard::Guard;

/// The agents of a run that are at work, and the project as it was seen last. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct AtWork(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    guard: Option<Guard>,
    /// Number of the look that `guard` is from, and of the latest that was begun.
    look: u64,
    begun: u64,
    /// Items whose agents work.
    working: Vec<String>,
    /// Everybody who was at work since that look.
    since: BTreeSet<String>,
}

/// Something that changed in the project, and the items whose agents were at work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) what: Vec<String>,
    pub(crate) items: Vec<String>,
}

impl AtWork {
    /// Notes that the agent of an item begins. Returns what changed while others were at work.
    pub(crate) async fn begin(&self, repo: &Repo, item: &str) -> Option<Changed> {
        let changed = self.look(repo).await;
        self.seen().begin(item);
        changed
    }

    /// Notes that the agent of an item has ended. Returns what changed meanwhile.
    pub(crate) async fn end(&self, repo: &Repo, item: &str) -> Option<Changed> {
        let changed = self.look(repo).await;
        self.seen().end(item);
        changed
    }

    async fn look(&self, repo: &Repo) -> Option<Changed> {
        let (repo, look) = (repo.clone(), self.seen().start());
        let taken = tokio::task::spawn_blocking(move || Guard::take(&repo).ok()).await.ok().flatten()?;
        self.seen().take(look, taken, Guard::changes)
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn start(&mut self) -> u64 {
        self.begun += 1;
        self.begun
    }

    fn begin(&mut self, item: &str) {
        self.working.push(item.to_owned());
        self.since.insert(item.to_owned());
    }

    fn end(&mut self, item: &str) {
        if let Some(at) = self.working.iter().position(|working| working == item) {
            self.working.remove(at);
        }
    }

    /// Compares with the look before. One that is older than it says nothing: that one saw more.
    fn take(&mut self, look: u64, now: Guard, changes: impl Fn(&Guard, &Guard) -> Vec<String>) -> Option<Changed> {
        if look < self.look {
            return None;
        }
        let what = self.guard.as_ref().map(|before| changes(&now, before)).unwrap_or_default();
        let items: Vec<String> = self.since.iter().cloned().collect();
        self.since = self.working.iter().cloned().collect();
        (self.guard, self.look) = (Some(now), look);
        (!what.is_empty() && !items.is_empty()).then_some(Changed { what, items })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks at the project; `what` is different from the look before.
    fn look(seen: &mut Seen, what: &[&str]) -> Option<(Vec<String>, Vec<String>)> {
        let number = seen.start();
        let named = |_: &Guard, _: &Guard| what.iter().map(|&text| text.to_owned()).collect();
        seen.take(number, Guard::default(), named).map(|changed| (changed.what, changed.items))
    }

    #[expect(clippy::unnecessary_wraps, reason = "what a look that found something returns")]
    fn some(what: &str, items: &[&str]) -> Option<(Vec<String>, Vec<String>)> {
        Some((vec![what.to_owned()], items.iter().map(|&item| item.to_owned()).collect()))
    }

    #[test]
    fn a_change_is_told_once_and_of_everybody_who_was_at_work_since_the_look_before() {
        let mut seen = Seen::default();
        assert_eq!(look(&mut seen, &["x"]), None, "nobody looked before");
        seen.begin("a");
        assert_eq!(look(&mut seen, &["x"]), some("x", &["a"]));
        seen.begin("b");
        assert_eq!(look(&mut seen, &["y"]), some("y", &["a", "b"]));
        seen.end("a");
        assert_eq!(look(&mut seen, &[]), None);
        assert_eq!(look(&mut seen, &["z"]), some("z", &["b"]), "a was gone before that");
        seen.end("b");
        assert_eq!(look(&mut seen, &["q"]), some("q", &["b"]));
        assert_eq!(look(&mut seen, &["r"]), None, "nobody is at work: it was the user");
    }

    #[test]
    fn a_look_that_was_overtaken_says_nothing() {
        let mut seen = Seen::default();
        let slow = seen.start();
        assert_eq!(look(&mut seen, &[]), None);
        seen.begin("a");
        assert_eq!(seen.take(slow, Guard::default(), |_, _| vec!["x".to_owned()]), None);
    }
}
