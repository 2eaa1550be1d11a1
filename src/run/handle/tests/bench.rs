//! A state to give messages to, and the words for what follows from them.

use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::bridge::{
    Answer, Ask, Attempt, Close, Closed, Failure, Finish, Next, NextItem, Origin, RunGraph, RunOptions, StartRun,
    Started, Waiting,
};
use crate::event::EventKind;
use crate::event::kind::{EdgeInfo, EdgeReason, ItemInfo};
use crate::host::git::upkeep::lease::Lease;
use crate::host::git::workspace::Prepared;
use crate::model::adapter::{Adapter, AgentCall};
use crate::model::agent::{AgentEvent, AgentSpec, AgentStatus, CommandLine, Exit};
use crate::model::outcome::Outcome;
use crate::run::core::effect::{Effect, Reaction, Task, Told};
use crate::run::core::in_memory;
use crate::run::core::message::Message;
use crate::run::core::moment::Moment;
use crate::run::core::open::OpenRun;
use crate::run::core::state::LoopState;
use crate::run::handle::handle;
use crate::run::work::item::worktree::WorktreeReady;

/// A state, the time, and what follows from messages. What a test leaves unanswered is no mistake, so nothing of it is
/// dropped.
pub(super) struct Bench {
    pub(super) state: ManuallyDrop<LoopState>,
    pub(super) now: Moment,
    /// Tasks that were asked for, the latest last.
    pub(super) tasks: ManuallyDrop<Vec<Task>>,
    /// What was told, in order.
    pub(super) events: Vec<EventKind>,
}

impl Bench {
    /// Makes the state in which nothing has happened yet.
    pub(super) fn idle() -> Self {
        let now = Moment { instant: Instant::now(), epoch: 1_000 };
        let state = ManuallyDrop::new(in_memory::state());
        Self { state, now, tasks: ManuallyDrop::new(Vec::new()), events: Vec::new() }
    }

    /// Opens a run of items of which each waits for nobody.
    pub(super) fn open(items: &[&str], options: RunOptions) -> Self {
        Self::open_graph(graph(items, &[]), options)
    }

    /// Opens a run.
    pub(super) fn open_graph(graph: RunGraph, options: RunOptions) -> Self {
        let mut bench = Self::idle();
        let (_, started) = bench.ask(None, start(graph, options));
        bench.finish_opening();
        assert!(matches!(started.given(), Some(Ok(Started { .. }))));
        bench
    }

    /// Says that the run is open which was asked for.
    pub(super) fn finish_opening(&mut self) -> Vec<String> {
        let Some(Task::Open(order)) = self.tasks.pop() else { panic!("nobody opens a run") };
        self.take(Message::Opened(Ok(Box::new(in_memory::opened(*order)))))
    }

    /// Handles a message: first everything told, then everything done, one word for each.
    pub(super) fn take(&mut self, message: Message) -> Vec<String> {
        let Reaction { told, effects } = handle(&mut self.state, message, self.now);
        let mut words = Vec::new();
        for told in told {
            match told {
                Told::Event(event) => {
                    words.push(said(&event));
                    self.events.push(event);
                }
                Told::Begin { first, journal, .. } => {
                    assert!(journal.is_none(), "a run in memory has no journal");
                    words.push(format!("begin with {}", said(&first)));
                    self.events.push(first);
                }
                Told::Flush => words.push("flush".to_owned()),
            }
        }
        for effect in effects {
            words.push(done(&effect));
            match effect {
                Effect::Reply(reply) => reply.give(),
                Effect::Start(task) => self.tasks.push(task),
                Effect::Stop(level) => self.state.stop.raise(level),
                Effect::WaitForQuota { .. } | Effect::Grace(_) | Effect::End(_) => {}
            }
        }
        words
    }

    /// Asks a question on behalf of an item, or of the script; what was given so far is in the second part.
    pub(super) fn ask<Q: Ask>(&mut self, origin: Origin, question: Q) -> (Vec<String>, Waiting<Q::Reply>) {
        let (answer, waiting) = Answer::pair();
        let request = question.request(answer);
        (self.take(Message::Asked { origin, request }), waiting)
    }

