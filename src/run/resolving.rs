//! A merge conflict that an agent resolves: validated, committed, or parked again.

use super::active::Integration;
use super::dispatcher::{Dispatcher, misuse, reply};
use super::effects::{self, Checks};
use super::internal::{Answer, Internal};
use crate::bridge::door::{Failure, Origin, Reply};
use crate::error::Result;
use crate::event::EventKind;
use crate::host::git::merge::resolve;
use crate::host::git::worktree::Prepared;
use crate::host::validate;
use crate::model::validation::Verdict;

/// Takes what the agent left in the worktree when it is valid; parks the merge otherwise.
pub(crate) fn resolve(dispatcher: &mut Dispatcher, origin: &Origin, checks: Checks, answer: Answer) {
    let (tree, integration) = match placed(dispatcher, origin) {
        Ok(found) => found,
        Err(failure) => return reply(answer, Err(failure)),
    };
    let ordinal = checks.ordinal;
    let order = effects::validation(dispatcher, origin, &tree, checks);
    let (tx, stop, item) = (dispatcher.tx.clone(), dispatcher.stop.clone(), tree.item.clone());
    tokio::spawn(async move {
        let told = {
            let tx = tx.clone();
            move |level, result, errors: &[String]| {
                let errors = errors.to_vec();
                let event = EventKind::Validation { item: item.clone(), phase: ordinal, level, result, errors };
                drop(tx.send(Internal::Told { events: vec![event], answer: None }));
            }
        };
        let record = validate::run(&order, stop, told).await;
        tokio::task::spawn_blocking(move || {
            let failed = record.as_ref().map(|record| {
                let level = record.levels.iter().find(|level| level.result == Verdict::Failed);
                level.map(|level| format!("level {} failed: {}", level.level, level.errors.join("; ")))
            });
            let result = match failed {
                // The run is being stopped: nothing is known of the files as they are.
                None => park(&integration, &tree).map_or_else(|error| Err(error.into()), |()| Err(Failure::Cancelled)),
                Some(Some(reason)) => park(&integration, &tree).map(|()| Reply::Text(reason)).map_err(Failure::from),
                Some(None) => match resolve::finish(&integration.repo, &tree) {
                    Ok(_) => Ok(Reply::Text(String::new())),
                    Err(error) => park(&integration, &tree).map(|()| Reply::Text(error.message)).map_err(Failure::from),
                },
            };
            reply(answer, result);
        });
    });
}

/// Gives the merge up: what was edited is saved, the worktree goes back to the tip of its branch.
pub(crate) fn give_up(dispatcher: &mut Dispatcher, origin: &Origin, answer: Answer) {
    let (tree, integration) = match placed(dispatcher, origin) {
        Ok(found) => found,
        Err(failure) => return reply(answer, Err(failure)),
    };
    tokio::task::spawn_blocking(move || {
        reply(answer, park(&integration, &tree).map(|()| Reply::Done).map_err(Failure::from));
    });
}

fn park(integration: &Integration, tree: &Prepared) -> Result<()> {
    resolve::abort(&integration.repo, tree).map(drop)
}

fn placed(dispatcher: &Dispatcher, origin: &Origin) -> std::result::Result<(Prepared, Integration), Failure> {
    let (item, _) = dispatcher.located(origin)?;
    let active = dispatcher.active.as_ref();
    let tree = active.and_then(|active| active.live.get(item)?.tree.clone());
    let integration = active.and_then(|active| active.integration.clone());
    tree.zip(integration).ok_or_else(|| misuse("call `git::worktree` before resolving a merge"))
}
