//! The outer process of a worker: holds the lease, and ends everything of its own when it cannot.

use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::attempt::{ERROR, EVENTS, OUTCOME, REPO, RUNS};
use super::job::{Begun, Echo, Home, Job};
use super::publisher::{Publisher, Told};
use crate::cli::start::failure::{CommandFailure, CommandResult};
use crate::error::{Error, ExitCode, Result};
use crate::event::{Event, EventKind, SCHEMA_VERSION};
use crate::host::git::hub::checkout;
use crate::host::git::hub::talk::Hub;
use crate::host::git::plumbing::repo::{GitPolicy, Repo};
use crate::host::git::upkeep::scan;
use crate::host::journal::GrowingFile;
use crate::host::{owner, process};
use crate::model::checkpoint::Checkpoint;
use crate::model::id::PrpId;
use crate::model::outcome::{FailureKind, Outcome};
use crate::model::usage::Usage;
use crate::model::worker::{OutcomeRecord, RecordedCheckpoint, WorkerSpec};
use crate::run::shared::names;

/// Share of the lease after which a worker that could not renew it ends; an orchestrator waits longer than all of it.
const TOLERANCE: f64 = 0.8;
/// Longest time between two renewals.
const BEAT: Duration = Duration::from_secs(10);
/// Least time between two pushes of checkpoints, and between two tries.
const PAUSE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(50);
/// Time to end in order.
const GRACE: Duration = Duration::from_secs(10);
/// Leases for which an outcome is offered to a hub that does not answer. After that it is kept on the disk.
const OFFERED: f64 = 2.0;

/// Why the inner process is not waited for any longer.
#[derive(Debug, PartialEq, Eq)]
enum Over {
    /// It has ended.
    Ended,
    /// The lease is somebody else's.
    Fenced,
    /// The hub did not answer for so long that the lease may be somebody else's.
    CutOff,
    /// We were told to stop.
    Stopped,
}

/// Carries out a job.
pub fn run(home: &Home, name: &str, text: &str, spec: &WorkerSpec) -> CommandResult {
    // Whoever started us may end; a leader of a group has its own already.
    nix::unistd::setsid().ok();
    process::become_subreaper();
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        signal_hook::flag::register(signal, stop.clone())
            .map_err(|error| Error::new(ExitCode::Internal, format!("cannot hear signals: {error}")))?;
    }
    let (job, done) = match Job::begin(home, name, text)? {
        Begun::Not => return Ok(ExitCode::Done),
        Begun::Fresh(job) => {
            let done = Worker::prepare(home, &job, spec, stop).and_then(Worker::work);
            (job, done)
        }
        Begun::Kept(job) => {
            let done = Worker::open(home, &job, spec, stop).and_then(Worker::deliver);
            (job, done)
        }
    };
    let code = match &done {
        Ok(code) => *code,
        Err(error) => {
            say(&job, &error.message);
            error.code
        }
    };
    // What the hub did not take is only here.
    let has_work = code == ExitCode::Remote && job.folder.join(REPO).exists();
    if has_work {
        let folder = job.folder.display();
        say(&job, &format!("what was done is kept in `{folder}`: the run asks for it when the hub answers again"));
    }
    job.end(code as u8, has_work);
    match done {
        Ok(ExitCode::Done) => Ok(ExitCode::Done),
        Ok(code) => Err(CommandFailure::Exit(code as u8)),
        Err(error) => Err(error.into()),
    }
}

fn say(job: &Job, text: &str) {
    if let Ok(mut log) = job.log() {
        // Without its log a job works all the same.
        drop(writeln!(log, "worker: {text}"));
    }
}

/// A job under its lease.
struct Worker<'a> {
    job: &'a Job,
    home: &'a Home,
    spec: &'a WorkerSpec,
    hub: Hub,
    publisher: Publisher,
    stop: Arc<AtomicBool>,
    usage: Usage,
    /// Run id of the inner process.
    run: Option<String>,
    echo: Echo,
}

impl<'a> Worker<'a> {
    /// Makes the repository of the job and takes the lease over.
    fn prepare(home: &'a Home, job: &'a Job, spec: &'a WorkerSpec, stop: Arc<AtomicBool>) -> Result<Self> {
        let repo = checkout::make(&job.folder.join(REPO), &home.cache(), spec)?;
        let mut worker = Self::of(home, job, spec, stop, repo);
        let end = Instant::now() + worker.lease();
        loop {
            match worker.publisher.renew()? {
                Told::Done => return Ok(worker),
                Told::Fenced => {
                    let text = format!("attempt {} of {} was begun by somebody else", spec.attempt, spec.item);
                    return Err(Error::new(ExitCode::GitRefuses, text));
                }
                Told::NotYet(error) if Instant::now() > end || worker.is_stopped() => return Err(error),
                Told::NotYet(_) => std::thread::sleep(PAUSE),
            }
        }
    }