    /// Asks a question that is answered at once, and returns the answer.
    #[track_caller]
    pub(super) fn answer<Q: Ask>(&mut self, origin: Origin, question: Q) -> Result<Q::Reply, Failure> {
        let (words, waiting) = self.ask(origin, question);
        waiting.given().unwrap_or_else(|| panic!("no answer, only {words:?}"))
    }

    /// Takes the next item; `None` when there is none now.
    pub(super) fn next(&mut self) -> Option<NextItem> {
        let (_, waiting) = self.ask(None, Next);
        waiting.given().and_then(|given| given.ok().flatten())
    }

    /// Hands in what became of an item's attempt.
    pub(super) fn finish(&mut self, item: &str, attempt: u32, outcome: Outcome) -> Vec<String> {
        self.ask(of(item, attempt), Finish(outcome)).0
    }

    /// Gives the item that runs a worktree, as its task would.
    pub(super) fn worktree(&mut self, item: &str, attempt: u32) {
        let (words, waiting) = self.ask(of(item, attempt), crate::bridge::GetWorktree);
        assert_eq!(words, [format!("start worktree of {item}")]);
        let Some(Task::Worktree(order, answer)) = self.tasks.pop() else { panic!("nobody prepares it") };
        let tree = Prepared {
            path: PathBuf::from("/fake").join(item),
            branch: order.branch.clone(),
            item: item.to_owned(),
            ..Prepared::default()
        };
        let lease = Lease { reference: format!("lease of {item}"), commit: String::new(), attempt };
        let ready = WorktreeReady {
            tree: Some(tree),
            worktree: crate::bridge::Worktree::default(),
            left: None,
            lease: Some(lease),
            want: None,
        };
        let words =
            self.take(Message::WorktreeReady { attempt: order.attempt.clone(), result: Ok(Box::new(ready)), answer });
        assert_eq!(words, ["answer"]);
        assert!(matches!(waiting.given(), Some(Ok(_))));
    }

    /// Closes the run, whose clean-up is done at once; returns how it ended. Its last word is still to come.
    #[track_caller]
    pub(super) fn close(&mut self) -> Closed {
        let (_, waiting) = self.ask(None, Close);
        if matches!(self.tasks.last(), Some(Task::CleanUp(_))) {
            self.take(Message::CleanedUp { notes: Vec::new() });
        }
        waiting.given().expect("the run is closed").expect("it could be closed")
    }

    /// Returns the run that is open.
    pub(super) fn run(&mut self) -> &mut OpenRun {
        self.state.open().expect("a run is open")
    }

    /// Lets time go by.
    pub(super) fn pass(&mut self, seconds: u32) {
        self.now.instant += Duration::from_secs(seconds.into());
        self.now.epoch += i64::from(seconds);
    }
}

/// Returns the attempt of an item as the one who asks.
#[expect(clippy::unnecessary_wraps, reason = "whoever asks is an origin, and the script outside of recipes is none")]
pub(super) fn of(item: &str, number: u32) -> Origin {
    Some(attempt(item, number))
}

pub(super) fn attempt(item: &str, number: u32) -> Attempt {
    Attempt { item: item.to_owned(), number }
}

/// Returns the question that opens a run.
pub(super) fn start(graph: RunGraph, options: RunOptions) -> StartRun {
    StartRun { options: Box::new(options), graph: Box::new(graph) }
}

/// Returns options of a run that merges, with two jobs.
pub(super) fn merging() -> RunOptions {
    RunOptions { jobs: 2, merge: true, batch: Some(47), ..RunOptions::default() }
}

/// Returns options of a run without branches, with two jobs.
pub(super) fn plain() -> RunOptions {
    RunOptions { merge: false, batch: None, ..merging() }
}

