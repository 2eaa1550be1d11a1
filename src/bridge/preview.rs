//! A bridge for dry runs: what is asked is answered as far as reading can tell, and whatever would change something is
//! told and not done.
//!
//! Every effect of a script is a question through the one door, so there is no other way around: what is not known
//! here to be a read is listed. Where the answer of an effect cannot be known (an agent, a program, a server), the
//! script gets one that lets it go on, and whoever shows the preview can ask whether that happened.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::answer::Answer;
use super::ask::{Bridge, ask};
use super::attempt::{Failure, Origin};
use super::baseline::TryBaseline;
use super::files::{AppendFile, CopyFile, RemoveFile, WalkFiles};
use super::landing::{Landed, PushedWork};
use super::placed::Placing;
use super::reply::{Handed, HttpAnswer, JudgedReport, MadeCheckpoint, ProcessOutput, Repairing, Worktree};
use super::request::{
    EffectRequest, EmitEvent, ExecutedFacts, FactsWanted, ItemRequest, ListFiles, QueryRequest, ReadFile, Request,
    RunRequest, WriteFile,
};
use crate::error::{Error, ExitCode};
use crate::event::EventKind;
use crate::model::agent::{AgentReport, AgentStatus};
use crate::model::id::PrpId;
use crate::model::outcome::Outcome;
use crate::model::validation::ValidationRecord;

/// What a preview tells about.
#[derive(Clone, Debug)]
pub enum Would {
    /// One line, such as `would write docs/status.md (120 bytes)`.
    Line(String),
    /// A call of an agent, with the whole prompt.
    Ask(Box<WouldAsk>),
}

/// A call of an agent that is not made.
#[derive(Clone, Debug)]
pub struct WouldAsk {
    pub agent: String,
    pub role: String,
    pub model: Option<String>,
    pub prompt: String,
    /// What all items share of it.
    pub common: String,
    /// Seconds.
    pub timeout: f64,
}

/// Answers from what can be read, and lists the rest.
///
/// Looking for the program of an agent is no effect: see [`PreviewBridge::looking`].
pub struct PreviewBridge {
    real: Arc<dyn Bridge>,
    state: Mutex<Listed>,
}

#[derive(Default)]
struct Listed {
    /// What each item would do; the script itself tells at once.
    items: BTreeMap<String, Vec<Would>>,
    /// Files as they would be; `None` for those that would be moved away.
    files: BTreeMap<PathBuf, Option<String>>,
    /// Somebody was given an answer that nobody can know.
    has_guessed: bool,
}

impl PreviewBridge {
    /// Makes a preview of what would be done through a bridge.
    pub fn new(real: Arc<dyn Bridge>) -> Self {
        Self { real, state: Mutex::default() }
    }

    /// Returns the way by which an adapter looks for its program: it may ask it for its version.
    pub fn looking(self: Arc<Self>) -> Arc<dyn Bridge> {
        Arc::new(Looking(self))
    }

    /// Takes what an item would do out of the list.
    pub fn taken(&self, item: &str) -> Vec<Would> {
        self.lock().items.remove(item).unwrap_or_default()
    }

