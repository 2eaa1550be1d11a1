//! Jobs on this machine: a folder for each, by its name. Who has one holds the lock in it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;

use crate::error::{Error, ExitCode, Result};
use crate::host::owner::Owner;
use crate::host::{failpoint, state};
use crate::model::worker::{WorkerSpec, job_name};

/// Jobs that ended so long ago are forgotten.
const OLD: Duration = Duration::from_secs(7 * 24 * 3600);
/// Longest wait for the end of a job that was told to end.
const PATIENCE: Duration = Duration::from_secs(15);
/// Most bytes of output that are told at a time.
const PIECE: u64 = 64 * 1024;

/// Stands in the folder of a job that has something for the hub.
const KEPT: &str = "kept";
/// Stands in the folder of a job that is to end.
const CANCEL: &str = "cancel";

/// The folder of workers on this machine.
#[derive(Clone, Debug)]
pub struct Home(pub PathBuf);

/// A job of this process.
#[derive(Debug)]
pub struct Job {
    pub folder: PathBuf,
    /// Held as long as the job goes on.
    lock: File,
}

/// What came of beginning a job.
pub enum Begun {
    Fresh(Job),
    /// It was begun before, and kept what the hub did not take.
    Kept(Job),
    /// There is one of that name that goes on, or is done.
    Not,
}

/// A job as executors see it.
#[derive(Debug, Serialize)]
pub struct JobLine {
    name: String,
    handle: String,
    /// `running`, `exited` or `lost`.
    state: &'static str,
    code: Option<i64>,
    node: String,
    since: String,
}

impl Home {
    /// Returns the folder of a job.
    pub fn job(&self, name: &str) -> PathBuf {
        self.jobs().join(name)
    }

    /// Returns the folder in which objects of hubs are kept.
    pub fn cache(&self) -> PathBuf {
        self.0.join("cache")
    }

    fn jobs(&self) -> PathBuf {
        self.0.join("jobs")
    }
}

/// Returns the name of the job of a spec.
pub fn name(spec: &WorkerSpec) -> String {
    job_name(&spec.run, &spec.item, spec.attempt)
}

impl Job {
    /// Begins a job, unless there is one of that name that goes on, or is done.
    pub fn begin(home: &Home, name: &str, spec: &str) -> Result<Begun> {
        let jobs = home.jobs();
        let failed = |error: io::Error| {
            Error::new(ExitCode::Config, format!("cannot write into `{}`: {error}", jobs.display()))
                .help("`--home` names another folder for workers")
        };
        state::private_dir(&jobs).map_err(failed)?;
        forget_old(&jobs);
        let folder = home.job(name);
        let code = fs::read_to_string(folder.join("exit")).ok();
        let code = code.as_deref().map(str::trim);
        if is_held(&folder) || code == Some("0") {
            return Ok(Begun::Not);
        }
        if code.and_then(|code| code.parse().ok()) == Some(ExitCode::Remote as u8) && folder.join(KEPT).exists() {
            return Self::again(folder, name).map_err(failed);
        }
        // Whoever had it is gone without an end: the lease tells whether it can be begun again.
        if folder.exists() {
            failpoint::around("worker.again", || fs::remove_dir_all(&folder)).map_err(failed)?;
        }
        // The folder takes its name when all of it is there: nobody sees a job without its lock.
        let new = jobs.join(format!(".{name}.{}", std::process::id()));
        let make = || {
            state::private_dir(&new)?;
            let lock = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(new.join("lock"))?;
            lock.lock()?;
            let owner = serde_json::to_vec(&Owner::current(name))?;
            state::write_private(&new.join("owner.json"), &owner)?;
            state::write_private(&new.join("spec.json"), spec.as_bytes())?;
            Ok::<_, io::Error>(lock)
        };
        let lock = make().map_err(failed)?;
        if let Err(error) = failpoint::around("worker.job", || fs::rename(&new, &folder)) {
            drop(fs::remove_dir_all(&new));
            return if folder.exists() { Ok(Begun::Not) } else { Err(failed(error)) };
        }
        Ok(Begun::Fresh(Self { folder, lock }))
    }

    /// Takes up a job that kept what the hub did not take.
    fn again(folder: PathBuf, name: &str) -> io::Result<Begun> {
        let lock = File::open(folder.join("lock"))?;
        if lock.try_lock().is_err() {
            return Ok(Begun::Not);
        }
        state::write_private(&folder.join("owner.json"), &serde_json::to_vec(&Owner::current(name))?)?;
        failpoint::around("worker.recall", || {
            drop(fs::remove_file(folder.join(CANCEL)));
            fs::remove_file(folder.join("exit"))
        })?;
        Ok(Begun::Kept(Self { folder, lock }))
    }

    /// Opens the file for all that the job says.
    pub fn log(&self) -> io::Result<File> {
        OpenOptions::new().append(true).create(true).mode(0o600).open(self.folder.join("log"))
    }

