//! Looking at an attempt that is carried out elsewhere: what happened there, and whether its worker is still there.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::{papers, release};
use crate::bridge::{Attempt, EnginePlace, EngineState, ExecutorOptions, Followed, GivenUp, PlacedAttempt};
use crate::error::{Error, ExitCode, Result};
use crate::event::{EventKind, Seat};
use crate::host::git::hub::adopt::{self, Foreign};
use crate::host::git::hub::talk::Hub;
use crate::host::git::hub::{address, events, names as hub_names};
use crate::model::outcome::{FailureKind, Outcome};
use crate::model::worker::{AttemptLease, AttemptState, OutcomeRecord};
use crate::run::shared::hub_view::HubView;
use crate::run::shared::names;
use crate::run::work::batch::integration::Integration;
use crate::run::work::tell::Tell;

/// A lease that nobody renewed for so many times its length is over, whatever the clocks of the machines say: its worker
/// has ended before that.
const OVER: f64 = 1.3;
/// An engine may be wrong about a job that it calls running; this is many times longer.
const SURELY_OVER: f64 = 10.0;

/// Which attempt is to be looked at.
pub(crate) struct FollowOrder {
    pub(crate) integration: Integration,
    pub(crate) executor: ExecutorOptions,
    pub(crate) attempt: Attempt,
    pub(crate) placed: PlacedAttempt,
    pub(crate) engine: EngineState,
    pub(crate) place: EnginePlace,
    pub(crate) view: HubView,
    /// Folder of the run, and its path as people are told.
    pub(crate) directory: PathBuf,
    pub(crate) shown: PathBuf,
}

/// Looks at an attempt once; `hear` gets what happened there since the last look. A hub that does not answer is waited
/// for: what was begun at it is taken up where it stood.
pub(crate) fn follow(order: &FollowOrder, tell: &Tell, hear: impl Fn(Vec<EventKind>)) -> Result<Followed> {
    let mut placed = order.placed.clone();
    match look(order, &mut placed, tell, &hear) {
        Err(error) if error.code == ExitCode::Remote => {
            if let Some(event) = order.view.missed(&error) {
                tell.event(event);
            }
            Ok(unseen(placed))
        }
        followed => followed,
    }
}

/// Nothing was seen, so nothing is known about how long the lease has been as it is.
fn unseen(mut placed: PlacedAttempt) -> Followed {
    placed.since = None;
    Followed::Waits(Box::new(placed))
}

fn look(
    order: &FollowOrder,
    placed: &mut PlacedAttempt,
    tell: &Tell,
    hear: &impl Fn(Vec<EventKind>),
) -> Result<Followed> {
    let repo = &order.integration.repo;
    let item = order.attempt.item.clone();
    let hub = Hub { repo: repo.clone(), address: address::of(repo, &order.executor.hub)? };
    let (leases, told) = order.view.leases(&hub, order.executor.poll / 2);
    if let Some(event) = told {
        tell.event(event);
    }
    let Ok(leases) = leases else { return Ok(unseen(placed.clone())) };
    let commit = match leases.get(&item) {
        Some(commit) => commit.clone(),
        // We took it away ourselves, and did not hear that it was done.
        None if placed.leaving => placed.lease.clone(),
        None => {
            let text = format!("its lease at `{}` is gone: somebody took it away", hub.address);
            return Ok(ended(FailureKind::System, text));
        }
    };
    let lease = hub.read(&commit)?.filter(|lease| lease.nonce == placed.nonce);
    let Some(lease) = lease else {
        let text =
            format!("its lease at `{}` is that of somebody else: another orchestrator works on the batch", hub.address);
        return Ok(ended(FailureKind::System, text));
    };
    if commit != placed.lease || placed.since.is_none() {
        (placed.lease, placed.since) = (commit, Some(Instant::now()));
    }
    seat(order, placed, &lease, tell);
    heard(order, &hub, placed, &lease, hear, tell)?;
    let idle = placed.since.map_or(Duration::ZERO, |since| since.elapsed());
    match (lease.state, &lease.record) {
        (AttemptState::Ended, Some(record)) => finish(order, &hub, placed, &lease, record, tell),
        (AttemptState::Ended | AttemptState::Stopped, _) => {
            let node = lease.node.clone().unwrap_or_default();
            give_up(order, &hub, placed, &lease, &format!("its worker on {node} was stopped"), tell)
        }
        (AttemptState::Submitted, _) => not_begun(order, &hub, placed, &lease, tell),
        (AttemptState::Running, _) => match gone(order, idle) {
            None => Ok(Followed::Waits(Box::new(placed.clone()))),
            Some(_) if may_recall(order, placed) => {
                placed.recalled = true;
                placed.since = None;
                let node = lease.node.clone().unwrap_or_default();
                tell.note(
                    Some(&item),
                    format!("its worker on {node} could not reach the hub: it is asked for what it kept"),
                );
                Ok(Followed::Submit(Box::new(placed.clone())))
            }
            Some(how) => {
                let node = lease.node.clone().unwrap_or_default();
                let reason = format!("{node} is lost: {how}, and its lease was not renewed for {} s", idle.as_secs());
                give_up(order, &hub, placed, &lease, &reason, tell)
            }
        },
    }
}

