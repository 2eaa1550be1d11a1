//! The fake bridge: handles every question as a run does, and answers from memory what would touch the world.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::world::World;
use crate::bridge::{Bridge, ItemRequest, Origin, Request, RunRequest};
use crate::event::EventKind;
use crate::run::core::message::{Message, Signal};
use crate::run::work::item::facts;

/// Answers from memory; copies share it.
#[derive(Clone, Default)]
pub struct FakeBridge {
    world: Arc<Mutex<World>>,
}

impl FakeBridge {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
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

    /// Stops the run, as a signal does.
    pub fn cancel(&self) {
        self.take(Message::Signal(Signal::Interrupt));
    }

    /// Ends the command, as the end of its script does.
    pub(crate) fn end(&self, exit_code: u8) {
        self.take(Message::ScriptEnded(Ok(exit_code)));
    }

    /// Handles a message and all that follows from it.
    fn take(&self, message: Message) {
        let mut world = self.world();
        world.take(message);
        let panic = world.panic.take();
        drop(world);
        #[expect(clippy::panic, reason = "a test asked for it")]
        if let Some(text) = panic {
            panic!("{text}");
        }
    }
}

impl Bridge for FakeBridge {
    fn send(&self, origin: Origin, request: Request) {
        // A test may try out an agent without a run.
        let request = match (&origin, request) {
            (None, Request::Item(ItemRequest::CallAgent(call, answer))) => {
                let agent = call.0.name.clone();
                let asked = self.world().ask_agent(*call.0);
                return answer.give(asked.map(|report| facts::by_itself(report, &agent, "")).map_err(Into::into));
            }
            (_, request) => request,
        };
        match &request {
            Request::Run(RunRequest::Next(..)) => self.world().agenda.script_waits(),
            Request::Run(RunRequest::Finish(..)) => self.world().agenda.finished(),
            Request::Run(_) | Request::Item(_) | Request::Effect(_) | Request::Query(_) => {}
        }
        self.take(Message::Asked { origin, request });
    }
}

impl World {
    /// Handles a message, and everything that becomes due because all threads wait.
    fn take(&mut self, message: Message) {
        let mut inbox = std::collections::VecDeque::from([message]);
        loop {
            while let Some(message) = inbox.pop_front() {
                let now = self.agenda.now();
                let reaction = crate::run::handle::handle(&mut self.state, message, now);
                self.react(reaction, &mut inbox);
            }
            match self.agenda.next() {
                Some(message) => inbox.push_back(message),
                None => return,
            }
        }
    }
}
