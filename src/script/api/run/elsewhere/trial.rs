//! What every executor has to hold, tried out with jobs that only wait.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rhai::Dynamic;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::executor::Executor;
use super::job::{self, JobOrder};
use crate::error::{Error, ExitCode, Result};
use crate::event::SCHEMA_VERSION;
use crate::model::worker::{WorkerSpec, job_name};
use crate::script::host::{ScriptHost, on_big_stack};
use crate::script::state::{HostState, ScriptRun};

/// How often the engine is asked.
const POLL: Duration = Duration::from_millis(500);
/// Seconds for which a job waits that is to be cancelled.
const LONG: u32 = 600;
/// How a job ends that ends by itself.
const CODE: i64 = 3;

/// Whether something holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    Yes,
    No,
    Unknown,
}

/// One thing that every executor has to hold.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ExecutorFinding {
    pub name: &'static str,
    pub holds: Holds,
    pub text: String,
}

/// A job as `list` is to tell of it.
#[derive(Clone, Debug, Deserialize)]
struct Line {
    name: String,
    state: String,
    #[serde(default)]
    code: Option<i64>,
    #[serde(default)]
    node: Option<String>,
}

/// A piece of what a job said.
#[derive(Debug, Deserialize)]
struct Piece {
    text: String,
    next: i64,
}

/// An executor that is tried out.
struct Trial {
    executor: Executor,
    state: Arc<HostState>,
    /// Id of a run that nobody has.
    run: String,
    /// Longest wait for a job to begin or to end.
    patience: Duration,
    findings: Vec<ExecutorFinding>,
}