/// Makes a graph; `waits` are pairs of which the second needs the first.
pub(super) fn graph(items: &[&str], waits: &[(&str, &str)]) -> RunGraph {
    let info = |id: &&str| ItemInfo {
        id: (*id).to_owned(),
        title: format!("Work of {id}"),
        name: (*id).to_owned(),
        stage: 1,
        phases: 1,
        hours: 1.0,
        complexity: None,
    };
    let edge = |(from, to): &(&str, &str)| EdgeInfo {
        from: (*from).to_owned(),
        to: (*to).to_owned(),
        reason: EdgeReason::Explicit,
        file: None,
    };
    RunGraph { items: items.iter().map(info).collect(), edges: waits.iter().map(edge).collect(), ..RunGraph::default() }
}

/// An agent that nobody starts.
struct Silent;

impl Adapter for Silent {
    fn command(&mut self, _spec: &AgentSpec) -> Result<CommandLine, String> {
        Err("nobody starts it".to_owned())
    }

    fn on_line(&mut self, _line: &str) -> Vec<AgentEvent> {
        Vec::new()
    }

    fn fresh(&self) -> Box<dyn Adapter> {
        Box::new(Self)
    }

    fn outcome(&mut self, _exit: Exit) -> (AgentStatus, String) {
        (AgentStatus::Crashed, String::new())
    }
}

/// Makes the call of an agent.
pub(super) fn call(agent: &str) -> crate::bridge::CallAgent {
    crate::bridge::CallAgent(Box::new(AgentCall {
        name: agent.to_owned(),
        adapter: Box::new(Silent),
        spec: AgentSpec::default(),
        phase: Some(1),
        task: crate::model::agent_files::task::TaskSpec::default(),
        heartbeat: false,
        stop: crate::model::agent::StopStyle::default(),
        env_pass: Vec::new(),
        state: Vec::new(),
        expects_changes: false,
        caches: false,
    }))
}

/// Says an event in a few words: its kind, its item, and how that ended.
fn said(event: &EventKind) -> String {
    let value = serde_json::to_value(event).expect("an event is JSON");
    let mut words = vec![value["event"].as_str().unwrap_or_default().to_owned()];
    words.extend(event.item().map(str::to_owned));
    match event {
        EventKind::ItemFinished { status, .. } => words.push(status.as_str().to_owned()),
        EventKind::RunFinished { exit_code, .. } => words.push(exit_code.to_string()),
        EventKind::Note { text, .. } => words.push(format!("`{text}`")),
        _ => {}
    }
    words.join(" ")
}

/// Says an effect in a few words.
fn done(effect: &Effect) -> String {
    match effect {
        Effect::Reply(_) => "answer".to_owned(),
        Effect::Start(task) => format!("start {}", started(task)),
        Effect::Stop(level) => format!("stop {level:?}"),
        Effect::WaitForQuota { agent, until, .. } => format!("wait for {agent} until {until:?}"),
        Effect::Grace(_) => "grace".to_owned(),
        Effect::End(end) => format!("end {}", end.exit_code),
    }
}

fn started(task: &Task) -> String {
    match task {
        Task::Open(_) => "opening".to_owned(),
        Task::Worktree(order, _) => format!("worktree of {}", order.attempt.item),
        Task::Checkpoint(order, _) => format!("checkpoint of {}", order.attempt.item),
        Task::Validate(order, _) => format!("validation of {}", order.attempt.item),
        Task::Resolve(order, _) => format!("resolution of {}", order.place.tree.item),
        Task::Hand(order, _) => format!("hand work of {}", order.attempt.item),
        Task::Park(place, _) => format!("parking of {}", place.tree.item),
        Task::Place(order, _) => format!("placing of {}", order.attempt.item),
        Task::Follow(order, _) => format!("look at {}", order.attempt.item),
        Task::Agent(order, _) => format!("agent of {}", order.attempt.item),
        Task::Diff(order, _) => format!("diff of {}", order.item),
        Task::Merge(order) => format!("merge of {}", order.id),
        Task::Remove(order) => format!("removal of {}", order.branch),
        Task::Effect(..) => "effect".to_owned(),
        Task::Query(..) => "query".to_owned(),
        Task::CleanUp(_) => "clean-up".to_owned(),
        Task::Report(_) => "report".to_owned(),
    }
}
