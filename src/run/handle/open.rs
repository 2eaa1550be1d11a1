//! Opening a run: asked for, and done.

use std::collections::{HashMap, VecDeque};

use super::{last_word, machine};
use crate::bridge::{Answer, Failure, StartRun, Started};
use crate::error::{Error, ExitCode};
use crate::event::EventKind;
use crate::run::core::effect::{Reaction, Task, Told};
use crate::run::core::live_item::LiveItem;
use crate::run::core::moment::Moment;
use crate::run::core::open::OpenRun;
use crate::run::core::state::{CloseEnd, CloseStep, Closing, LoopState, Settled, Stage, misuse};
use crate::run::shared::at_work::AtWork;
use crate::run::shared::hub_view::HubView;
use crate::run::shared::rate_limits::RateLimits;
use crate::run::shared::warm_up::WarmUp;
use crate::run::work::batch::forecast::policy;
use crate::run::work::batch::open::{OpenOrder, OpenedRun};
use crate::schedule::{Input, ItemGraph, Machine};

/// Has a run opened.
pub(super) fn start(state: &mut LoopState, order: StartRun, answer: Answer<Started>, out: &mut Reaction) {
    match std::mem::replace(&mut state.stage, Stage::Idle) {
        Stage::Idle => {}
        closed @ Stage::Closed(_) => {
            state.stage = closed;
            state.run = (state.new_run)();
        }
        Stage::Settled(settled) => {
            let Settled { run, exit_code } = *settled;
            let end = CloseEnd::Next(Box::new(order), answer);
            return last_word::close(state, Closing { run, exit_code, step: CloseStep::Report, end }, out);
        }
        busy @ (Stage::Opening(_) | Stage::Open(_) | Stage::Closing(_)) => {
            state.stage = busy;
            return out.reply(answer, Err(misuse("a run is open already")));
        }
    }
    if state.is_stopping() {
        return out.reply(answer, Err(Failure::Cancelled));
    }
    if order.graph.items.is_empty() {
        let error = Error::new(ExitCode::NothingMatched, "there is nothing to do: no item matches");
        return out.reply(answer, Err(error.into()));
    }
    state.stage = Stage::Opening(answer);
    out.start(Task::Open(Box::new(OpenOrder {
        settings: state.settings.clone(),
        options: *order.options,
        graph: *order.graph,
        run: state.run.clone(),
    })));
}

/// Begins the event stream of a run that was opened, and lets the script go on.
pub(super) fn opened(state: &mut LoopState, result: Result<Box<OpenedRun>, Error>, now: Moment, out: &mut Reaction) {
    let Stage::Opening(answer) = std::mem::replace(&mut state.stage, Stage::Idle) else { return };
    let opened = match result {
        Ok(opened) => *opened,
        Err(error) => return out.reply(answer, Err(error.into())),
    };
    let OpenedRun {
        run,
        options,
        graph,
        integration,
        directory,
        journal,
        lock,
        mark,
        slots,
        host,
        forecast,
        found,
        merged,
    } = opened;
    let first = EventKind::RunStarted {
        command: options.command.clone(),
        batch: options.batch,
        pid: std::process::id(),
        host,
        argv: state.settings.argv.clone(),
        jobs: options.jobs,
        merges: options.merge,
        max_tokens: options.max_tokens,
        max_cost: options.max_cost,
    };
    out.told.push(Told::Begin { run: run.clone(), journal, first });
    out.tell(EventKind::Graph {
        items: graph.items.clone(),
        stages: graph.stages.clone(),
        edges: graph.edges.clone(),
        critical_path: graph.critical_path.clone(),
        // The hours of documents are those of the work.
        bound_hours: if options.merge { graph.bound_hours } else { 0.0 },
    });
    out.told.extend(forecast.map(|forecast| Told::Event(EventKind::Forecast(forecast))));
    out.told.extend(found.into_iter().map(Told::Event));
    let adapter = |id: &str| graph.agents.get(id).or(options.agent.as_ref()).cloned();
    let plan = ItemGraph::from_infos(&graph.items, &graph.edges).with_adapters(adapter);
    let started = Started { run, directory: directory.clone() };
    state.stage = Stage::Open(Box::new(OpenRun {
        machine: Machine::new(plan, policy(&options)),
        index: graph.items.iter().enumerate().map(|(item, info)| (info.id.clone(), item)).collect::<HashMap<_, _>>(),
        live: graph.items.iter().map(|_| LiveItem::default()).collect(),
        options,
        graph,
        integration,
        directory,
        lock,
        slots,
        mark,
        ready: VecDeque::new(),
        waiting: None,
        merges: VecDeque::new(),
        merging: false,
        merged: Vec::new(),
        hub_view: HubView::default(),
        sessions: std::sync::Arc::default(),
        spent: crate::model::usage::Usage::default(),
        warm_up: WarmUp::default(),
        at_work: AtWork::default(),
        rate_limits: RateLimits::default(),
        over_budget: false,
        disk_warned: std::sync::Arc::default(),
        finished: false,
        background: 0,
    }));
    for item in merged {
        machine::step(state, Input::AlreadyMerged { item }, now, out);
    }
    out.reply(answer, Ok(started));
}