    fn of(home: &'a Home, job: &'a Job, spec: &'a WorkerSpec, stop: Arc<AtomicBool>, repo: Repo) -> Self {
        let hub = Hub { repo, address: spec.hub.clone() };
        let publisher = Publisher::new(hub.clone(), spec.clone());
        Self { job, home, spec, hub, publisher, stop, usage: Usage::default(), run: None, echo: job.echo() }
    }

    /// Opens the repository of a job that kept what the hub did not take.
    fn open(home: &'a Home, job: &'a Job, spec: &'a WorkerSpec, stop: Arc<AtomicBool>) -> Result<Self> {
        let repo = Repo::open(&job.folder.join(REPO), GitPolicy::default())?;
        Ok(Self::of(home, job, spec, stop, repo))
    }

    /// Gives the hub what it did not take before: the outcome, or as much as was done.
    fn deliver(mut self) -> Result<ExitCode> {
        if !self.publisher.take_up()? {
            return self.not_wanted();
        }
        self.hear(&mut None)?;
        let has_ended = [OUTCOME, ERROR].iter().any(|name| self.job.folder.join(name).exists());
        let record = if has_ended { Some(self.record()?) } else { None };
        self.offer(record.as_ref(), self.lease().mul_f64(OFFERED))
    }

    fn not_wanted(&self) -> Result<ExitCode> {
        self.publisher.leave();
        let text = format!("what came of {} was not wanted any more", self.spec.item);
        Err(Error::new(ExitCode::GitRefuses, text))
    }

    fn lease(&self) -> Duration {
        Duration::try_from_secs_f64(self.spec.lease_s).unwrap_or(BEAT)
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.job.is_cancelled()
    }

    /// Carries the attempt out, from the start of the inner process to the record.
    fn work(mut self) -> Result<ExitCode> {
        let mut child = self.start()?;
        let over = self.attend(&mut child)?;
        if over != Over::Ended {
            self.kill(&mut child);
        }
        match over {
            Over::Fenced => {
                self.publisher.leave();
                let text = format!("the lease of {} is not ours any more: everything was ended", self.spec.item);
                Err(Error::new(ExitCode::GitRefuses, text))
            }
            Over::CutOff => {
                // What the script says about its end is not what came of the item.
                crate::host::failpoint::quietly("worker.cut-off", || {
                    for name in [OUTCOME, ERROR] {
                        drop(std::fs::remove_file(self.job.folder.join(name)));
                    }
                });
                self.offer(None, self.lease().mul_f64(OFFERED))
            }
            Over::Stopped => {
                self.offer(None, self.lease().mul_f64(TOLERANCE))?;
                Ok(ExitCode::Terminated)
            }
            Over::Ended => {
                let record = self.record()?;
                self.offer(Some(&record), self.lease().mul_f64(OFFERED))
            }
        }
    }

    fn start(&self) -> Result<Child> {
        let cannot =
            |error: std::io::Error| Error::new(ExitCode::Internal, format!("cannot start the script: {error}"));
        let log = self.job.log().map_err(cannot)?;
        let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
        command.args(["worker", "--home"]).arg(&self.home.0).arg("--inside").arg(&self.job.folder);
        // A run around us is another one.
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_of_attempt(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        command.stdin(Stdio::null()).stdout(log.try_clone().map_err(cannot)?).stderr(log).process_group(0);
        command.spawn().map_err(cannot)
    }

    /// Waits for the inner process, and tells the hub meanwhile.
    fn attend(&mut self, child: &mut Child) -> Result<Over> {
        let beat = BEAT.min(self.lease() / 3);
        let mut events = None;
        loop {
            let ended = child.try_wait().is_ok_and(|status| status.is_some());
            self.hear(&mut events)?;
            self.echo.pass();
            if ended {
                return Ok(Over::Ended);
            }
            if self.is_stopped() {
                return Ok(Over::Stopped);
            }
            let since = self.publisher.tried.elapsed();
            if since > beat || since > PAUSE.min(beat) && (self.publisher.age() > beat || self.publisher.has_news()?) {
                match self.publisher.renew()? {
                    Told::Done => {}
                    Told::Fenced => return Ok(Over::Fenced),
                    Told::NotYet(error) => say(self.job, &error.message),
                }
            }
            if self.publisher.age() > self.lease().mul_f64(TOLERANCE) {
                return Ok(Over::CutOff);
            }
            std::thread::sleep(TICK);
        }
    }

    /// Takes in what the inner process told.
    fn hear(&mut self, events: &mut Option<GrowingFile>) -> Result<()> {
        let path = self.job.folder.join(EVENTS);
        if events.is_none() && path.exists() {
            *events = Some(GrowingFile::open(&path)?);
        }
        let Some(file) = events else { return Ok(()) };
        let lines = file.lines().unwrap_or_default();
        for line in lines {
            let Ok(event) = Event::from_json(&line) else { continue };
            if let EventKind::AttemptFinished { usage, .. } = &event.kind {
                self.usage = self.usage.plus(*usage);
            }
            if event.kind.item() == Some(&self.spec.item) {
                self.publisher.hear(&line);
            }
            if self.run.as_ref() != Some(&event.run) {
                let runs = std::fs::read_to_string(self.job.folder.join(RUNS)).unwrap_or_default();
                let item = names::file_name(&self.spec.item);
                self.publisher.papers_are_in(Path::new(&runs).join(&event.run).join(item));
                self.run = Some(event.run);
            }
        }
        Ok(())
    }

    /// Ends the inner process, and everything that it began.
    fn kill(&self, child: &mut Child) {
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap_or_default());
        let grace = GRACE.min(self.lease() / 10);
        let end = Instant::now() + grace;
        crate::host::failpoint::quietly("worker.kill", || {
            kill(pid, Signal::SIGTERM).unwrap_or_default();
            while Instant::now() < end && !child.try_wait().is_ok_and(|status| status.is_some()) {
                std::thread::sleep(TICK);
            }
            drop(child.kill());
            drop(child.wait());
        });
        if let Some(run) = &self.run {
            process::sweep(run);
        }
    }

