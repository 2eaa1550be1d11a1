//! Answers to questions about what is known.

use super::{adopt, executed, git, select};
use crate::bridge::{Failure, QueryRequest};
use crate::error::Result;
use crate::host::git::upkeep::checkout::{self, Checkout};
use crate::run::settings::Settings;
use crate::run::work::batch::{dead_runs, forecast};

/// Answers a question; blocks.
pub(crate) fn answer(query: QueryRequest, settings: &Settings) {
    fn given<T>(result: Result<T>) -> std::result::Result<T, Failure> {
        result.map_err(Failure::from)
    }
    match query {
        QueryRequest::FindPrps(order, answer) => answer.give(given(select::prps(settings, &order.0))),
        QueryRequest::ReadPlan(order, answer) => answer.give(given(adopt::plan(settings, &order))),
        QueryRequest::NextBatch(_, answer) => answer.give(given(select::next_batch(settings))),
        QueryRequest::ExecutedFacts(order, answer) => {
            answer.give(given(executed::facts(settings, &order)));
        }
        QueryRequest::IsUnclosed(order, answer) => answer.give(Ok(dead_runs::unclosed(settings, order.batch))),
        QueryRequest::GetForecast(order, answer) => {
            answer.give(Ok(forecast::forecast(settings, &order.options, &order.graph, &order.done)));
        }
        QueryRequest::ItemDiff(order, answer) => {
            answer.give(given(executed::patch(settings, &order.item, order.max_bytes)));
        }
        QueryRequest::ChangedFiles(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.changed(&order.0))));
        }
        QueryRequest::IsTracked(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.tracked(&order.0))));
        }
        QueryRequest::ShowFile(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.show(&order.revision, &order.path))));
        }
        QueryRequest::BranchDistance(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.distance(&order.branch))));
        }
        QueryRequest::Branches(_, answer) => answer.give(given(git::checkout(settings, Checkout::branches))),
        QueryRequest::ReadHead(_, answer) => answer.give(given(git::checkout(settings, Checkout::head))),
        QueryRequest::LogRange(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.log(&order.range))));
        }
        QueryRequest::RemoteAddress(order, answer) => {
            answer.give(given(checkout::address(&settings.root, &order.remote, settings.git)));
        }
        QueryRequest::TreeFiles(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.files(&order.revision))));
        }
        QueryRequest::TreeFolders(order, answer) => {
            answer.give(given(git::checkout(settings, |checkout| checkout.folders(&order.revision))));
        }
    }
}
