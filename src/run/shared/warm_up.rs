//! Warms the prompt cache up: the first agent of a kind starts ahead, so that its siblings find their common beginning
//! there.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::watch;

use crate::host::agent::Fact;
use crate::host::stop::{StopLevel, StopToken};
use crate::model::adapter::AgentCall;
use crate::model::agent::AgentEvent;

/// The siblings wait at most so long; a slow first agent must not cost more than the cache saves.
const PATIENCE: Duration = Duration::from_secs(20);

/// Calls with the same adapter, role and model share a cache.
type Kind = (String, String, Option<String>);

/// Who went ahead in a run.
#[derive(Debug, Default)]
pub(crate) struct WarmUp(BTreeMap<Kind, watch::Receiver<bool>>);

/// When a call may start.
#[derive(Debug)]
pub(crate) enum Turn {
    /// At once, and nobody waits for it.
    Free,
    /// At once; the others wait until the sender says `true` or is gone.
    First(watch::Sender<bool>),
    /// When the first one was answered.
    After(watch::Receiver<bool>),
}

impl WarmUp {
    /// Returns when a call may start.
    pub(crate) fn turn(&mut self, call: &AgentCall) -> Turn {
        // A resumed session has its own beginning.
        if !call.caches || call.spec.session.is_some() {
            return Turn::Free;
        }
        let kind = (call.name.clone(), call.spec.role.clone(), call.spec.model.clone());
        if let Some(answered) = self.0.get(&kind) {
            return Turn::After(answered.clone());
        }
        let (sender, receiver) = watch::channel(false);
        self.0.insert(kind, receiver);
        Turn::First(sender)
    }
}

impl Turn {
    /// Waits until the call may start; returns what tells the others of its first answer.
    pub(crate) async fn wait(self, stop: &StopToken) -> Option<watch::Sender<bool>> {
        match self {
            Self::Free => None,
            Self::First(sender) => Some(sender),
            Self::After(mut answered) => {
                tokio::select! {
                    _ = answered.wait_for(|answered| *answered) => {}
                    () = tokio::time::sleep(PATIENCE) => {}
                    () = stop.at_least(StopLevel::Graceful) => {}
                }
                None
            }
        }
    }
}

/// Lets the others start when a fact of the first call proves that its prompt was read.
pub(crate) fn hear(first: Option<&watch::Sender<bool>>, fact: &Fact) {
    if let Some(first) = first
        && is_answer(fact)
    {
        first.send_replace(true);
    }
}

/// Tells whether a fact proves that the model has begun to answer. The start of the program proves nothing.
fn is_answer(fact: &Fact) -> bool {
    let Fact::Event(event) = fact else { return false };
    match event {
        AgentEvent::Message { .. }
        | AgentEvent::ToolStart { .. }
        | AgentEvent::ToolEnd { .. }
        | AgentEvent::Usage { .. }
        | AgentEvent::Cost { .. }
        | AgentEvent::Finished { .. } => true,
        AgentEvent::Started { .. }
        | AgentEvent::Progress { .. }
        | AgentEvent::Retry { .. }
        | AgentEvent::RateLimited { .. }
        | AgentEvent::PermissionDenied { .. }
        | AgentEvent::Warning { .. } => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::model::usage::Tokens;

    #[tokio::test]
    async fn the_others_wait_for_the_first_answer_and_no_longer_than_the_first_lives() {
        let stop = StopToken::new();
        let (sender, answered) = watch::channel(false);
        let first = Turn::First(sender).wait(&stop).await;
        hear(first.as_ref(), &Fact::Event(AgentEvent::Started { session: None, model: None, version: None }));
        let waiting = tokio::time::timeout(Duration::from_millis(50), Turn::After(answered.clone()).wait(&stop)).await;
        assert!(waiting.is_err(), "a program that started has not read its prompt yet");
        let usage =
            AgentEvent::Usage { scope: crate::model::agent::Scope::Run, model: None, tokens: Tokens::default() };
        hear(first.as_ref(), &Fact::Event(usage));
        let begin = Instant::now();
        assert!(Turn::After(answered).wait(&stop).await.is_none());

        let (sender, answered) = watch::channel(false);
        drop(sender);
        assert!(Turn::After(answered).wait(&stop).await.is_none());
        let (_sender, answered) = watch::channel(false);
        stop.raise(StopLevel::Graceful);
        assert!(Turn::After(answered).wait(&stop).await.is_none());
        assert!(begin.elapsed() < Duration::from_secs(5));
    }
}