    /// Tells the hub how the attempt ended, as long as that may help.
    fn offer(&mut self, record: Option<&OutcomeRecord>, time: Duration) -> Result<ExitCode> {
        let end = Instant::now() + time;
        let mut is_told = false;
        loop {
            match self.publisher.end(record.cloned())? {
                Told::Done => return Ok(ExitCode::Done),
                Told::Fenced => return self.not_wanted(),
                Told::NotYet(error) if Instant::now() > end => return Err(error),
                Told::NotYet(error) if !std::mem::replace(&mut is_told, true) => say(self.job, &error.message),
                Told::NotYet(_) => {}
            }
            std::thread::sleep(PAUSE);
        }
    }

    /// Makes the record out of what the inner process left.
    fn record(&self) -> Result<OutcomeRecord> {
        let (outcome, value) = self.outcome();
        let (repo, spec) = (&self.hub.repo, self.spec);
        let id: PrpId = spec
            .item
            .parse()
            .map_err(|error| Error::new(ExitCode::InvalidInput, format!("`{}` is no id: {error}", spec.item)))?;
        let mut checkpoints = Vec::new();
        if let Some(tip) = repo.tip(&spec.branch)? {
            for phase in scan::between(repo, &tip, &spec.item_base, &id)?.phases {
                let subject = repo.message(&phase.commit)?;
                let subject = Checkpoint::read(&subject).map_or(subject, |checkpoint| checkpoint.subject());
                checkpoints.push(RecordedCheckpoint { phase: phase.ordinal, commit: phase.commit, subject });
            }
        }
        Ok(OutcomeRecord {
            schema_version: SCHEMA_VERSION,
            run: spec.run.clone(),
            batch: spec.batch,
            item: spec.item.clone(),
            attempt: spec.attempt,
            nonce: spec.nonce.clone(),
            outcome,
            value,
            usage: self.usage,
            checkpoints,
            node: owner::host_name(),
        })
    }

    fn outcome(&self) -> (Outcome, Option<Value>) {
        let read = |name: &str| {
            let text = std::fs::read(self.job.folder.join(name)).ok()?;
            serde_json::from_slice::<Value>(&text).ok()
        };
        if let Some(mut found) = read(OUTCOME) {
            let value = Some(found["value"].take()).filter(|value| !value.is_null());
            if let Ok(outcome) = serde_json::from_value(found["outcome"].take()) {
                return (outcome, value);
            }
        }
        let error = read(ERROR).unwrap_or_default();
        let code = error["code"].as_u64().and_then(|code| ExitCode::of(u8::try_from(code).ok()?));
        let kind = if code == Some(ExitCode::AgentMissing) { FailureKind::Auth } else { FailureKind::System };
        let said = error["message"].as_str().unwrap_or("the script ended without an outcome");
        let node = owner::host_name();
        (Outcome::failed(kind, format!("on {node}: {said}")), None)
    }
}

/// Tells whether a variable belongs to the attempt within which we were started.
fn is_of_attempt(name: &str) -> bool {
    ["BATCHPRP_RUN", "BATCHPRP_ITEM", "BATCHPRP_ATTEMPT", "BATCHPRP_PHASE", "BATCHPRP_RESULT", "BATCHPRP_HEARTBEAT"]
        .contains(&name)
}
