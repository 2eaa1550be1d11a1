//! Decides what of a run is told, notes it, and hands it to a process that tells it. Never waits for anybody.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use nix::fcntl::{FcntlArg, OFlag, fcntl};

use super::message::Message;
use super::told::Told;
use crate::cli::start::context::Context;
use crate::config::{Config, NotifyTarget};
use crate::event::{Event, EventKind, RunView};
use crate::host::{failpoint, state};
use crate::report::notice;
use crate::report::text::numbered;
use crate::run::shared::names::batch_branch;
use crate::run::{Reporter, ReporterEvent};

/// What could not be told, and what telling cost, below the folder of the run.
const LOG: &str = "notify.log";

/// Returns what tells about the run; nothing where nobody wants to know.
pub fn reporter(context: &Context, config: &Config) -> Option<Reporter> {
    if config.notify.is_empty() {
        return None;
    }
    let mut notifier = Notifier {
        targets: config.notify.clone(),
        root: context.root.clone(),
        state: context.root.join(&config.paths.state),
        view: RunView::default(),
        told: None,
        teller: None,
        is_lost: false,
        spent: Duration::ZERO,
        messages: 0,
    };
    Some(Box::new(move |told| {
        if let ReporterEvent::Event(event) = told {
            let begin = Instant::now();
            notifier.event(event);
            notifier.spent += begin.elapsed();
            if matches!(event.kind, EventKind::RunFinished { .. }) {
                notifier.say_spent(&event.run);
            }
        }
    }))
}

struct Notifier {
    targets: Vec<NotifyTarget>,
    root: PathBuf,
    /// Folder of batchprp's own files.
    state: PathBuf,
    view: RunView,
    told: Option<Told>,
    /// The process that tells, once there is something to tell.
    teller: Option<Teller>,
    /// People know that something could not be told.
    is_lost: bool,
    /// For how long the run waited while it was seen to.
    spent: Duration,
    messages: u32,
}

struct Teller {
    /// Lives longer than the run, and is not waited for.
    _child: Child,
    input: ChildStdin,
}

impl Notifier {
    fn event(&mut self, event: &Event) {
        self.view.apply(event);
        if matches!(event.kind, EventKind::RunStarted { .. }) {
            let path = self.state.join("tmp/told").join(batch_branch(self.view.batch));
            self.told = Some(Told::read(path));
        }
        for at in 0..self.targets.len() {
            let target = &self.targets[at];
            let Some(notice) = notice::of(event, &self.view, target.items) else { continue };
            if !target.on.contains(&notice.event) {
                continue;
            }
            let message = Message { target: target.clone(), notice };
            if let Err(error) = self.tell(at, &message) {
                self.lost(&error);
            }
        }
        if matches!(event.kind, EventKind::RunFinished { .. }) {
            self.told.iter_mut().for_each(Told::forget);
            // Its end says that nothing more comes.
            self.teller = None;
        }
    }

    /// Notes a message and hands it over. Whoever does not read it in time never gets it.
    fn tell(&mut self, at: usize, message: &Message) -> io::Result<()> {
        let Some(told) = &mut self.told else { return Ok(()) };
        if !told.claim(&format!("{at}\u{1f}{}", message.notice.key()))? {
            return Ok(());
        }
        self.messages += 1;
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        if self.teller.is_none() {
            let log = self.state.join("tmp/runs").join(&message.notice.run);
            self.teller = Some(Teller::start(&self.root, &log)?);
        }
        self.teller.as_mut().map_or(Ok(()), |teller| teller.input.write_all(&line))
    }

    /// Says in the log what all of that cost the run, once.
    fn say_spent(&mut self, run: &str) {
        let (spent, messages) = (std::mem::take(&mut self.spent), std::mem::take(&mut self.messages));
        if messages == 0 {
            return;
        }
        let path = self.state.join("tmp/runs").join(run).join(LOG);
        failpoint::quietly("notify.spent", || {
            if let Ok(mut log) = OpenOptions::new().append(true).open(path) {
                let what = numbered(messages as usize, "message");
                drop(writeln!(log, "the run waited {:.1} ms for {what}", spent.as_secs_f64() * 1000.0));
            }
        });
    }

    fn lost(&mut self, error: &io::Error) {
        if !self.is_lost {
            self.is_lost = true;
            drop(writeln!(anstream::stderr(), "warning: somebody of `[[notify]]` is not told: {error}"));
        }
    }
}

impl Teller {
    /// Starts the process that tells: in a group of its own, which a Ctrl-C on the run does not reach.
    fn start(root: &Path, log: &Path) -> io::Result<Self> {
        state::private_dir(log)?;
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(log.join(LOG))?;
        let mut child = Command::new(std::env::current_exe()?)
            .args(["notify", "--deliver"])
            .current_dir(root)
            .env_remove("BATCHPRP_DIRECTORY")
            .stdin(Stdio::piped())
            .stdout(file.try_clone()?)
            .stderr(file)
            .process_group(0)
            .spawn()?;
        let input = child.stdin.take().ok_or_else(|| io::Error::other("there is no way to it"))?;
        let flags = fcntl(&input, FcntlArg::F_GETFL).map_err(io::Error::from)?;
        let flags = OFlag::from_bits_truncate(flags) | OFlag::O_NONBLOCK;
        fcntl(&input, FcntlArg::F_SETFL(flags)).map_err(io::Error::from)?;
        Ok(Self { _child: child, input })
    }
}
