//! What of a run is worth telling somebody who does not look at it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::line;
use crate::event::kind::{EventKind, ItemStatus};
use crate::event::{Event, RunView, SCHEMA_VERSION};

/// One message, as every notifier gets it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Notice {
    pub schema_version: u32,
    /// `finished`, `failed`, `conflict`, `quota`, `stalled`, `review` or `approval`.
    pub event: String,
    pub run: String,
    pub batch: Option<u32>,
    pub item: Option<String>,
    /// Of the item or of the run.
    pub status: String,
    pub title: String,
    pub text: String,
    /// The command that comes next, if there is one.
    pub next: Option<String>,
}

impl Notice {
    /// Says what it is about, whichever run tells it: a run that goes on after a kill tells the same again.
    pub fn key(&self) -> String {
        // How a run ended is told once by each; what happened to an item, and a limit, only once.
        let run = if self.item.is_none() && self.event != "quota" { self.run.as_str() } else { "" };
        let item = self.item.as_deref().unwrap_or_default();
        [self.event.as_str(), run, item, self.status.as_str(), self.text.as_str()].join("\u{1f}")
    }
}

/// Returns what is to be told of an event, which the view has taken in already. `items`: also how each item ended.
pub fn of(event: &Event, view: &RunView, items: bool) -> Option<Notice> {
    // Whoever does something by hand looks at it.
    if ["take", "give"].contains(&view.command.as_str()) {
        return None;
    }
    let about = |item: &str| view.item(item).map_or_else(|| item.to_owned(), |item| item.info.name.clone());
    let batch = view.batch.map(|batch| format!("Batch {batch}: ")).unwrap_or_default();
    let logs = |item: &str| Some(format!("batchprp logs {item}"));
    let (word, item, status, title, text, next) = match &event.kind {
        EventKind::RunFinished { totals, exit_code, resume, next } => {
            let is_good = *exit_code == 0;
            let counts = totals.iter().map(|(status, count)| format!("{count} {}", status.words()));
            let said = [counts.collect::<Vec<_>>().join(", ")];
            let why = view.halted.iter().map(|reason| line(reason, 300));
            let text = said.into_iter().chain(why).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
            let word = if is_good { "finished" } else { "failed" };
            let title = format!("{batch}{} {}", view.command, if is_good { "finished" } else { "did not finish" });
            let status = format!("exit code {exit_code}");
            let own = next.iter().find(|command| command.starts_with("batchprp ")).cloned();
            let next = if is_good { own } else { resume.clone().or(own) };
            (word, None, status, title, text, next)
        }
        EventKind::ItemFinished { item, status, reason, .. } => {
            let word = match status {
                ItemStatus::Conflict => "conflict",
                ItemStatus::NeedsApproval => "approval",
                ItemStatus::Completed if items => "finished",
                ItemStatus::Partial | ItemStatus::Failed | ItemStatus::Unproven if items => "failed",
                _ => return None,
            };
            let next = match status {
                ItemStatus::Conflict => Some(format!("batchprp resolve {item}")),
                ItemStatus::NeedsApproval => Some(format!("batchprp approve {item}")),
                ItemStatus::Completed => None,
                _ => logs(item),
            };
            let title = format!("{batch}{} {}", about(item), status.words());
            (word, Some(item.clone()), status.as_str().to_owned(), title, line(reason, 500), next)
        }
        EventKind::QuotaPaused { agent, until, .. } => {
            let until = until.and_then(|at| jiff::Timestamp::from_second(at).ok());
            let until = until.map(|at| format!(" until {at}")).unwrap_or_default();
            let text =
                format!("the usage limit of {} is reached{until}: no item that needs it starts", line(agent, 60));
            ("quota", None, "paused".to_owned(), format!("{batch}usage limit of {}", line(agent, 60)), text, None)
        }
        EventKind::Slow { item, timer, seconds, .. } => {
            let text = format!("{} for {}", timer.words(), crate::model::duration::show(*seconds));
            let title = format!("{batch}{} may be stalled", about(item));
            ("stalled", Some(item.clone()), timer.words().to_owned(), title, text, logs(item))
        }
        EventKind::Paused { item, reason } => {
            let title = format!("{batch}paused, nothing new starts");
            ("review", item.clone(), "paused".to_owned(), title, line(reason, 500), item.as_deref().and_then(logs))
        }
        _ => return None,
    };
    Some(Notice {
        schema_version: SCHEMA_VERSION,
        event: word.to_owned(),
        run: event.run.clone(),
        batch: view.batch,
        item,
        status,
        title,
        text,
        next,
    })
}