    /// Tells whether somebody wants the job to end.
    pub fn is_cancelled(&self) -> bool {
        self.folder.join(CANCEL).exists()
    }

    /// Returns what hands on to standard output what the job says: an engine may keep it.
    pub fn echo(&self) -> Echo {
        Echo { path: self.folder.join("log"), from: 0 }
    }

    /// Says how the job ended; its files go, but for what it said, and what the hub has to get yet.
    pub fn end(self, code: u8, keep: bool) {
        if keep {
            // Without it the work is done again from what the hub has.
            failpoint::quietly("worker.keep", || drop(state::write_private(&self.folder.join(KEPT), b"")));
        }
        failpoint::quietly("worker.end", || {
            drop(state::write_private(&self.folder.join("exit"), code.to_string().as_bytes()));
        });
        if !keep {
            for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
                let is_kept = ["lock", "owner.json", "exit", "log"].iter().any(|kept| entry.file_name() == *kept);
                if !is_kept {
                    failpoint::quietly("worker.clean", || {
                        drop(fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path())));
                    });
                }
            }
        }
        drop(self.lock);
    }
}

/// What a job said so far, on its way to standard output.
pub struct Echo {
    path: PathBuf,
    from: u64,
}

impl Echo {
    /// Hands on what is new.
    pub fn pass(&mut self) {
        let Ok(mut file) = File::open(&self.path) else { return };
        let mut text = Vec::new();
        if file.seek(SeekFrom::Start(self.from)).is_ok() && file.take(PIECE).read_to_end(&mut text).is_ok() {
            self.from += u64::try_from(text.len()).unwrap_or(0);
            // The job works on when nobody listens.
            drop(io::stdout().write_all(&text).and_then(|()| io::stdout().flush()));
        }
    }
}

/// Lists the jobs of a run, of all runs where none is named.
pub fn list(home: &Home, run: &str) -> Vec<JobLine> {
    let prefix = if run.is_empty() { "batchprp.".to_owned() } else { format!("batchprp.{run}.") };
    let entries = fs::read_dir(home.jobs()).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut lines: Vec<JobLine> = names.filter(|name| name.starts_with(&prefix)).map(|name| line(home, name)).collect();
    lines.sort_by(|a, b| a.name.cmp(&b.name));
    lines
}

fn line(home: &Home, name: String) -> JobLine {
    let folder = home.job(&name);
    let owner = owner(&folder).unwrap_or_default();
    let goes_on = is_held(&folder);
    let code = fs::read_to_string(folder.join("exit")).ok().and_then(|code| code.trim().parse().ok());
    let state = match (goes_on, code) {
        (true, _) => "running",
        (false, Some(_)) => "exited",
        (false, None) => "lost",
    };
    JobLine { name, handle: owner.pid.to_string(), state, code, node: owner.host, since: owner.since }
}

fn owner(folder: &Path) -> Option<Owner> {
    serde_json::from_slice(&fs::read(folder.join("owner.json")).ok()?).ok()
}

/// Tells whether somebody works on a job.
fn is_held(folder: &Path) -> bool {
    let Ok(file) = File::open(folder.join("lock")) else { return false };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Tells a job to end, and whether it has.
pub fn cancel(home: &Home, name: &str) -> Result<bool> {
    let folder = home.job(name);
    let deadline = Instant::now() + PATIENCE;
    if is_held(&folder) {
        // Whoever asks may be in a PID namespace of its own, in which no signal reaches the worker.
        failpoint::quietly("worker.cancel", || drop(state::write_private(&folder.join(CANCEL), b"")));
    }
    while is_held(&folder) {
        if Instant::now() > deadline {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(!is_held(&folder))
}

/// Returns what a job said from a byte on, and the byte at which it goes on.
pub fn logs(home: &Home, name: &str, from: u64) -> Result<(String, u64)> {
    let path = home.job(name).join("log");
    let read = || {
        let mut file = File::open(&path)?;
        file.seek(SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        file.take(PIECE).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    };
    let bytes = read().map_err(|error| {
        Error::new(ExitCode::NothingMatched, format!("there is nothing of the job `{name}` here: {error}"))
    })?;
    let next = from + u64::try_from(bytes.len()).unwrap_or(0);
    Ok((String::from_utf8_lossy(&bytes).into_owned(), next))
}

/// Removes what is left of jobs that ended long ago.
fn forget_old(jobs: &Path) {
    for entry in fs::read_dir(jobs).into_iter().flatten().flatten() {
        let age = entry.metadata().and_then(|facts| facts.modified()).ok();
        let age = age.and_then(|time| SystemTime::now().duration_since(time).ok());
        if age.is_some_and(|age| age > OLD) && !is_held(&entry.path()) {
            failpoint::quietly("worker.forget", || drop(fs::remove_dir_all(entry.path())));
        }
    }
}
