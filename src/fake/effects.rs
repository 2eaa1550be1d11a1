//! What follows from messages, carried out in memory.

use std::collections::VecDeque;
use std::path::Path;
use std::time::Duration;

use super::behaviour::FakeRequest;
use super::documents;
use super::items::refuse;
use super::world::World;
use crate::bridge::{
    Baseline, EffectRequest, Executed, Failure, HttpAnswer, Landed, ProcessOutput, PushedWork, QueryRequest, SendHttp,
};
use crate::event::{EventKind, Forecast};
use crate::host::http::{self, HttpReply};
use crate::model::history::Head;
use crate::run::core::effect::{Effect, Reaction, Task, Told};
use crate::run::core::in_memory;
use crate::run::core::message::Message;
use crate::run::work::placed::place::PlaceReady;

impl World {
    /// Remembers what was told and carries out what follows; ends of tasks come into the inbox.
    pub(crate) fn react(&mut self, reaction: Reaction, inbox: &mut VecDeque<Message>) {
        for told in reaction.told {
            match told {
                Told::Event(event) | Told::Begin { first: event, .. } => self.tell(event),
                Told::Flush => {}
            }
        }
        for effect in reaction.effects {
            match effect {
                Effect::Reply(reply) => reply.give(),
                Effect::Start(task) => self.start(task, inbox),
                Effect::Stop(level) => {
                    self.state.stop.raise(level);
                    inbox.extend(self.agenda.take_agents().into_iter().map(stopped));
                }
                Effect::WaitForQuota { agent, until, unknown } => {
                    let wait = until.map_or(unknown, |until| until - self.agenda.now().epoch);
                    let wait = Duration::from_secs(u64::try_from(wait).unwrap_or(0));
                    self.agenda.timer(wait, Message::QuotaOver { agent });
                }
                // Nothing here takes longer than its turn.
                Effect::Grace(_) | Effect::End(_) => {}
            }
        }
    }

    fn tell(&mut self, event: EventKind) {
        if matches!(event, EventKind::ItemStarted { .. }) {
            self.agenda.started();
        }
        self.events.push(event);
    }

    fn start(&mut self, task: Task, inbox: &mut VecDeque<Message>) {
        match task {
            Task::Open(order) => inbox.push_back(Message::Opened(Ok(Box::new(in_memory::opened(*order))))),
            Task::Worktree(order, answer) => {
                let result = Ok(Box::new(self.prepare(&order)));
                inbox.push_back(Message::WorktreeReady { attempt: order.attempt.clone(), result, answer });
            }
            Task::Checkpoint(order, answer) => answer.give(Ok(self.commit(*order))),
            Task::Validate(order, answer) => answer.give(Ok(self.validate(&order.checks))),
            Task::Resolve(_, answer) => answer.give(Ok(None)),
            Task::Hand(order, answer) => answer.give(Ok(self.by_hand(&order))),
            Task::Park(_, answer) => answer.give(Ok(())),
            Task::Agent(order, answer) => inbox.extend(self.call(*order, answer)),
            Task::Diff(_, answer) => answer.give(Ok(String::new())),
            Task::Merge(order) => {
                inbox.push_back(Message::MergeEnded { item: order.item, result: Ok(self.merge(&order.id)) });
            }
            Task::Remove(_) => inbox.push_back(Message::BackgroundDone),
            Task::Effect(request, _) => self.effect(request),
            Task::Query(query, _) => self.query(query),
            Task::Place(order, answer) => {
                let (attempt, result) = (order.attempt.clone(), Ok(Box::new(PlaceReady::here())));
                inbox.push_back(Message::PlaceReady { attempt, result, answer });
            }
            Task::Follow(_, answer) => answer.refuse(refuse("a test carries out everything itself".to_owned())),
            Task::CleanUp(_) => inbox.push_back(Message::CleanedUp { notes: Vec::new() }),
            Task::Report(_) => inbox.push_back(Message::Reported { trouble: None }),
        }
    }

