//! Placing an attempt: one of a dead run is adopted, otherwise a new one is put to the hub.

use super::input;
use super::order::PlaceOrder;
use crate::bridge::{PlacedAttempt, Placing};
use crate::error::{Error, ExitCode, Result};
use crate::host::git::hub::address;
use crate::host::git::hub::talk::Hub;
use crate::host::git::upkeep::hand;
use crate::host::git::upkeep::lease::{self, Lease};
use crate::host::git::workspace::branch;
use crate::model::worker::{AttemptState, job_name};
use crate::run::shared::names;
use crate::run::work::tell::Tell;

/// Where an attempt is carried out, and that the item is ours.
pub(crate) struct PlaceReady {
    pub(crate) placing: Placing,
    pub(crate) lease: Option<Lease>,
}

impl PlaceReady {
    /// The item is carried out by this process.
    pub(crate) fn here() -> Self {
        Self { placing: Placing::Here, lease: None }
    }
}

/// Places an attempt. A hub that answered before is waited for.
pub(crate) fn place(order: &PlaceOrder, tell: &Tell) -> Result<PlaceReady> {
    match at_hub(order, tell) {
        Err(error) if error.code == ExitCode::Remote && order.view.has_answered() => {
            if let Some(event) = order.view.missed(&error) {
                tell.event(event);
            }
            Ok(PlaceReady { placing: Placing::Later, lease: None })
        }
        Ok(ready) => {
            let told = if matches!(ready.placing, Placing::Here) { None } else { order.view.met() };
            if let Some(event) = told {
                tell.event(event);
            }
            Ok(ready)
        }
        Err(error) => Err(error),
    }
}

fn at_hub(order: &PlaceOrder, tell: &Tell) -> Result<PlaceReady> {
    let repo = &order.integration.repo;
    let id = names::parse(&order.attempt.item)?;
    let there = order.settings.worktrees.join(id.branch());
    if hand::read(repo, &id)?.is_some() || there.exists() {
        if there.exists() {
            let text = format!("goes on here: its workspace is `{}`", there.display());
            tell.note(Some(&order.attempt.item), text);
        }
        return Ok(PlaceReady::here());
    }
    let lease = lease::take(repo, &id, order.attempt.number, &order.run)?;
    let hub = Hub { repo: repo.clone(), address: address::of(repo, &order.executor.hub)? };
    let start = repo.tip(&order.integration.branch)?.unwrap_or_else(|| order.integration.base.clone());
    let mut repaired = Vec::new();
    let begins = branch::item(repo, &id.branch(), &start, &mut repaired)?;
    for text in repaired {
        tell.warn(Some(&order.attempt.item), text);
    }
    let placed = match earlier(order, &hub, &begins.tip, tell)? {
        Some(placed) => placed,
        None => input::submit(order, &hub, &begins)?,
    };
    order.view.forget();
    Ok(PlaceReady { placing: Placing::There(Box::new(placed)), lease: Some(lease) })
}

/// Finds the attempt of an earlier run that is still at the hub. One that nobody goes on with is taken away.
fn earlier(order: &PlaceOrder, hub: &Hub, tip: &str, tell: &Tell) -> Result<Option<PlacedAttempt>> {
    let item = &order.attempt.item;
    let Some(commit) = hub.lease(item)? else { return Ok(None) };
    let lease = hub.read(&commit)?.ok_or_else(|| foreign(item, hub))?;
    let builds_on = hub.repo.is_ancestor(tip, &lease.tip)?;
    let file = input::spec_file(&order.settings.run_dir(&lease.run), item, lease.attempt);
    let spec = std::fs::read_to_string(&file).unwrap_or_default();
    // One that nobody has begun may have to be submitted again.
    let is_lame = lease.state == AttemptState::Stopped || lease.state == AttemptState::Submitted && spec.is_empty();
    if order.is_fresh || !builds_on || is_lame {
        let what = format!("attempt {} of run {} is not gone on with", lease.attempt, lease.run);
        tell.warn(Some(item), what);
        super::release::clear(hub, item)?;
        return Ok(None);
    }
    let words = match &lease.node {
        Some(node) => format!("attempt {} of run {} on {node} is gone on with", lease.attempt, lease.run),
        None => format!("attempt {} of run {} is gone on with", lease.attempt, lease.run),
    };
    tell.note(Some(item), words);
    Ok(Some(PlacedAttempt {
        name: job_name(&lease.run, item, lease.attempt),
        spec,
        attempt: lease.attempt,
        nonce: lease.nonce,
        began: lease.state != AttemptState::Submitted,
        leaving: false,
        recalled: false,
        events: lease.events,
        seat: None,
        run: lease.run,
        lease: commit,
        since: None,
        given_up: order.given_up.clone(),
    }))
}

fn foreign(item: &str, hub: &Hub) -> Error {
    let error = Error::new(ExitCode::Remote, format!("the lease of {item} at `{}` cannot be understood", hub.address));
    error.help(format!(
        "a newer batchprp may have written it; when nobody works on the item: `git push {} :refs/batchprp/lease/{item}`",
        hub.address
    ))
}