/// Tells where the attempt is carried out, whenever more is known about it.
fn seat(order: &FollowOrder, placed: &mut PlacedAttempt, lease: &AttemptLease, tell: &Tell) {
    let has_begun = lease.state != AttemptState::Submitted;
    let is_news = !std::mem::replace(&mut placed.began, has_begun);
    let EnginePlace { node, partition, handle } = order.place.clone();
    // An engine may have been asked before the job began: it knows it the next time.
    let is_known = has_begun && (handle.is_some() || !is_news) || order.engine == EngineState::Queued;
    if !is_known || placed.leaving {
        return;
    }
    let node = if has_begun { node.or_else(|| lease.node.clone()) } else { None };
    let (executor, job, attempt) = (order.executor.name.clone(), placed.name.clone(), placed.attempt);
    let seat = Seat { executor, job, attempt, node, partition, handle };
    let old = placed.seat.as_ref();
    // What is over is not known to every engine any more.
    let is_less = old.is_some_and(|old| old.node.is_some() && (seat.handle.is_none() || seat.node.is_none()));
    if is_less || old == Some(&seat) {
        return;
    }
    tell.event(EventKind::Placed { item: order.attempt.item.clone(), seat: seat.clone() });
    placed.seat = Some(seat);
}

/// Tells whether a job is to be started again because it ended when the hub was out of its reach: what it did lies on its
/// disk.
fn may_recall(order: &FollowOrder, placed: &PlacedAttempt) -> bool {
    let code = if let EngineState::Exited { code } = order.engine { code } else { None };
    let is_first = !placed.recalled && !placed.leaving && !placed.spec.is_empty();
    is_first && code == Some(i64::from(ExitCode::Remote as u8))
}

/// Decides about an attempt that no worker has taken over: nobody holds its lease, so it can be given up at once.
fn not_begun(
    order: &FollowOrder,
    hub: &Hub,
    placed: &mut PlacedAttempt,
    lease: &AttemptLease,
    tell: &Tell,
) -> Result<Followed> {
    let how = match order.engine {
        EngineState::Absent => return Ok(Followed::Submit(Box::new(placed.clone()))),
        EngineState::Unknown | EngineState::Queued | EngineState::Running => {
            return Ok(Followed::Waits(Box::new(placed.clone())));
        }
        EngineState::Exited { code: Some(code) } => format!("ended with exit code {code}"),
        EngineState::Exited { code: None } => "ended".to_owned(),
        EngineState::Lost => "was lost".to_owned(),
    };
    let reason = format!("its job {how} before it began; does `batchprp worker` work there?");
    give_up(order, hub, placed, lease, &reason, tell)
}

/// Tells how it is known that a worker is gone; `None` as long as it may be there. The word of the engine is not enough.
fn gone(order: &FollowOrder, idle: Duration) -> Option<&'static str> {
    let lease = order.executor.lease;
    match order.engine {
        _ if idle < lease.mul_f64(OVER) => None,
        EngineState::Exited { .. } => Some("its job has ended"),
        EngineState::Lost => Some("the engine has lost its job"),
        EngineState::Absent => Some("the engine has no such job"),
        EngineState::Unknown | EngineState::Queued | EngineState::Running => {
            (idle > lease.mul_f64(SURELY_OVER)).then_some("the engine says nothing else")
        }
    }
}

