//! The loop of a run: takes one message after the other, stores and shows what it means, and starts what follows.
//!
//! The only place that starts tasks. Nothing here waits: a task says by a message of its own that it has ended.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::core::effect::{Effect, ProgramEnd, Reaction, Reply, Task, Told};
use super::core::event_stream::EventStream;
use super::core::message::Message;
use super::core::moment::Moment;
use super::core::state::LoopState;
use super::handle::handle;
use super::work::batch::{cleanup, open, report};
use super::work::item::{agent, checkpoint, diff, hand, remove, resolve, validation, worktree};
use super::work::merge;
use super::work::off_the_loop::off_the_loop;
use super::work::placed::{follow as follow_placed, place};
use super::work::query;
use super::work::tell::{Hear, Tell};
use super::work::world::effect;
use crate::bridge::{Answer, Cancel, Failure, JudgedReport};
use crate::error::{Error, ExitCode};
use crate::host::clock;

/// Longest sleep at a stretch while a usage limit is waited for: a suspended machine must not sleep the whole time again.
const NAP: i64 = 30;

/// The loop, and what it owns beside the state.
pub(crate) struct Dispatcher {
    pub(crate) state: LoopState,
    pub(crate) stream: EventStream,
    pub(crate) tx: mpsc::UnboundedSender<Message>,
    /// Ends script code that calls nothing.
    pub(crate) cancel: Arc<Cancel>,
    /// How many threads of scripts wait for an answer.
    pub(crate) waiting: Arc<AtomicUsize>,
}

impl Dispatcher {
    /// Handles one message: state first, then journal and reporters, then effects. Returns how the program ends, once
    /// it does.
    pub(crate) fn take(&mut self, message: Message) -> Option<ProgramEnd> {
        let now = Moment { instant: Instant::now(), epoch: clock::epoch_seconds() };
        let Reaction { told, effects } = handle(&mut self.state, message, now);
        for told in told {
            match told {
                Told::Event(event) => self.stream.emit(event),
                Told::Begin { run, journal, first } => self.stream.begin(run, journal, first),
                Told::Flush => self.stream.flush(),
            }
        }
        let mut end = None;
        for effect in effects {
            match effect {
                Effect::Reply(reply) => reply.give(),
                Effect::Start(task) => self.start(task),
                Effect::Stop(level) => {
                    self.state.stop.raise(level);
                    self.cancel.set();
                }
                Effect::WaitForQuota { agent, until, unknown } => self.wait_for_quota(agent, until, unknown),
                Effect::Grace(time) => self.later(time),
                Effect::End(how) => end = Some(how),
            }
        }
        end
    }

    fn start(&mut self, task: Task) {
        let (tx, tell) = (self.tx.clone(), self.tell());
        match task {
            Task::Open(order) => {
                self.say(async move {
                    Message::Opened(plain(off_the_loop(move || open::open(*order)).await).map(Box::new))
                });
            }
            Task::Worktree(order, answer) => {
                let attempt = order.attempt.clone();
                let work = worktree::prepare(*order, tell);
                self.say(async move {
                    let result = work.await.map(Box::new);
                    Message::WorktreeReady { attempt, result, answer }
                });
            }
            Task::Checkpoint(order, answer) => self.blocking(answer, move || checkpoint::make(*order, &tell)),
            Task::Validate(order, answer) => self.answering(answer, validation::validate(*order, tell)),
            Task::Resolve(order, answer) => self.answering(answer, resolve::take(*order, tell)),
            Task::Hand(order, answer) => self.answering(answer, hand::carry_out(*order, tell)),
            Task::Park(place, answer) => self.blocking(answer, move || resolve::park(&place)),
            Task::Place(order, answer) => {
                let attempt = order.attempt.clone();
                self.say(async move {
                    let result = off_the_loop(move || place::place(&order, &tell)).await.map(Box::new);
                    Message::PlaceReady { attempt, result, answer }
                });
            }
            Task::Follow(order, answer) => {
                let attempt = order.attempt.clone();
                let hear = move |events| send(&tx, Message::PlacedFacts { attempt: attempt.clone(), events });
                self.blocking(answer, move || follow_placed::follow(&order, &tell, hear));
            }
            Task::Diff(order, answer) => self.blocking(answer, move || diff::patch(&order)),
            Task::Agent(order, answer) => self.call_agent(*order, answer),
            Task::Merge(order) => {
                let item = order.item;
                let work = merge::item::merge(*order, tell);
                self.say(async move { Message::MergeEnded { item, result: work.await } });
            }
            Task::Remove(order) => self.background(move || remove::remove(*order, &tell)),
            Task::Effect(request, around) => drop(tokio::spawn(effect::perform(request, *around))),
            Task::Query(request, around) => {
                drop(tokio::task::spawn_blocking(move || query::answer::answer(request, &around.settings)));
            }
            Task::CleanUp(order) => drop(tokio::task::spawn_blocking(move || {
                send(&tx, Message::CleanedUp { notes: cleanup::clean_up(&order) });
            })),
            Task::Report(order) => {
                let (history, journal) = (self.stream.take_history(), self.stream.journal());
                drop(tokio::task::spawn_blocking(move || {
                    send(&tx, Message::Reported { trouble: report::report(*order, &history, journal) });
                }));
            }
        }
    }

