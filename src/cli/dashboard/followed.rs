//! Runs that somebody looks at: each journal is folded once for all pages, and goes on when its file changes.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use notify::{Event as FileEvent, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::watch;

use crate::error::{Error, ExitCode, Result};
use crate::event::RunView;
use crate::host::journal::JournalReader;

/// A run that is followed as long as somebody holds it.
pub(super) struct Followed {
    tail: Arc<Tail>,
    _watcher: RecommendedWatcher,
}

struct Tail {
    inner: Mutex<(JournalReader, RunView)>,
    /// Counts what was read.
    read: watch::Sender<u64>,
}

impl Followed {
    fn new(folder: &Path) -> Result<Self> {
        let file = JournalReader::open(folder)?;
        let tail = Arc::new(Tail { inner: Mutex::new((file, RunView::default())), read: watch::Sender::new(0) });
        let reader = tail.clone();
        // Watched before it is read: what is written between is seen by the one or the other.
        let watcher = watcher(folder, RecursiveMode::NonRecursive, move || reader.read())?;
        tail.read();
        Ok(Self { tail, _watcher: watcher })
    }

    /// Returns the state so far.
    pub(super) fn state(&self) -> impl std::ops::Deref<Target = RunView> + '_ {
        State(self.tail.lock())
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

/// Calls back when something in a folder is written, made or removed.
pub(super) fn watcher(
    folder: &Path,
    depth: RecursiveMode,
    changed: impl Fn() + Send + 'static,
) -> Result<RecommendedWatcher> {
    let cannot = |error: notify::Error| {
        Error::new(ExitCode::Internal, format!("cannot watch `{}`: {error}", folder.display()))
            .help("on Linux `fs.inotify.max_user_instances` says how many folders may be watched")
    };
    let handle = move |event: notify::Result<FileEvent>| {
        // That somebody reads is no news, and we read ourselves.
        if event.is_ok_and(|event| !event.kind.is_access() || is_close(&event)) {
            changed();
        }
    };
    let mut watcher = notify::recommended_watcher(handle).map_err(cannot)?;
    watcher.watch(folder, depth).map_err(cannot)?;
    Ok(watcher)
}

/// A file was written and closed.
fn is_close(event: &FileEvent) -> bool {
    use notify::event::{AccessKind, AccessMode};
    event.kind == notify::EventKind::Access(AccessKind::Close(AccessMode::Write))
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
