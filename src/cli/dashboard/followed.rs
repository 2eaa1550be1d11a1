//! Runs that somebody looks at: each journal is folded once for all pages, and goes on when its file changes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use notify::{RecommendedWatcher, RecursiveMode};
use tokio::sync::watch;

use crate::cli::follow::alive::settle;
use crate::cli::follow::news::watcher;
use crate::error::Result;
use crate::event::RunView;
use crate::host::journal::{FILE_NAME, JournalReader, SIGNS};

/// A run that is followed as long as somebody holds it.
pub(super) struct Followed {
    tail: Arc<Tail>,
    folder: PathBuf,
    _watcher: RecommendedWatcher,
}

struct Tail {
    inner: Mutex<(JournalReader, RunView)>,
    /// Counts what was read, and what agents said beside it.
    read: watch::Sender<u64>,
}

impl Followed {
    fn new(folder: &Path) -> Result<Self> {
        let file = JournalReader::open(folder)?;
        let tail = Arc::new(Tail { inner: Mutex::new((file, RunView::default())), read: watch::Sender::new(0) });
        let reader = tail.clone();
        // Watched before it is read: what is written between is seen by the one or the other.
        let watcher = watcher(folder, RecursiveMode::NonRecursive, move |event| {
            let is = |name: &str| event.paths.iter().any(|path| path.file_name().is_some_and(|found| found == name));
            if is(FILE_NAME) {
                reader.read();
            } else if is(SIGNS) {
                reader.read.send_modify(|count| *count += 1);
            }
        })?;
        tail.read();
        Ok(Self { tail, folder: folder.to_owned(), _watcher: watcher })
    }

    /// Returns the state so far.
    pub(super) fn state(&self) -> impl std::ops::Deref<Target = RunView> + '_ {
        let mut inner = self.tail.lock();
        settle(&mut inner.1, &self.folder);
        State(inner)
    }

    /// Tells of everything that is read from now on.
    pub(super) fn changes(&self) -> watch::Receiver<u64> {
        self.tail.read.subscribe()
    }
}

struct State<'a>(MutexGuard<'a, (JournalReader, RunView)>);

impl std::ops::Deref for State<'_> {
    type Target = RunView;

    fn deref(&self) -> &RunView {
        &self.0.1
    }
}

impl Tail {
    fn lock(&self) -> MutexGuard<'_, (JournalReader, RunView)> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) {
        let mut inner = self.lock();
        let (file, state) = &mut *inner;
        // A journal that is gone is as good as one that does not grow.
        let taken = file.fold_into(state);
        drop(inner);
        if taken.is_ok_and(|count| count > 0) {
            self.read.send_modify(|count| *count += 1);
        }
    }
}

/// The runs that are followed now.
#[derive(Default)]
pub(super) struct FollowedRuns {
    runs: Mutex<HashMap<PathBuf, Weak<Followed>>>,
}

impl FollowedRuns {
    /// Follows a run, together with whoever follows it already.
    pub(super) fn follow(&self, folder: &Path) -> Result<Arc<Followed>> {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(followed) = runs.get(folder).and_then(Weak::upgrade) {
            return Ok(followed);
        }
        runs.retain(|_, run| run.strong_count() > 0);
        let followed = Arc::new(Followed::new(folder)?);
        runs.insert(folder.to_owned(), Arc::downgrade(&followed));
        Ok(followed)
    }
}
