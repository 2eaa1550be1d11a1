//! What is at work without a run of its own: a landing, the checks before a batch. It has no journal, so it leaves a note
//! of itself, by which other terminals see it and end it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::alive::{Alive, alive};
use super::runs::{self, Selector};
use crate::cli::start::context::Context;
use crate::error::Result;
use crate::event::{EventKind, RunView};
use crate::host::{owner, state};
use crate::model::duration::show;
use crate::report::text::line;
use crate::run::{Reporter, ReporterEvent};

/// What is over before that is nothing that anybody could look at.
const SHORT: Duration = Duration::from_millis(300);

/// Largest note that is read.
const MAX: u64 = 64 * 1024;

/// A process that works outside of a run.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EarlyWork {
    pub command: String,
    pub batch: Option<u32>,
    pub pid: u32,
    pub host: String,
    /// RFC 3339.
    pub started: String,
    pub argv: Vec<String>,
    /// The last thing that it told.
    pub doing: String,
}

impl EarlyWork {
    /// Returns it as a run that has not begun.
    pub fn view(&self) -> RunView {
        let mut view = RunView::default();
        view.command.clone_from(&self.command);
        view.host.clone_from(&self.host);
        view.argv.clone_from(&self.argv);
        (view.batch, view.pid, view.started) = (self.batch, self.pid, self.started.parse().ok());
        view
    }

    /// Tells whether its process is there.
    pub fn is_alive(&self) -> bool {
        alive(&self.view()) == Alive::Yes
    }

    /// `land of batch 1`.
    pub fn name(&self) -> String {
        let batch = self.batch.map(|batch| format!(" of batch {batch}")).unwrap_or_default();
        format!("{}{batch}", line(&self.command, 40))
    }

    /// Says what it is, since when, and what it does.
    pub fn words(&self) -> String {
        let since = show(self.view().elapsed(Some(Timestamp::now())));
        let doing = if self.doing.is_empty() { String::new() } else { format!(": {}", line(&self.doing, 200)) };
        format!("{} is at work since {since} (pid {}){doing}", self.name(), self.pid)
    }
}

/// Where the notes are, below the state folder of a project.
pub fn folder(state: &Path) -> PathBuf {
    state.join("tmp/early")
}

/// Returns what is at work without a run, below the state folder of a project.
pub fn at_work(state: &Path) -> Vec<EarlyWork> {
    noted(&folder(state)).into_iter().filter_map(|(_, work)| work).filter(EarlyWork::is_alive).collect()
}

/// Returns what is at work without a run where that is what somebody means who names no run, and none is at work.
pub fn meant(context: &Context, selector: &Selector) -> Result<Vec<EarlyWork>> {
    if selector.run.is_some() {
        return Ok(Vec::new());
    }
    let config = context.config()?;
    let is_meant = |batch: Option<u32>| selector.batch.is_none() || batch == selector.batch;
    if runs::at_work(&runs::below(&context.root, &config)).iter().any(|run| is_meant(run.batch)) {
        return Ok(Vec::new());
    }
    let all = at_work(&context.root.join(&config.paths.state));
    Ok(all.into_iter().filter(|work| is_meant(work.batch)).collect())
}

/// Returns the notes that there are; of what cannot be read nothing but the place.
fn noted(folder: &Path) -> Vec<(PathBuf, Option<EarlyWork>)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let read =
        |path: &Path| -> Option<EarlyWork> { serde_json::from_slice(&state::read_untrusted(path, MAX).ok()??).ok() };
    let notes = entries.map(|entry| entry.path()).filter(|path| !path.ends_with(IGNORE));
    notes.map(|path| (path.clone(), read(&path))).collect()
}

/// Keeps git from showing the notes.
const IGNORE: &str = ".gitignore";

/// The note of this process: there while it is at work for longer than a moment and no run of it is open.
struct Note {
    folder: PathBuf,
    work: EarlyWork,
    is_written: bool,
}

/// What happens to the note.
enum Turn {
    /// A run is open, and its journal tells everything.
    Run,
    /// No run is open any more.
    Alone,
    Doing(String),
}

impl Note {
    fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.json", self.work.pid))
    }

    fn write(&mut self) {
        if !self.is_written {
            for (path, work) in noted(&self.folder) {
                if work.is_none_or(|work| !work.is_alive()) {
                    fs::remove_file(path).ok();
                }
            }
        }
        // Without it nobody is told; the work goes on.
        self.is_written = self.put().is_ok();
    }

    fn put(&self) -> io::Result<()> {
        // There may have been no run yet that tells git what is ours. A git process could hold up the end of the program.
        if !self.is_written {
            state::private_dir(&self.folder)?;
            state::write_private(&self.folder.join(IGNORE), b"*\n")?;
        }
        state::write_private(&self.path(), &serde_json::to_vec(&self.work)?)
    }

    fn forget(&mut self) {
        if std::mem::take(&mut self.is_written) {
            fs::remove_file(self.path()).ok();
        }
    }

    /// Keeps the note until nobody has anything more to say.
    fn keep(mut self, turns: &Receiver<Turn>) {
        let mut has_run = false;
        loop {
            let turn = if has_run || self.is_written {
                turns.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                turns.recv_timeout(SHORT)
            };
            match turn {
                Ok(Turn::Run) => has_run = true,
                Ok(Turn::Alone) => has_run = false,
                Ok(Turn::Doing(text)) => self.work.doing = text,
                Err(RecvTimeoutError::Timeout) => self.write(),
                Err(RecvTimeoutError::Disconnected) => return self.forget(),
            }
            if has_run {
                self.forget();
            } else if self.is_written {
                self.write();
            }
        }
    }
}

/// The thread that keeps the note; it is gone when this is dropped.
struct Keeper {
    turns: Option<Sender<Turn>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.turns = None;
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Notes what this process does as long as it has no open run, on a thread of its own: no disk holds up a run.
pub fn reporter(state: &Path, command: &str, batch: Option<u32>, argv: Vec<String>) -> Reporter {
    let work = EarlyWork {
        command: command.to_owned(),
        batch,
        pid: std::process::id(),
        host: owner::host_name(),
        started: Timestamp::now().to_string(),
        argv,
        doing: String::new(),
    };
    let note = Note { folder: folder(state), work, is_written: false };
    let (turns, come) = mpsc::channel();
    let thread = thread::Builder::new().name("early".to_owned()).spawn(move || note.keep(&come)).ok();
    let keeper = Keeper { turns: Some(turns), thread };
    Box::new(move |told| {
        let (ReporterEvent::Early(event) | ReporterEvent::Event(event)) = told else { return };
        let turn = match &event.kind {
            EventKind::RunStarted { .. } => Turn::Run,
            EventKind::RunFinished { .. } => Turn::Alone,
            EventKind::Note { text, .. } => Turn::Doing(text.clone()),
            _ => return,
        };
        if let Some(turns) = &keeper.turns {
            drop(turns.send(turn));
        }
    })
}