    fn effect(&mut self, request: EffectRequest) {
        match request {
            EffectRequest::ReadFile(order, answer) => {
                answer.give(self.files.get(&order.0).cloned().ok_or_else(|| missing(&order.0)));
            }
            EffectRequest::WriteFile(order, answer) => {
                if order.create_new && self.files.contains_key(&order.path) {
                    return answer.refuse(refuse(format!("`{}` exists", order.path.display())));
                }
                self.files.insert(order.path, order.text);
                answer.give(Ok(()));
            }
            EffectRequest::MoveFile(order, answer) => {
                if self.files.contains_key(&order.to) {
                    return answer.refuse(refuse(format!("`{}` exists", order.to.display())));
                }
                let Some(text) = self.files.remove(&order.from) else { return answer.refuse(missing(&order.from)) };
                self.files.insert(order.to, text);
                answer.give(Ok(()));
            }
            EffectRequest::CopyFile(order, answer) => {
                if self.files.contains_key(&order.to) {
                    return answer.refuse(refuse(format!("`{}` exists", order.to.display())));
                }
                let Some(text) = self.files.get(&order.from).cloned() else {
                    return answer.refuse(missing(&order.from));
                };
                self.files.insert(order.to, text);
                answer.give(Ok(()));
            }
            EffectRequest::AppendFile(order, answer) => {
                self.files.entry(order.path).or_default().push_str(&order.text);
                answer.give(Ok(()));
            }
            EffectRequest::RemoveFile(order, answer) => {
                answer.give(self.files.remove(&order.0).map(drop).ok_or_else(|| missing(&order.0)));
            }
            EffectRequest::WalkFiles(folder, answer) => {
                answer.give(Ok(self.files.keys().filter(|path| path.starts_with(&folder.0)).cloned().collect()));
            }
            EffectRequest::ListFiles(folder, answer) => {
                let inside = self.files.keys().filter(|path| path.parent() == Some(&folder.0));
                answer.give(Ok(inside.cloned().collect()));
            }
            EffectRequest::CommitFiles(order, answer) => {
                let files: Vec<String> = order.paths.iter().map(|path| path.display().to_string()).collect();
                self.commits.extend((!files.is_empty()).then_some((order.message, files)));
                answer.give(Ok(Some(format!("{:040x}", self.commits.len()))));
            }
            EffectRequest::UpdateBase(_, answer) => answer.give(Ok(None)),
            EffectRequest::Land(_, answer) | EffectRequest::UndoLanding(_, answer) => {
                answer.give(Ok(Landed::default()));
            }
            EffectRequest::PushWork(_, answer) => answer.give(Ok(PushedWork::default())),
            EffectRequest::RunProgram(order, answer) => match self.program(&order.argv) {
                Some(program) => answer.give(Ok(ProcessOutput {
                    code: Some(program.code),
                    signal: None,
                    stdout: program.stdout,
                    stderr: program.stderr,
                    timed_out: program.timed_out,
                })),
                None => answer.refuse(
                    refuse(format!("the test prescribes nothing for `{}`", order.argv.join(" ")))
                        .help("add `fake::program`"),
                ),
            },
            EffectRequest::StartDetached(order, answer) => match self.program(&order.argv) {
                Some(_) => answer.give(Ok(1)),
                None => answer.refuse(refuse(format!("the test prescribes nothing for `{}`", order.argv.join(" ")))),
            },
            EffectRequest::TryBaseline(_, answer) => answer.give(Ok(Baseline::default())),
            EffectRequest::SendHttp(order, answer) => answer.give(self.served(&order)),
            EffectRequest::ReadEnv(name, answer) => answer.give(Ok(self.env.get(&name.0).cloned())),
            EffectRequest::Now(_, answer) => answer.give(Ok(self.agenda.now().epoch)),
        }
    }

    /// Answers a request, as often as it is sent; no time passes between.
    fn served(&mut self, order: &SendHttp) -> Result<HttpAnswer, Failure> {
        let mut tries = 0;
        loop {
            let reply = self.http.pop_front();
            let request =
                FakeRequest { method: order.method.clone(), url: order.url.clone(), body: order.body.clone() };
            self.requests.push(request);
            let reply = reply.ok_or_else(|| refuse(format!("the test prescribes no answer of `{}`", order.url)))?;
            let reply = HttpReply { status: reply.status, headers: reply.headers, body: reply.body };
            if tries >= order.retries || http::again(Some(&reply), tries).is_none() {
                return Ok(HttpAnswer { status: reply.status, headers: reply.headers, body: reply.body });
            }
            tries += 1;
        }
    }

    fn query(&mut self, query: QueryRequest) {
        match query {
            QueryRequest::FindPrps(order, answer) => {
                answer.give(documents::select(self, &order.0).map_err(Failure::from));
            }
            QueryRequest::ReadPlan(order, answer) => answer.give(documents::plan(self, &order).map_err(Failure::from)),
            QueryRequest::NextBatch(_, answer) => answer.give(Ok(documents::next_batch(self))),
            QueryRequest::ExecutedFacts(order, answer) => {
                let wanted = |fact: &&Executed| {
                    let of_batch = |id: crate::model::id::PrpId| id.batch().map(|batch| batch.0) == order.batch;
                    order.ids.contains(&fact.id) || order.batch.is_some() && fact.id.parse().is_ok_and(of_batch)
                };
                answer.give(Ok(self.executed.iter().filter(wanted).cloned().collect()));
            }
            QueryRequest::IsUnclosed(_, answer) => answer.give(Ok(false)),
            QueryRequest::GetForecast(_, answer) => answer.give(Ok(Forecast::default())),
            QueryRequest::ItemDiff(_, answer) => answer.give(Ok(String::new())),
            QueryRequest::ChangedFiles(order, answer) => answer.give(Ok(self.changed_files(&order.0))),
            QueryRequest::IsTracked(order, answer) => answer.give(Ok(self.is_committed(&order.0))),
            QueryRequest::ShowFile(order, answer) => answer.give(Ok(self.committed_text(&order.path))),
            QueryRequest::BranchDistance(_, answer) => answer.give(Ok(None)),
            QueryRequest::Branches(_, answer) => answer.give(Ok(vec!["main".to_owned()])),
            QueryRequest::ReadHead(_, answer) => {
                let commit = (!self.commits.is_empty()).then(|| format!("{:040x}", self.commits.len()));
                answer.give(Ok(Head { branch: Some("main".to_owned()), commit }));
            }
            QueryRequest::LogRange(_, answer) => answer.give(Ok(self.log())),
            QueryRequest::RemoteAddress(_, answer) => answer.give(Ok(None)),
            QueryRequest::TreeFiles(_, answer) => answer.give(Ok(self.tree_files())),
            QueryRequest::TreeFolders(_, answer) => answer.give(Ok(self.tree_folders())),
        }
    }
}

fn missing(path: &Path) -> Failure {
    refuse(format!("`{}` does not exist", path.display())).into()
}

/// Turns the end of an agent into that of one that was stopped.
fn stopped(message: Message) -> Message {
    match message {
        Message::AgentEnded { attempt, phase, agent, answer, .. } => {
            Message::AgentEnded { attempt, phase, agent, result: Err(Failure::Cancelled), answer }
        }
        other => other,
    }
}
