//! The tries of one call: while the service of an agent is overloaded or out of reach it is asked again, later and later.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::watch;

use super::abandoned;
use crate::bridge::Attempt;
use crate::event::EventKind;
use crate::host::agent::{self, Setup};
use crate::host::stop::{StopLevel, StopToken};
use crate::model::adapter::AgentCall;
use crate::model::agent::{AgentReport, AgentStatus, Limit, TimerKind};
use crate::model::duration::show;
use crate::run::settings::Settings;
use crate::run::shared::names;
use crate::run::shared::rate_limits::RateLimits;
use crate::run::shared::warm_up;
use crate::run::work::tell::{Hear, Tell};

/// Characters of what an agent said that are told.
const SAID: usize = 160;

/// What all tries of a call have in common.
pub(super) struct Tries<'a> {
    pub(super) settings: &'a Settings,
    pub(super) attempt: &'a Attempt,
    /// Folder of the run.
    pub(super) directory: &'a Path,
    pub(super) setup: Setup,
    /// The folder is noted, so that finished work is found after a kill.
    pub(super) is_noted: bool,
    pub(super) limits: &'a RateLimits,
    pub(super) first: Option<watch::Sender<bool>>,
    pub(super) stop: StopToken,
    pub(super) tell: &'a Tell,
    pub(super) hear: Hear,
}

impl Tries<'_> {
    /// Calls the agent until its service answers, or the patience is over. Returns the last report and its folder.
    pub(super) async fn run(mut self, mut call: Box<AgentCall>) -> (AgentReport, PathBuf) {
        let first = Arc::new(self.first.take());
        loop {
            let folder = folder(self.directory, self.attempt, call.phase);
            if self.is_noted {
                // Without the note the work of this call would be done again after a kill, and nothing else is lost.
                drop(abandoned::note_call(self.settings, &self.attempt.item, &folder));
            }
            let setup = Setup { dir: folder.clone(), ..self.setup.clone() };
            let next = call.again();
            let (facts, mut heard) = tokio::sync::mpsc::unbounded_channel();
            let (first, hear) = (Arc::clone(&first), Arc::clone(&self.hear));
            let listener = tokio::spawn(async move {
                while let Some(fact) = heard.recv().await {
                    warm_up::hear(first.as_ref().as_ref(), &fact);
                    hear(fact);
                }
            });
            let mut report = agent::attempt(call, setup, facts, self.stop.clone()).await;
            // Facts that are still on their way come before the end.
            drop(listener.await);
            if !is_weather(&report) {
                self.limits.clear(&next.name);
                return (report, folder);
            }
            // A silence after the word that it waits is no stall.
            report.status = AgentStatus::Overloaded;
            if !self.waits(&next, &mut report).await {
                return (report, folder);
            }
            call = next;
        }
    }

    /// Waits for better weather; says no when there is no point in it any more.
    async fn waits(&self, call: &AgentCall, report: &mut AgentReport) -> bool {
        let (item, agent) = (Some(self.attempt.item.as_str()), &call.name);
        let said: String = report.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SAID).collect();
        let said = if said.is_empty() { said } else { format!(" ({said})") };
        let Some(delay) = self.limits.weather(agent, self.settings.patience, Instant::now()) else {
            let patience = show(self.settings.patience.as_secs_f64());
            let text = format!("the service of {agent} is overloaded or out of reach{said}: given up after {patience}");
            self.tell.warn(item, text);
            return false;
        };
        self.tell.event(EventKind::AttemptFinished {
            item: self.attempt.item.clone(),
            attempt: self.attempt.number,
            phase: call.phase,
            status: report.status.as_str().to_owned(),
            duration: report.duration,
            usage: report.usage,
            said: Vec::new(),
            stderr: None,
        });
        let again = show(delay.as_secs_f64().ceil());
        let text = format!("the service of {agent} is overloaded or out of reach{said}: asked again in {again}");
        self.tell.warn(item, text);
        if let Some(limit) = self.limits.pass(agent, &self.stop).await {
            report.status = AgentStatus::RateLimited;
            report.limit = Some(Limit { until: limit.until });
            return false;
        }
        // Not all at the same moment.
        tokio::select! {
            () = tokio::time::sleep(delay.mul_f64(chance() / 5.0)) => {}
            () = self.stop.at_least(StopLevel::Graceful) => {}
        }
        true
    }
}

/// Tells whether it is the service that stands against the work: it says so, or said last that it is to be waited for.
fn is_weather(report: &AgentReport) -> bool {
    let silent = report.timer == Some(TimerKind::Silence) && report.waited;
    !report.cancelled && (silent || report.timer.is_none() && report.status == AgentStatus::Overloaded)
}

/// Returns a number between 0 and 1 that nobody can foresee.
fn chance() -> f64 {
    f64::from(uuid::Uuid::new_v4().as_bytes()[0]) / 256.0
}

/// Returns the folder of a call, below that of its run; one phase may need several calls.
fn folder(run: &Path, attempt: &Attempt, phase: Option<u32>) -> PathBuf {
    let folder = run.join(names::file_name(&attempt.item)).join(format!("a{}", attempt.number));
    let folder = phase.map_or_else(|| folder.clone(), |phase| folder.join(format!("p{phase}")));
    if !folder.exists() {
        return folder;
    }
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let others = (2..10_000).map(|n| folder.with_file_name(format!("{name}-{n}")));
    others.into_iter().find(|path| !path.exists()).unwrap_or(folder)
}