/// Tries an executor out. Jobs that it began are cancelled, whatever comes of it.
pub fn try_executor(host: &ScriptHost, name: &str, patience: Duration) -> Result<Vec<ExecutorFinding>> {
    host.state.begin(ScriptRun { command: "executors".to_owned(), ..ScriptRun::default() });
    on_big_stack(|| {
        let executor = Executor::load(&host.state, name)?;
        let run = format!("trial-{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
        let mut trial = Trial { executor, state: host.state.clone(), run, patience, findings: Vec::new() };
        let tried = trial.all();
        if tried.is_err() {
            for item in ["waits", "ends"] {
                // It may never have begun.
                drop(trial.executor.call("cancel", (trial.name(item),)));
            }
        }
        tried.map(|()| trial.findings)
    })
}

impl Trial {
    fn all(&mut self) -> Result<()> {
        if !self.capacity()? {
            return Ok(());
        }
        let handle = self.submit("waits", LONG)?;
        let begun = self.until("waits", |job| job.is_some_and(|job| job.state != "queued"))?;
        self.begun(&handle, begun.as_ref());
        self.twice(&handle)?;
        self.listed()?;
        self.said()?;
        self.cancelled()?;
        self.ended()?;
        self.absent();
        Ok(())
    }

    fn add(&mut self, name: &'static str, holds: bool, text: impl Into<String>) {
        let holds = if holds { Holds::Yes } else { Holds::No };
        self.findings.push(ExecutorFinding { name, holds, text: text.into() });
    }

    fn unknown(&mut self, name: &'static str, text: impl Into<String>) {
        self.findings.push(ExecutorFinding { name, holds: Holds::Unknown, text: text.into() });
    }

    fn name(&self, item: &str) -> String {
        job_name(&self.run, item, 1)
    }

    /// Submits a job that waits, and returns its handle.
    fn submit(&self, item: &str, seconds: u32) -> Result<String> {
        let (name, spec) = (self.name(item), self.spec(item));
        let more = ["--trial".to_owned(), seconds.to_string()];
        let resources = job::resources(&self.state, None);
        let order = JobOrder { name: &name, run: &self.run, item, attempt: 1, spec: &spec, more: &more, resources };
        let handle = self.executor.call("submit", (job::describe(&self.state, order),))?;
        Ok(handle.to_string())
    }

    /// Returns the spec of a job that needs nothing of a project.
    fn spec(&self, item: &str) -> String {
        let none = String::new;
        let spec = WorkerSpec {
            schema_version: SCHEMA_VERSION,
            run: self.run.clone(),
            batch: None,
            item: item.to_owned(),
            attempt: 1,
            hub: none(),
            lease: none(),
            base: none(),
            batch_branch: none(),
            batch_tip: none(),
            branch: none(),
            item_base: none(),
            tip: none(),
            proof: None,
            documents: none(),
            script: none(),
            args: serde_json::Value::Null,
            lease_s: 0.0,
            nonce: none(),
            agent: None,
        };
        serde_json::to_string(&spec).unwrap_or_default()
    }

    fn list(&self, run: &str) -> Result<Vec<Line>> {
        let listed = self.executor.call("list", (run.to_owned(),))?;
        read(&listed, "list")
    }

    fn logs(&self, item: &str, from: i64) -> Result<Piece> {
        let said = self.executor.call("logs", (self.name(item), from))?;
        read(&said, "logs")
    }

    /// Asks the engine until a job is as wanted, or the patience is at its end. An engine that does not answer is asked again.
    fn until(&self, item: &str, wanted: impl Fn(Option<&Line>) -> bool) -> Result<Option<Line>> {
        let (name, end) = (self.name(item), Instant::now() + self.patience);
        loop {
            let found = match self.list(&self.run) {
                Ok(lines) => Some(lines.into_iter().find(|line| line.name == name)),
                Err(error) if error.code == ExitCode::Remote => None,
                Err(error) => return Err(error),
            };
            if let Some(job) = found
                && (wanted(job.as_ref()) || Instant::now() > end)
            {
                return Ok(job);
            }
            if self.state.cancelled() {
                return Err(Error::new(ExitCode::Interrupted, "stopped"));
            }
            if Instant::now() > end {
                return Err(Error::new(ExitCode::Remote, "the engine does not answer"));
            }
            thread::sleep(POLL);
        }
    }

    /// Tells whether there is room for the jobs of the trial.
    fn capacity(&mut self) -> Result<bool> {
        let room = self.executor.call("capacity", ())?;
        let number = room.as_int();
        match number {
            _ if room.is_unit() => self.add("capacity", true, "jobs wait in a queue"),
            Ok(room) if room > 0 => self.add("capacity", true, format!("room for {room} more")),
            Ok(0) => self.unknown("capacity", "there is no room now, so nothing else was tried"),
            _ => self.add("capacity", false, format!("`{room}` is neither a number nor `()`")),
        }
        Ok(room.is_unit() || number.is_ok_and(|room| room > 0))
    }

    fn begun(&mut self, handle: &str, job: Option<&Line>) {
        match job {
            Some(job) if job.state == "running" => self.add("submit", !handle.is_empty(), format!("handle {handle}")),
            Some(job) if job.state == "queued" => {
                self.unknown("submit", format!("handle {handle}, still in the queue"));
            }
            Some(job) => self.add("submit", false, format!("a job that waits is called `{}`", job.state)),
            None => self.add("submit", false, "`list` does not know the job"),
        }
    }

    /// A name that is there already is not submitted again.
    fn twice(&mut self, first: &str) -> Result<()> {
        let (again, name) = (self.submit("waits", LONG)?, self.name("waits"));
        let count = self.list(&self.run)?.into_iter().filter(|line| line.name == name).count();
        let text = match (again == first, count) {
            (true, 1) => "the second time is the first".to_owned(),
            (false, 1) => format!("the handle was `{first}`, and is `{again}` the second time"),
            _ => format!("there are {count} jobs of one name"),
        };
        self.add("submit twice", again == first && count == 1, text);
        Ok(())
    }

    /// Each run sees its own jobs, with states that are known and a node.
    fn listed(&mut self) -> Result<()> {
        let name = self.name("waits");
        let job = self.list(&self.run)?.into_iter().find(|line| line.name == name);
        let foreign = self.list(&format!("{}x", self.run))?;
        let node = job.and_then(|job| job.node).unwrap_or_default();
        match (foreign.is_empty(), node.is_empty()) {
            (false, _) => self.add("list", false, "another run sees the job too"),
            (true, true) => self.unknown("list", "it does not say on which node a job is"),
            (true, false) => self.add("list", true, format!("it is on {node}")),
        }
        Ok(())
    }

    /// What a job says comes whole, piece by piece.
    fn said(&mut self) -> Result<()> {
        let end = Instant::now() + Duration::from_secs(5);
        let mut first = self.logs("waits", 0)?;
        while first.text.is_empty() && Instant::now() < end {
            thread::sleep(POLL);
            first = self.logs("waits", 0)?;
        }
        if first.text.is_empty() {
            self.unknown("logs", "nothing is kept of what jobs say");
            return Ok(());
        }
        thread::sleep(POLL);
        let second = self.logs("waits", first.next)?;
        let whole = self.logs("waits", 0)?;
        let far = self.logs("waits", whole.next + 1_000_000)?;
        let pieces = format!("{}{}", first.text, second.text);
        let bytes = |piece: &Piece| i64::try_from(piece.text.len()).unwrap_or(i64::MAX);
        let wrong = if !whole.text.starts_with(&pieces) {
            Some("two pieces are not the beginning of the whole")
        } else if first.next != bytes(&first) || second.next != first.next + bytes(&second) {
            Some("`next` is not the byte after the piece")
        } else if second.text.is_empty() && whole.text == first.text {
            Some("nothing comes after the first piece")
        } else if !far.text.is_empty() {
            Some("there is something beyond the end")
        } else {
            None
        };
        self.add("logs", wrong.is_none(), wrong.unwrap_or("pieces follow each other without a gap"));
        Ok(())
    }

    /// A job that was called stopped is at work no more.
    fn cancelled(&mut self) -> Result<()> {
        let word = self.executor.call("cancel", (self.name("waits"),))?.to_string();
        let gone = |job: Option<&Line>| job.is_none_or(|job| !["queued", "running"].contains(&job.state.as_str()));
        match word.as_str() {
            "stopped" => {
                let name = self.name("waits");
                let job = self.list(&self.run)?.into_iter().find(|line| line.name == name);
                let state = job.as_ref().map_or("gone", |job| job.state.as_str()).to_owned();
                let before = self.logs("waits", 0).map(|piece| piece.next).unwrap_or_default();
                thread::sleep(POLL);
                let silent = self.logs("waits", before).map_or(true, |piece| piece.text.is_empty());
                let text =
                    if silent { format!("stopped, and {state}") } else { "stopped, but it says more".to_owned() };
                self.add("cancel", gone(job.as_ref()) && silent, text);
            }
            "unconfirmed" => {
                let job = self.until("waits", gone)?;
                if gone(job.as_ref()) {
                    self.unknown("cancel", "not confirmed, but the job is gone");
                } else {
                    self.add("cancel", false, "not confirmed, and the job goes on");
                }
            }
            _ => self.add("cancel", false, format!("`{word}` is neither `stopped` nor `unconfirmed`")),
        }
        Ok(())
    }

    /// A job that ended is told with its exit code.
    fn ended(&mut self) -> Result<()> {
        self.submit("ends", 0)?;
        let done = |job: Option<&Line>| job.is_some_and(|job| !["queued", "running"].contains(&job.state.as_str()));
        match self.until("ends", done)? {
            Some(job) if job.state == "exited" && job.code == Some(CODE) => {
                self.add("end", true, format!("exited, with its code {CODE}"));
            }
            Some(job) if job.state == "exited" && job.code.is_none() => self.unknown("end", "exited, without its code"),
            Some(job) if job.state == "exited" => {
                self.add("end", false, format!("exited with {:?}, and not with {CODE}", job.code));
            }
            Some(job) => self.add("end", false, format!("a job that ended is called `{}`", job.state)),
            None => self.unknown("end", "jobs that ended are forgotten"),
        }
        Ok(())
    }

    /// What was never there is nobody's trouble.
    fn absent(&mut self) {
        let name = job_name(&self.run, "never", 1);
        let word = self.executor.call("cancel", (name,)).map(|word| word.to_string());
        let (holds, text) = match word {
            Ok(word) if word == "stopped" => (true, "a job that is not there is stopped".to_owned()),
            Ok(word) => (false, format!("a job that is not there is called `{word}`")),
            Err(error) => (false, format!("cancelling a job that is not there fails: {}", error.message)),
        };
        self.add("absent", holds, text);
    }
}

/// Reads what a function of an executor returned.
fn read<'a, T: Deserialize<'a>>(value: &'a Dynamic, function: &str) -> Result<T> {
    rhai::serde::from_dynamic(value)
        .map_err(|error| Error::new(ExitCode::Config, format!("`{function}` returned something else: {error}")))
}