/// Hands on what happened there.
fn heard(
    order: &FollowOrder,
    hub: &Hub,
    placed: &mut PlacedAttempt,
    lease: &AttemptLease,
    hear: &impl Fn(Vec<EventKind>),
    tell: &Tell,
) -> Result<()> {
    let item = order.attempt.item.as_str();
    let Some(newest) = lease.events.clone().filter(|newest| placed.events.as_ref() != Some(newest)) else {
        return Ok(());
    };
    let told = events::since(&hub.repo, placed.events.as_deref(), &newest)?;
    let name = names::file_name(item);
    if let Err(error) = papers::keep(&order.directory.join(&name), placed.attempt, &told.papers) {
        tell.warn(Some(item), format!("what its agents said elsewhere is not kept here: {error}"));
    }
    // A newer worker may say what we do not know.
    let kinds = told.lines.iter().filter_map(|line| serde_json::from_str::<EventKind>(line).ok());
    let kinds = kinds.filter(|kind| kind.item() == Some(item));
    let kinds: Vec<EventKind> =
        kinds.map(|kind| papers::named_here(kind, &order.shown.join(&name), placed.attempt)).collect();
    placed.events = Some(newest);
    if !kinds.is_empty() {
        hear(kinds);
    }
    Ok(())
}

/// Takes over what an attempt came to.
fn finish(
    order: &FollowOrder,
    hub: &Hub,
    placed: &mut PlacedAttempt,
    lease: &AttemptLease,
    record: &OutcomeRecord,
    tell: &Tell,
) -> Result<Followed> {
    let item = &order.attempt.item;
    if record.nonce != placed.nonce || record.item != *item || record.attempt != placed.attempt {
        return Ok(ended(FailureKind::System, "what its worker says is about another attempt".to_owned()));
    }
    let outcome = match record.outcome.clone() {
        Outcome::Completed { note, score, .. } => Outcome::Completed { note, score, value: record.value.clone() },
        other => other,
    };
    if let Err(error) = take_over(order, lease) {
        release::take_away(hub, item, &placed.lease)?;
        return Ok(ended(FailureKind::System, error.message));
    }
    late(hub, item, &placed.given_up, tell)?;
    placed.leaving = true;
    // It stays as long as our branch may not have what it brought.
    release::take_away(hub, item, &placed.lease)?;
    Ok(Followed::Ended(outcome))
}

/// Gives an attempt up: from now on nothing of it is integrated, and what it had pushed until then is taken over.
fn give_up(
    order: &FollowOrder,
    hub: &Hub,
    placed: &mut PlacedAttempt,
    lease: &AttemptLease,
    reason: &str,
    tell: &Tell,
) -> Result<Followed> {
    let item = &order.attempt.item;
    order.view.forget();
    placed.leaving = true;
    if !release::take_away(hub, item, &placed.lease)? {
        // It was renewed in the last moment.
        placed.leaving = false;
        return Ok(unseen(placed.clone()));
    }
    if let Err(Error { message, .. }) = take_over(order, lease) {
        tell.warn(Some(item), format!("what attempt {} did is not taken over: {message}", placed.attempt));
    }
    let stands = if lease.state == AttemptState::Submitted { "" } else { "; its checkpoints stand" };
    tell.warn(Some(item), format!("attempt {}: {reason}{stands}", placed.attempt));
    let reference = hub_names::attempt(&placed.run, item, placed.attempt);
    placed.given_up.push(GivenUp { attempt: placed.attempt, reference, tip: lease.tip.clone() });
    Ok(Followed::Lost { reason: reason.to_owned(), given_up: placed.given_up.clone() })
}

/// Makes the branch of the item what a lease says.
fn take_over(order: &FollowOrder, lease: &AttemptLease) -> Result<()> {
    let branch = names::parse(&order.attempt.item)?.branch();
    let foreign = Foreign {
        branch: &branch,
        base: &lease.base,
        tip: &lease.tip,
        proof: lease.proof.as_deref(),
        batch_branch: &order.integration.branch,
    };
    adopt::adopt(&order.integration.repo, &foreign)
}

/// Names what attempts pushed after they were given up.
fn late(hub: &Hub, item: &str, given_up: &[GivenUp], tell: &Tell) -> Result<()> {
    for old in given_up {
        if let Some(tip) = hub.at(&old.reference)?.filter(|tip| *tip != old.tip) {
            let tip = &tip[..tip.len().min(10)];
            let text = format!(
                "attempt {} pushed {tip} after it was given up: it is not integrated, and stays at `{}` of the hub",
                old.attempt, old.reference
            );
            tell.warn(Some(item), text);
        }
    }
    Ok(())
}

fn ended(kind: FailureKind, reason: String) -> Followed {
    Followed::Ended(Outcome::failed(kind, reason))
}
