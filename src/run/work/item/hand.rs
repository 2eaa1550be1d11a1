//! A phase that a person carries out: taken, judged like the work of an agent, let go. A person is one more kind of worker
//! of an attempt; workspace, checkpoint, validation and merge are those of every other attempt.

use super::facts::{self, Expectation, Scene};
use super::found;
use crate::bridge::{Attempt, Deed, Failure, Handed};
use crate::error::Result;
use crate::event::EventKind;
use crate::event::hand::HandDeed;
use crate::host::clock;
use crate::host::git::upkeep::hand::{self, Hand};
use crate::host::git::upkeep::{approval, lease};
use crate::host::git::workspace::{self, Prepare, Prepared};
use crate::model::agent::{AgentReport, AgentStatus, Exit};
use crate::run::shared::names;
use crate::run::work::batch::integration::Integration;
use crate::run::work::item::checkpoint::fenced;
use crate::run::work::off_the_loop::off_the_loop;
use crate::run::work::tell::Tell;

/// What is to be done with a phase that a person carries out.
pub(crate) struct HandOrder {
    /// Ordinal of the phase.
    pub(crate) phase: u32,
    pub(crate) deed: Deed,
    pub(crate) integration: Integration,
    pub(crate) attempt: Attempt,
    pub(crate) tree: Prepared,
    /// How the workspace was asked for.
    pub(crate) want: Prepare,
    pub(crate) lease: Option<lease::Lease>,
    pub(crate) expectation: Expectation,
}

/// Does it.
pub(crate) async fn carry_out(order: HandOrder, tell: Tell) -> std::result::Result<Handed, Failure> {
    if order.deed == Deed::Judge {
        return judge(order).await;
    }
    off_the_loop(move || settle(&order, &tell)).await
}

/// Asks for the verdict about what lies in the workspace, as about the work of an agent that a dead run left.
async fn judge(order: HandOrder) -> std::result::Result<Handed, Failure> {
    let HandOrder { integration, tree, expectation, .. } = order;
    let scene = Scene::left(integration.repo, tree).await?;
    let exit = Exit { code: Some(0), ..Exit::default() };
    let report = AgentReport { text: "done by hand".to_owned(), exit, ..AgentReport::not_started(AgentStatus::Ok) };
    let (judged, _) = facts::judged(report, expectation, Some(scene)).await?;
    Ok(Handed { judged: Some(judged), ..Handed::default() })
}

fn settle(order: &HandOrder, tell: &Tell) -> Result<Handed> {
    let (repo, item) = (&order.integration.repo, order.attempt.item.clone());
    let id = names::parse(&item)?;
    fenced(repo, order.lease.as_ref(), &item)?;
    let known = hand::read(repo, &id)?;
    let hand = match order.deed {
        Deed::Take => hand::take(repo, &id, approval::who(repo)?, order.phase, clock::now())?,
        Deed::Judge | Deed::LetGo | Deed::Abandon => known.clone().unwrap_or_default(),
    };
    if order.deed == Deed::Abandon {
        let want = Prepare { keep_changes: false, ..order.want.clone() };
        let mut left = workspace::prepare(repo, &want)?;
        if left.adopted > 0 {
            // What they committed is theirs as well: the phase begins where it was taken.
            let kept = workspace::abandon(repo, &left, &order.tree.tip)?;
            left = workspace::prepare(repo, &want)?;
            left.rescued.push(kept);
        }
        found::told(&left, tell);
    }
    let deed = match order.deed {
        // Of what was theirs before, everybody knows since the workspace is there.
        Deed::Take if known.is_some() => None,
        Deed::Take => Some(HandDeed::Taken),
        Deed::LetGo => Some(HandDeed::Given),
        Deed::Abandon => Some(HandDeed::Abandoned),
        Deed::Judge => None,
    };
    if matches!(order.deed, Deed::LetGo | Deed::Abandon) {
        hand::let_go(repo, &id)?;
    }
    let Hand { by, phase, .. } = hand;
    if let Some(deed) = deed {
        tell.event(EventKind::Hand { item, phase, by: by.clone(), deed });
    }
    Ok(Handed { by, phase, judged: None })
}
