//! The fake bridge: answers every request from memory, on the thread that asks.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::bridge::door::{AgentCall, Bridge, Executed, Failure, Origin, PhaseRecord, Reply, Request, Worktree};
use crate::error::{Error, ExitCode};
use crate::event::kind::EventKind;
use crate::model::validation::{LevelResult, ValidationRecord, Verdict};

use super::documents;
use super::schedule::{Schedule, Step};
use super::world::{AgentRecord, World};

/// Answers from memory; copies share it.
#[derive(Clone, Default)]
pub struct FakeBridge {
    world: Arc<Mutex<World>>,
    changed: Arc<Condvar>,
}

impl FakeBridge {
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a file into the fake project.
    pub fn file(&self, path: impl Into<PathBuf>, text: impl Into<String>) {
        self.world().files.insert(path.into(), text.into());
    }

    /// Returns what was told, in order.
    pub fn events(&self) -> Vec<EventKind> {
        self.world().events.clone()
    }

    /// Stops the run: everything is answered with a cancellation from now on.
    pub fn cancel(&self) {
        self.world().cancelled = true;
        self.changed.notify_all();
    }

    fn next(&self) -> Result<Reply, Failure> {
        let mut world = self.world();
        loop {
            if world.cancelled {
                return Err(Failure::Cancelled);
            }
            let Some(schedule) = &mut world.schedule else { return Err(refuse("no run is open").into()) };
            match schedule.next() {
                Step::Run(item) => return Ok(Reply::Next(Some(item))),
                Step::Done => return Ok(Reply::Next(None)),
                Step::Wait => world = self.changed.wait(world).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn agent(&self, mut call: AgentCall) -> Result<Reply, Failure> {
        let spec = &call.spec;
        let answer = self.world().answer(&spec.item);
        let record = AgentRecord {
            agent: call.name.clone(),
            item: spec.item.clone(),
            role: spec.role.clone(),
            phase: spec.phase.clone(),
            attempt: spec.attempt,
            model: spec.model.clone(),
            session: spec.session.clone(),
            prompt: spec.prompt.clone(),
        };
        self.world().calls.push(record);
        call.adapter.command(&call.spec).map_err(refuse)?;
        std::thread::sleep(Duration::from_millis(answer.delay_ms));
        if let Some(message) = answer.error {
            return Err(refuse(message).into());
        }
        #[expect(clippy::panic, reason = "a test asked for it")]
        if let Some(message) = answer.panic {
            panic!("{message}");
        }
        let judged = (!answer.lines.is_empty()).then(|| {
            for line in &answer.lines {
                let _events = call.adapter.on_line(line);
            }
            let exit = crate::model::agent::Exit { code: answer.code, signal: answer.signal };
            call.adapter.outcome(exit)
        });
        Ok(Reply::Agent(Box::new(answer.report(judged))))
    }
}

fn refuse(message: impl Into<String>) -> Error {
    Error::new(ExitCode::InvalidInput, message)
}

fn missing(path: &Path) -> Failure {
    refuse(format!("`{}` does not exist", path.display())).into()
}

impl Bridge for FakeBridge {
    fn call(&self, origin: Origin, request: Request) -> Result<Reply, Failure> {
        if self.world().cancelled && !matches!(request, Request::Finished(_) | Request::Close) {
            return Err(Failure::Cancelled);
        }
        let item = origin.map(|attempt| attempt.item).unwrap_or_default();
        match request {
            Request::Next => self.next(),
            Request::Agent(call) => self.agent(*call),
            Request::Finished(outcome) => {
                let mut world = self.world();
                if let Some(schedule) = &mut world.schedule {
                    schedule.finished(&item, &outcome);
                }
                self.changed.notify_all();
                Ok(Reply::Done)
            }
            other => perform(&mut self.world(), &item, other),
        }
    }
}

/// Performs what needs no waiting.
fn perform(world: &mut World, item: &str, request: Request) -> Result<Reply, Failure> {
    Ok(match request {
        Request::Prps(selection) => Reply::Prps(documents::select(world, &selection)?),
        Request::ReadFile(path) => Reply::Text(world.files.get(&path).cloned().ok_or_else(|| missing(&path))?),
        Request::WriteFile { path, text, create_new } => {
            if create_new && world.files.contains_key(&path) {
                return Err(refuse(format!("`{}` exists", path.display())).into());
            }
            world.files.insert(path, text);
            Reply::Done
        }
        Request::MoveFile { from, to } => {
            if world.files.contains_key(&to) {
                return Err(refuse(format!("`{}` exists", to.display())).into());
            }
            let text = world.files.remove(&from).ok_or_else(|| missing(&from))?;
            world.files.insert(to, text);
            Reply::Done
        }
        Request::ListFiles(folder) => {
            Reply::Files(world.files.keys().filter(|path| path.parent() == Some(&folder)).cloned().collect())
        }
        Request::NextBatch => Reply::Batch(documents::next_batch(world)),
        Request::Start { options, graph } => {
            world.schedule = Some(Schedule::new(*options, *graph));
            Reply::Started { run: "fake".to_owned(), directory: PathBuf::from(".ce/tmp/runs/fake") }
        }
        Request::Close => {
            let cancelled = world.cancelled;
            let schedule = world.schedule.take().ok_or_else(|| refuse("no run is open"))?;
            world.events.push(EventKind::Step { step: crate::event::kind::Step::Report });
            Reply::Closed(schedule.close(cancelled))
        }
        Request::Worktree => Reply::Worktree(worktree(world, item).clone()),
        Request::Phase { ordinal, title, of } => {
            let event = EventKind::PhaseStarted { item: item.to_owned(), phase: ordinal, title, of };
            world.events.push(event);
            Reply::Done
        }
        Request::Checkpoint { ordinal, key, .. } => {
            let commit = format!("{ordinal:040x}");
            let tree = worktree(world, item);
            tree.phases.retain(|record| record.ordinal != ordinal);
            tree.phases.push(PhaseRecord { ordinal, commit: commit.clone(), key, validation: None });
            Reply::Checkpoint { commit, files: Vec::new() }
        }
        Request::Resolve { .. } => {
            worktree(world, item).conflict = None;
            Reply::Text(String::new())
        }
        Request::Validate { ordinal, level, .. } => Reply::Validation(validate(world, item, ordinal, level)),
        Request::Process { argv, .. } => {
            let answer = world.program(&argv).ok_or_else(|| {
                refuse(format!("the test prescribes nothing for `{}`", argv.join(" "))).help("add `fake::program`")
            })?;
            let (stdout, stderr, timed_out) = (answer.stdout, answer.stderr, answer.timed_out);
            Reply::Process { code: Some(answer.code), signal: None, stdout, stderr, timed_out }
        }
        Request::Http { url, .. } => {
            let answer = world.http.pop_front();
            let answer = answer.ok_or_else(|| refuse(format!("the test prescribes no answer of `{url}`")))?;
            Reply::Http { status: answer.status, headers: answer.headers, body: answer.body }
        }
        Request::Executed { batch, ids } => {
            let wanted = |fact: &&Executed| {
                let of_batch = |id: crate::model::id::PrpId| id.batch().map(|batch| batch.0) == batch;
                ids.contains(&fact.id) || batch.is_some() && fact.id.parse().is_ok_and(of_batch)
            };
            Reply::Executed(world.executed.iter().filter(wanted).cloned().collect())
        }
        Request::Diff { .. } => Reply::Text(String::new()),
        Request::CommitFiles { paths, message } => {
            let files: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            world.commits.extend((!files.is_empty()).then_some((message, files)));
            Reply::Text(format!("{:040x}", world.commits.len()))
        }
        Request::Pause { reason } => {
            let item = Some(item.to_owned()).filter(|item| !item.is_empty());
            world.events.push(EventKind::Paused { item, reason });
            Reply::Done
        }
        Request::Event(event) => {
            world.events.push(event);
            Reply::Done
        }
        Request::Env(name) => Reply::Env(world.env.get(&name).cloned()),
        Request::Now => Reply::Now(world.now),
        Request::Unclosed { .. } => Reply::Unclosed(false),
        // Most are answered before, as they may wait.
        Request::Next | Request::Agent(_) | Request::Finished(_) | Request::Park => Reply::Done,
    })
}

fn worktree<'w>(world: &'w mut World, item: &str) -> &'w mut Worktree {
    let branch = item.to_lowercase().replace('.', "-");
    let fresh = || Worktree { path: PathBuf::from("/fake").join(&branch), branch, ..Worktree::default() };
    world.worktrees.entry(item.to_owned()).or_insert_with(fresh)
}

/// Finds a prescribed defect once; everything else passes.
fn validate(world: &mut World, item: &str, phase: u32, level: u8) -> ValidationRecord {
    let defects = world.defects.entry(item.to_owned()).or_default();
    let found = defects.iter().position(|defect| defect.phase == phase && defect.level <= level);
    let defect = found.map(|index| defects.remove(index));
    let mut levels = Vec::new();
    for number in 1..=level {
        let error = defect.as_ref().filter(|defect| defect.level == number).map(|defect| defect.error.clone());
        let result = if error.is_some() { Verdict::Failed } else { Verdict::Passed };
        let errors = error.into_iter().collect::<Vec<_>>();
        let failed = !errors.is_empty();
        levels.push(LevelResult { level: number, result, commands: Vec::new(), errors, duration: 0.0 });
        if failed {
            break;
        }
    }
    let record = ValidationRecord { schema_version: 1, prp: item.to_owned(), phase, level, levels };
    let tree = worktree(world, item);
    for done in tree.phases.iter_mut().filter(|done| done.ordinal == phase) {
        done.validation = Some(record.clone());
    }
    record
}
