//! Answers to questions about what is known.

use super::{executed, git, select};
use crate::bridge::{Failure, Query};
use crate::error::Result;
use crate::host::git::upkeep::checkout;
use crate::run::settings::Settings;
use crate::run::work::batch::dead_runs;

/// Answers a question; blocks.
pub(crate) fn answer(query: Query, settings: &Settings) {
    fn given<T>(result: Result<T>) -> std::result::Result<T, Failure> {
        result.map_err(Failure::from)
    }
    match query {
        Query::FindPrps(order, answer) => answer.give(given(select::prps(settings, &order.0))),
        Query::NextBatch(_, answer) => answer.give(given(select::next_batch(settings))),
        Query::ExecutedFacts(order, answer) => {
            answer.give(given(executed::facts(settings, &order)));
        }
        Query::IsUnclosed(order, answer) => answer.give(Ok(dead_runs::unclosed(settings, order.batch))),
        Query::Diff(order, answer) => answer.give(given(executed::patch(settings, &order.item, order.max_bytes))),
        Query::ChangedFiles(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.changed(&order.0))));
        }
        Query::IsTracked(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.tracked(&order.0))));
        }
        Query::ShowFile(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.show(&order.revision, &order.path))));
        }
        Query::BranchDistance(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.distance(&order.branch))));
        }
        Query::LogRange(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.log(&order.range))));
        }
        Query::OriginAddress(_, answer) => answer.give(given(checkout::address(&settings.root, settings.git))),
        Query::TreeFiles(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.files(&order.revision))));
        }
        Query::TreeFolders(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.folders(&order.revision))));
        }
    }
}