    /// Tells whether an answer was given that nobody can know, and keeps `from_now_on` instead.
    pub fn replace_guessed(&self, from_now_on: bool) -> bool {
        std::mem::replace(&mut self.lock().has_guessed, from_now_on)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Listed> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells what would be done: of an item with the rest of it, of the script at once.
    fn would(&self, origin: &Origin, would: Would) {
        match (origin, &would) {
            (Some(attempt), _) => self.lock().items.entry(attempt.item.clone()).or_default().push(would),
            (None, Would::Line(text)) => self.note(text.clone()),
            (None, Would::Ask(call)) => self.note(call.line()),
        }
    }

    fn note(&self, text: String) {
        let note = EmitEvent(EventKind::note(None, text));
        // A lost line is no reason to fail.
        drop(ask(&*self.real, None, note));
    }

    fn line(&self, origin: &Origin, text: impl Into<String>) {
        self.would(origin, Would::Line(text.into()));
    }

    fn run(&self, origin: Origin, request: RunRequest) {
        match request {
            RunRequest::EmitEvent(event, answer) => match (&origin, event.0) {
                (Some(attempt), EventKind::Note { text, .. }) => {
                    let would = Would::Line(format!("says: {}", text.lines().next().unwrap_or_default()));
                    self.lock().items.entry(attempt.item.clone()).or_default().push(would);
                    answer.give(Ok(()));
                }
                (None, event @ (EventKind::Note { .. } | EventKind::Step { .. } | EventKind::Forecast(_))) => {
                    self.real.send(origin, Request::Run(RunRequest::EmitEvent(EmitEvent(event), answer)));
                }
                _ => answer.give(Ok(())),
            },
            RunRequest::BeginPhase(phase, answer) => {
                self.line(&origin, format!("phase {} of {}: {}", phase.ordinal, phase.of, phase.title));
                answer.give(Ok(()));
            }
            RunRequest::Pause(pause, answer) => {
                self.line(&origin, format!("would pause the run: {}", pause.reason));
                answer.give(Ok(()));
            }
            RunRequest::TakeMerged(_, answer) => answer.give(Ok(Vec::new())),
            RunRequest::StartRun(_, answer) => refuse(answer),
            RunRequest::Next(_, answer) => refuse(answer),
            RunRequest::Finish(_, answer) => refuse(answer),
            RunRequest::Close(_, answer) => refuse(answer),
        }
    }

    fn item(&self, origin: &Origin, request: ItemRequest) {
        match request {
            ItemRequest::GetWorktree(_, answer) => answer.give(Ok(self.worktree(origin))),
            ItemRequest::MakeCheckpoint(order, answer) => {
                self.line(origin, format!("would commit the checkpoint of phase {}: {}", order.ordinal, order.title));
                answer.give(Ok(MadeCheckpoint::default()));
            }
            ItemRequest::Validate(order, answer) => {
                self.line(origin, format!("would validate phase {} up to level {}", order.ordinal, order.level));
                let item = origin.as_ref().map(|attempt| attempt.item.clone()).unwrap_or_default();
                answer.give(Ok(ValidationRecord {
                    schema_version: 1,
                    prp: item,
                    phase: order.ordinal,
                    level: order.level,
                    levels: Vec::new(),
                    changed: Vec::new(),
                }));
            }
            ItemRequest::Repair(_, answer) => answer.give(Ok(Repairing::Over { why: String::new() })),
            ItemRequest::Resolve(_, answer) => {
                self.line(origin, "would validate and commit the resolved merge");
                answer.give(Ok(None));
            }
            ItemRequest::Place(_, answer) => answer.give(Ok(Placing::Here)),
            ItemRequest::FollowPlaced(_, answer) => refuse(answer),
            // Commands that a person gives show nothing else than what they do.
            ItemRequest::ByHand(_, answer) => answer.give(Ok(Handed::default())),
            ItemRequest::Park(_, answer) => {
                self.line(origin, "would park the merge for a person");
                answer.give(Ok(()));
            }
            ItemRequest::CallAgent(call, answer) => {
                let spec = call.0.spec;
                let call = WouldAsk {
                    agent: call.0.name,
                    role: spec.role,
                    model: spec.model,
                    prompt: spec.prompt,
                    common: spec.common,
                    timeout: spec.timeout,
                };
                self.would(origin, Would::Ask(Box::new(call)));
                self.lock().has_guessed = true;
                let report = AgentReport::not_started(AgentStatus::Ok);
                answer.give(Ok(JudgedReport { report, verdict: Outcome::completed() }));
            }
        }
    }

    /// Returns what git shows of an item, for a worktree that is not made.
    fn worktree(&self, origin: &Origin) -> Worktree {
        let item = origin.as_ref().map(|attempt| attempt.item.clone()).unwrap_or_default();
        let facts = ExecutedFacts { batch: None, ids: vec![item.clone()], wanted: FactsWanted::Progress };
        let fact = ask(&*self.real, origin.clone(), facts).unwrap_or_default().into_iter().next();
        let branch = item.parse::<PrpId>().map_or_else(|_| item.clone(), |id| id.branch());
        self.line(origin, format!("would work in a worktree on branch {branch}"));
        Worktree {
            path: PathBuf::from(format!("(worktree of {item})")),
            branch,
            merged: fact.as_ref().is_some_and(|fact| fact.merged.is_some()),
            phases: fact.map(|fact| fact.phases).unwrap_or_default(),
            ..Worktree::default()
        }
    }

    fn effect(&self, origin: Origin, request: EffectRequest) {
        match request {
            EffectRequest::ReadFile(file, answer) => {
                let planned = self.lock().files.get(&file.0).cloned();
                match planned {
                    Some(Some(text)) => answer.give(Ok(text)),
                    Some(None) => answer.refuse(missing(&file.0)),
                    None => self.real.send(origin, Request::Effect(EffectRequest::ReadFile(file, answer))),
                }
            }
            EffectRequest::ListFiles(folder, answer) => answer.give(self.listed(origin, folder)),
            EffectRequest::WriteFile(order, answer) => answer.give(self.write(&origin, order)),
            EffectRequest::MoveFile(order, answer) => {
                self.line(&origin, format!("would move {} to {}", order.from.display(), order.to.display()));
                let known = self.lock().files.get(&order.from).cloned();
                let text = match known {
                    Some(text) => text,
                    None => ask(&*self.real, origin, ReadFile(order.from.clone())).ok(),
                };
                let mut state = self.lock();
                state.files.insert(order.to, Some(text.unwrap_or_default()));
                state.files.insert(order.from, None);
                drop(state);
                answer.give(Ok(()));
            }
            EffectRequest::CopyFile(order, answer) => answer.give(self.copy(&origin, order)),
            EffectRequest::AppendFile(order, answer) => {
                self.append(&origin, order);
                answer.give(Ok(()));
            }
            EffectRequest::RemoveFile(order, answer) => answer.give(self.remove(&origin, order)),
            EffectRequest::WalkFiles(folder, answer) => answer.give(self.walked(origin, folder)),
            // Without files it only tells whether a commit is possible.
            EffectRequest::CommitFiles(order, answer) if order.paths.is_empty() => {
                self.real.send(origin, Request::Effect(EffectRequest::CommitFiles(order, answer)));
            }
            EffectRequest::CommitFiles(order, answer) => {
                let files: Vec<String> = order.paths.iter().map(|path| path.display().to_string()).collect();
                let subject = order.message.lines().next().unwrap_or_default();
                self.line(&origin, format!("would commit {}: {subject}", files.join(", ")));
                answer.give(Ok(None));
            }
            EffectRequest::UpdateBase(_, answer) => {
                self.line(&origin, "would merge what the base got since into the batch branch, validated");
                answer.give(Ok(None));
            }
            EffectRequest::Land(order, answer) => {
                let onto = order
                    .onto
                    .map_or_else(|| "the branch on which the batch began".to_owned(), |onto| format!("`{onto}`"));
                self.line(&origin, format!("would land the batch on {onto}, validated"));
                answer.give(Ok(Landed::default()));
            }
            EffectRequest::UndoLanding(_, answer) => {
                self.line(&origin, "would take the last landing of the batch back");
                answer.give(Ok(Landed::default()));
            }
            // What is known of it is read, and nobody is asked.
            EffectRequest::PushWork(order, answer) if order.look => {
                self.real.send(origin, Request::Effect(EffectRequest::PushWork(order, answer)));
            }
            EffectRequest::PushWork(order, answer) => {
                self.line(&origin, format!("would push the work of the batch to `{}`", order.remote));
                answer.give(Ok(PushedWork::default()));
            }
            EffectRequest::RunProgram(order, answer) => {
                self.line(&origin, format!("would run {}", shell_words(&order.argv)));
                self.lock().has_guessed = true;
                answer.give(Ok(ProcessOutput { code: Some(0), ..ProcessOutput::default() }));
            }
            EffectRequest::StartDetached(order, answer) => {
                self.line(&origin, format!("would start {}", shell_words(&order.argv)));
                answer.give(Ok(0));
            }
            // What is known is told; nothing is tried.
            EffectRequest::TryBaseline(order, answer) => {
                let known = TryBaseline { start: false, ..order };
                self.real.send(origin, Request::Effect(EffectRequest::TryBaseline(known, answer)));
            }
            EffectRequest::SendHttp(order, answer) => {
                let verb = order.method.to_lowercase();
                self.line(&origin, format!("would {verb} {} ({} bytes)", order.url, order.body.len()));
                self.lock().has_guessed = true;
                answer.give(Ok(HttpAnswer { status: 200, ..HttpAnswer::default() }));
            }
            read @ (EffectRequest::ReadEnv(..) | EffectRequest::Now(..)) => {
                self.real.send(origin, Request::Effect(read));
            }
        }
    }

    fn write(&self, origin: &Origin, order: WriteFile) -> Result<(), Failure> {
        let is_there = ask(&*self.real, origin.clone(), ReadFile(order.path.clone())).is_ok();
        let is_there = self.lock().files.get(&order.path).map_or(is_there, Option::is_some);
        if order.create_new && is_there {
            let text = format!("`{}` exists", order.path.display());
            return Err(Error::new(ExitCode::Policy, text).into());
        }
        let verb = if is_there { "write" } else { "create" };
        self.line(origin, format!("would {verb} {} ({} bytes)", order.path.display(), order.text.len()));
        self.lock().files.insert(order.path, Some(order.text));
        Ok(())
    }

    /// Returns the text of a file as it would be.
    fn text(&self, origin: &Origin, path: &Path) -> Result<String, Failure> {
        let planned = self.lock().files.get(path).cloned();
        match planned {
            Some(text) => text.ok_or_else(|| missing(path)),
            None => ask(&*self.real, origin.clone(), ReadFile(path.to_owned())),
        }
    }

    fn copy(&self, origin: &Origin, order: CopyFile) -> Result<(), Failure> {
        let text = self.text(origin, &order.from)?;
        if self.text(origin, &order.to).is_ok() {
            return Err(Error::new(ExitCode::Policy, format!("`{}` exists", order.to.display())).into());
        }
        self.line(origin, format!("would copy {} to {}", order.from.display(), order.to.display()));
        self.lock().files.insert(order.to, Some(text));
        Ok(())
    }

    fn append(&self, origin: &Origin, order: AppendFile) {
        let before = self.text(origin, &order.path).unwrap_or_default();
        self.line(origin, format!("would append to {} ({} bytes)", order.path.display(), order.text.len()));
        self.lock().files.insert(order.path, Some(format!("{before}{}", order.text)));
    }

    fn remove(&self, origin: &Origin, order: RemoveFile) -> Result<(), Failure> {
        self.text(origin, &order.0)?;
        self.line(origin, format!("would remove {}", order.0.display()));
        self.lock().files.insert(order.0, None);
        Ok(())
    }

    /// Returns the files below a folder as they would be.
    fn walked(&self, origin: Origin, folder: WalkFiles) -> Result<Vec<PathBuf>, Failure> {
        let path = folder.0.clone();
        let mut files = ask(&*self.real, origin, folder)?;
        let state = self.lock();
        files.retain(|file| !matches!(state.files.get(file), Some(None)));
        let planned = state.files.iter().filter(|(file, text)| text.is_some() && file.starts_with(&path));
        files.extend(planned.map(|(file, _)| file.clone()));
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// Returns the files of a folder as they would be.
    fn listed(&self, origin: Origin, folder: ListFiles) -> Result<Vec<PathBuf>, Failure> {
        let path = folder.0.clone();
        let real = ask(&*self.real, origin, folder);
        let state = self.lock();
        let here = |file: &&PathBuf| file.parent() == Some(path.as_path());
        let planned: Vec<&PathBuf> = state.files.keys().filter(here).collect();
        if planned.is_empty() {
            return real;
        }
        let mut files = real.unwrap_or_default();
        files.retain(|file| !matches!(state.files.get(file), Some(None)));
        files.extend(planned.into_iter().filter(|file| matches!(state.files.get(*file), Some(Some(_)))).cloned());
        files.sort();
        files.dedup();
        Ok(files)
    }
}

/// Runs programs, and is a preview for everything else.
struct Looking(Arc<PreviewBridge>);

impl Bridge for Looking {
    fn send(&self, origin: Origin, request: Request) {
        match request {
            program @ Request::Effect(EffectRequest::RunProgram(..)) => self.0.real.send(origin, program),
            other => self.0.send(origin, other),
        }
    }

    fn waits(&self, begins: bool) {
        self.0.waits(begins);
    }
}

impl Bridge for PreviewBridge {
    fn send(&self, origin: Origin, request: Request) {
        match request {
            Request::Run(request) => self.run(origin, request),
            Request::Item(request) => self.item(&origin, request),
            Request::Effect(request) => self.effect(origin, request),
            // Choosing items of a list is a read, keeping their ids is none.
            Request::Query(QueryRequest::FindPrps(mut order, answer)) => {
                order.0.adopt = false;
                self.real.send(origin, Request::Query(QueryRequest::FindPrps(order, answer)));
            }
            query @ Request::Query(_) => self.real.send(origin, query),
        }
    }

    fn waits(&self, begins: bool) {
        self.real.waits(begins);
    }
}

impl Would {
    /// Says it on one line.
    pub fn line(&self) -> String {
        match self {
            Self::Line(text) => text.clone(),
            Self::Ask(call) => call.line(),
        }
    }
}

impl WouldAsk {
    /// Says on one line who would be asked.
    pub fn line(&self) -> String {
        let model = self.model.as_ref().map(|model| format!(", {model}")).unwrap_or_default();
        format!("would ask {} as {}{model} ({} bytes of prompt)", self.agent, self.role, self.prompt.len())
    }
}

fn refuse<T: Send + 'static>(answer: Answer<T>) {
    answer.refuse(Error::new(ExitCode::Internal, "a dry run opens no run"));
}

fn missing(path: &Path) -> Failure {
    Error::new(ExitCode::InvalidInput, format!("cannot read `{}`: it would not be there any more", path.display()))
        .into()
}

/// Writes an argument list as people type it.
fn shell_words(argv: &[String]) -> String {
    let plain = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || "-_./=:@,+".contains(c));
    let word = |word: &String| if plain(word) { word.clone() } else { format!("'{}'", word.replace('\n', " ")) };
    argv.iter().map(word).collect::<Vec<_>>().join(" ")
}
