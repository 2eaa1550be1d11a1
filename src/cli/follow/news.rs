//! Waits until something happens to a run: what it writes, the end of its process, a signal.

use std::io::{self, Read};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGUSR1};
use signal_hook::low_level::pipe;

use super::alive::{Alive, alive};
use crate::error::{Error, ExitCode, Result};
use crate::event::RunView;
use crate::host::process::age::EndOf;

/// What comes in one burst is read at once.
const BURST: Duration = Duration::from_millis(20);

/// So often is looked where nothing tells that something happened.
const LOOK: Duration = Duration::from_millis(500);

/// Tells that something happened to a run. What happens before it is waited for is not missed.
pub struct News {
    happened: Receiver<()>,
    tell: SyncSender<()>,
    /// `None` where the system has no watcher left.
    watcher: Option<RecommendedWatcher>,
    /// The process whose end is waited for.
    process: Option<u32>,
    /// Its end is told.
    tells_end: bool,
}

impl News {
    /// Begins to watch the folder of a run.
    pub fn of(folder: &Path, depth: RecursiveMode) -> Self {
        let (tell, happened) = sync_channel(1);
        let changed = tell.clone();
        let watcher = watcher(folder, depth, move |_| changed.try_send(()).unwrap_or_default()).ok();
        Self { happened, tell, watcher, process: None, tells_end: false }
    }

    /// Wakes at the signals that end or ask this program; they keep their other effects.
    pub fn wake_at_signals(&self) -> io::Result<()> {
        let (mut come, sent) = UnixStream::pair()?;
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGUSR1] {
            pipe::register(signal, sent.try_clone()?)?;
        }
        let tell = self.tell.clone();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            while come.read_exact(&mut [0]).is_ok() {
                tell.try_send(()).unwrap_or_default();
            }
        })?;
        Ok(())
    }

    /// Waits for the end of the process of a run too, once it is known. Returns whether it did not do so before: the process
    /// may have ended already, which is looked at after this.
    pub fn expect_end_of(&mut self, run: &RunView) -> bool {
        if run.pid == 0 || self.process == Some(run.pid) {
            return false;
        }
        self.process = Some(run.pid);
        let is_here = alive(run) != Alive::Elsewhere;
        if let Some(end) = EndOf::process(run.pid).filter(|_| is_here) {
            let tell = self.tell.clone();
            let wait = move || {
                end.wait(None);
                tell.try_send(()).unwrap_or_default();
            };
            self.tells_end = thread::Builder::new().name("end of the run".to_owned()).spawn(wait).is_ok();
        }
        true
    }

    /// Waits until something happens, but no longer than that.
    pub fn wait(&self, at_most: Option<Duration>) {
        // Files that another machine writes come through a network without a word.
        let is_told = self.watcher.is_some() && self.tells_end;
        let at_most = if is_told { at_most } else { Some(at_most.map_or(LOOK, |time| time.min(LOOK))) };
        let happened = match at_most {
            Some(time) => self.happened.recv_timeout(time).is_ok(),
            None => self.happened.recv().is_ok(),
        };
        if happened {
            thread::sleep(BURST);
        }
    }
}

/// Calls back when something in a folder is written, made or removed.
pub fn watcher(
    folder: &Path,
    depth: RecursiveMode,
    changed: impl Fn(&Event) + Send + 'static,
) -> Result<RecommendedWatcher> {
    let cannot = |error: notify::Error| {
        Error::new(ExitCode::Internal, format!("cannot watch `{}`: {error}", folder.display()))
            .help("on Linux `fs.inotify.max_user_instances` says how many folders may be watched")
    };
    let handle = move |event: notify::Result<Event>| {
        // That somebody reads is no news, and we read ourselves.
        if let Ok(event) = event
            && (!event.kind.is_access() || is_close(&event))
        {
            changed(&event);
        }
    };
    let mut watcher = notify::recommended_watcher(handle).map_err(cannot)?;
    watcher.watch(folder, depth).map_err(cannot)?;
    Ok(watcher)
}

/// A file was written and closed.
fn is_close(event: &Event) -> bool {
    event.kind == EventKind::Access(AccessKind::Close(AccessMode::Write))
}