    /// Runs a task whose end is a message.
    fn say(&self, work: impl Future<Output = Message> + Send + 'static) {
        let tx = self.tx.clone();
        drop(tokio::spawn(async move { send(&tx, work.await) }));
    }

    /// Runs a task that blocks; its answer is given when everything that it told is stored and shown.
    fn blocking<T: Send + 'static>(
        &self,
        answer: Answer<T>,
        work: impl FnOnce() -> crate::error::Result<T> + Send + 'static,
    ) {
        self.answering(answer, off_the_loop(work));
    }

    /// Runs a task; its answer is given when everything that it told is stored and shown.
    fn answering<T: Send + 'static>(
        &self,
        answer: Answer<T>,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) {
        self.say(async move {
            let result = work.await;
            Message::Told { events: Vec::new(), reply: Some(Reply::new(answer, result)) }
        });
    }

    /// Runs a task that only the end of the run waits for.
    fn background(&self, work: impl FnOnce() + Send + 'static) {
        let tx = self.tx.clone();
        drop(tokio::task::spawn_blocking(move || {
            drop(catch_unwind(AssertUnwindSafe(work)));
            send(&tx, Message::BackgroundDone);
        }));
    }

    /// Calls an agent. Adapters are scripts and stay on this thread, so the task is a local one.
    fn call_agent(&self, order: agent::AgentOrder, answer: Answer<JudgedReport>) {
        let (tx, tell) = (self.tx.clone(), self.tell());
        let (attempt, phase, agent) = (order.attempt.clone(), order.call.phase, order.call.name.clone());
        let hear: Hear = {
            let (tx, attempt, agent) = (tx.clone(), attempt.clone(), agent.clone());
            let model = order.call.spec.model.clone();
            Arc::new(move |fact| {
                let (attempt, agent, model) = (attempt.clone(), agent.clone(), model.clone());
                send(&tx, Message::AgentFact { attempt, phase, agent, model, fact });
            })
        };
        drop(tokio::task::spawn_local(async move {
            let result = agent::call(order, tell, hear).await;
            send(&tx, Message::AgentEnded { attempt, phase, agent, result, answer });
        }));
    }

    fn tell(&self) -> Tell {
        let tx = self.tx.clone();
        Tell::new(move |event| send(&tx, Message::Told { events: vec![event], reply: None }))
    }

    fn later(&self, time: Duration) {
        let waiting = self.waiting.clone();
        self.say(async move {
            tokio::time::sleep(time).await;
            Message::GraceOver { is_waited_for: waiting.load(Ordering::Relaxed) > 0 }
        });
    }

    fn wait_for_quota(&self, agent: String, until: Option<i64>, unknown: i64) {
        self.say(async move {
            let end = until.unwrap_or_else(|| clock::epoch_seconds() + unknown);
            while clock::epoch_seconds() < end {
                let left = u64::try_from((end - clock::epoch_seconds()).clamp(1, NAP)).unwrap_or(1);
                tokio::time::sleep(Duration::from_secs(left)).await;
            }
            Message::QuotaOver { agent }
        });
    }
}

/// Says something to the loop; one that is gone needs to know nothing.
fn send(tx: &mpsc::UnboundedSender<Message>, message: Message) {
    drop(tx.send(message));
}

/// Makes the error of a task that nobody can cancel.
fn plain<T>(result: Result<T, Failure>) -> crate::error::Result<T> {
    result.map_err(|failure| match failure {
        Failure::Error(error) => error,
        Failure::Cancelled => Error::new(ExitCode::Interrupted, "the run is being stopped"),
    })
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;
    use crate::bridge::{Ask, EmitEvent};
    use crate::event::EventKind;
    use crate::host::redact::Secrets;
    use crate::run::core::event_stream::{Reporter, ReporterEvent};
    use crate::run::core::in_memory;

    #[test]
    fn an_answer_is_given_after_everybody_was_told() {
        let (answer, waiting) = Answer::pair();
        let waiting = Rc::new(waiting);
        let told = Rc::new(RefCell::new(Vec::new()));
        let (seen, not_yet) = (told.clone(), waiting.clone());
        let reporter: Reporter = Box::new(move |event| {
            let ReporterEvent::Event(event) = event else { return };
            seen.borrow_mut().push((event.kind.clone(), not_yet.given().is_none()));
        });
        let (tx, _rx) = mpsc::unbounded_channel();
        let mut stream = EventStream::new("r".to_owned(), Secrets::of([]), vec![reporter]);
        stream.flush();
        let state = in_memory::state();
        let mut dispatcher = Dispatcher { state, stream, tx, cancel: Arc::default(), waiting: Arc::default() };
        let note = EventKind::note(None, "hello");
        let request = EmitEvent(note.clone()).request(answer);
        assert!(dispatcher.take(Message::Asked { origin: None, request }).is_none());
        assert_eq!(*told.borrow(), [(note, true)]);
        assert!(matches!(waiting.given(), Some(Ok(()))));
    }
}
