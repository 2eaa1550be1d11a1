//! The merge queue: one item after the other onto the batch branch, and the status of PRP documents with it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::active::{Integration, Slot};
use super::candidate::{self, Bench, Trial, off_the_loop};
use super::dispatcher::Dispatcher;
use super::internal::{Internal, MergeEnd};
use super::worktrees::SLOT;
use crate::bridge::door::Failure;
use crate::error::Result;
use crate::event::EventKind;
use crate::event::kind::ItemStatus;
use crate::host::clock;
use crate::host::files::Root;
use crate::host::git::merge::{self, Merge, MergeItem};
use crate::host::git::plumbing::repo::Repo;
use crate::host::process::Marker;
use crate::host::validate::Validation;
use crate::model::edit;
use crate::model::status::Status;

/// Starts the next merge, if none runs.
pub(crate) fn pump(dispatcher: &mut Dispatcher) {
    let Some(active) = &mut dispatcher.active else { return };
    if active.merging {
        return;
    }
    let Some(item) = active.merges.pop_front() else { return };
    let Some(integration) = active.integration.clone() else { return };
    active.merging = true;
    let id = active.id(item);
    let item_branch = super::gitwork::item_branch(&id);
    let lease = active.live.get(item).and_then(|live| live.lease.clone());
    let title = active.graph.items.get(item).map(|info| info.title.clone()).unwrap_or_default();
    let document = active.graph.documents.get(&id).cloned();
    let bench = if active.options.validate_merge { Some(bench(dispatcher, item, &integration)) } else { None };
    let (tx, run) = (dispatcher.tx.clone(), dispatcher.events.run().to_owned());
    let repo = integration.repo.clone();
    let (into, base) = (integration.branch.clone(), integration.base.clone());
    let order = move || {
        let prp = super::gitwork::parse(&id)?;
        super::gitwork::fenced(&integration.repo, lease.as_ref(), &id)?;
        let status_edit = document.map(|path| {
            let path = path.strip_prefix(integration.repo.root()).unwrap_or(&path).to_owned();
            let edit: merge::Edit = Box::new(completed);
            (path, edit)
        });
        Ok(MergeItem { batch_branch: into, item_branch, id: prp, title, run, status_edit })
    };
    tokio::spawn(async move {
        let result = match bench {
            None => off_the_loop(move || plain(&repo, &order()?)).await,
            Some(bench) => match off_the_loop(order).await {
                Ok(order) => {
                    let merge = Arc::new(order);
                    candidate::merge(Trial { bench, merge, base, tx: tx.clone() }).await.map_err(Failure::Error)
                }
                Err(failure) => Err(failure),
            },
        };
        let result = match result {
            Ok(end) => Ok(end),
            Err(Failure::Cancelled) => Ok(MergeEnd::Stopped),
            Err(Failure::Error(error)) => Err(error),
        };
        drop(tx.send(Internal::MergeEnded { item, result }));
    });
}

/// Merges without trying out what comes of it.
fn plain(repo: &Repo, order: &MergeItem) -> Result<MergeEnd> {
    Ok(match merge::item(repo, order)? {
        Merge::Merged { commit } | Merge::Already { commit } => MergeEnd::Merged { commit },
        Merge::Conflict { files } => MergeEnd::Conflict { files },
    })
}

/// Prepares the validation of the merged tree of an item.
fn bench(dispatcher: &Dispatcher, item: usize, integration: &Integration) -> Bench {
    let settings = dispatcher.settings.clone();
    let active = dispatcher.active.as_deref();
    let id = active.map(|active| active.id(item)).unwrap_or_default();
    let info = active.and_then(|active| active.graph.items.get(item));
    let level = active.map_or(4, |active| active.options.level);
    let own = candidate::commands(&settings);
    let gates = active.and_then(|active| active.graph.gates.get(&id)).cloned().unwrap_or_default();
    let gates = gates.into_iter().filter(|gate| gate.0 <= level && own.is_none() && settings.gates);
    let slot = active.map_or_else(Slot::none, super::active::Active::free_slot);
    let mut env = dispatcher.env.clone();
    env.insert(SLOT.to_owned(), slot.number.to_string());
    let order = Validation {
        worktree: candidate::place(&settings, &integration.branch),
        phase: info.map_or(1, |info| info.phases.max(1)),
        level: if own.is_some() { 4 } else { level },
        gates: gates.collect(),
        manual: Vec::new(),
        timeout: settings.validate_timeout,
        env,
        env_pass: settings.validate_env_pass.clone(),
        secrets: dispatcher.secrets.clone(),
        marker: Marker { run: dispatcher.events.run().to_owned(), item: id.clone(), attempt: 0 },
        prp: id,
        commands: own.unwrap_or_else(|| settings.validate.clone()),
    };
    Bench { settings, repo: integration.repo.clone(), order, stop: dispatcher.stop.clone(), _slot: slot }
}

/// Turns the text of a tracked PRP into the one that belongs on the batch branch, in the merge of its item.
fn completed(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    with_status(text, Status::Completed).ok().map(String::into_bytes)
}

fn with_status(text: &str, status: Status) -> std::result::Result<String, String> {
    let today = edit::Value::from(clock::now()[..10].to_owned());
    let word = edit::Value::from(status.as_str());
    let mut changes = vec![("status", word)];
    if status == Status::Completed {
        changes.push(("completed", edit::Value::from(clock::now())));
    }
    changes.push(("updated", today));
    changes.push(("updated_by", edit::Value::from("batchprp exe")));
    edit::set(text, &changes).map_err(|error| error.to_string())
}

fn edit_in_place(root: &Path, staging: PathBuf, path: &Path, status: Status) -> std::result::Result<(), String> {
    let root = Root::open(root).map_err(|error| error.message)?.staged_in(staging);
    let text = root.read(path).map_err(|error| error.message)?;
    let text = with_status(&text, status)?;
    root.write(path, &text).map_err(|error| error.message)
}

/// Writes the status into a PRP document that git does not track yet: it is the only copy, so it is edited in place.
pub(crate) fn write_status(dispatcher: &mut Dispatcher, item: usize, status: ItemStatus) {
    let Some(active) = &dispatcher.active else { return };
    let Some(integration) = &active.integration else { return };
    if active.options.no_merge && status == ItemStatus::Completed {
        // Done, but not where anybody finds it: the next run merges the branch and says so then.
        return;
    }
    let id = active.id(item);
    let Some(path) = active.graph.documents.get(&id) else { return };
    let status = match status {
        ItemStatus::Completed => Status::Completed,
        ItemStatus::Partial | ItemStatus::Unproven | ItemStatus::Conflict => Status::Partial,
        ItemStatus::Failed => Status::Failed,
        ItemStatus::Blocked => Status::Blocked,
        ItemStatus::Cancelled | ItemStatus::Pending => return,
    };
    let root = integration.repo.root();
    let relative = path.strip_prefix(root).unwrap_or(path);
    let name = relative.to_string_lossy();
    if integration.repo.tracked(&integration.branch, relative).unwrap_or(true) {
        return;
    }
    if let Err(reason) = edit_in_place(root, dispatcher.settings.staging(), relative, status) {
        let text = format!("the status of `{name}` was not changed: {reason}");
        dispatcher.events.emit(EventKind::Note { item: Some(id), text });
    }
}
