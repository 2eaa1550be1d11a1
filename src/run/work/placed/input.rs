//! What a worker gets: a lease at the hub with everything that it needs, and a spec that names it.

use std::path::{Path, PathBuf};

use super::order::PlaceOrder;
use crate::bridge::PlacedAttempt;
use crate::error::{Error, ExitCode, Result};
use crate::event::SCHEMA_VERSION;
use crate::host::git::hub::documents;
use crate::host::git::hub::names as hub_names;
use crate::host::git::hub::talk::{Hub, HubChange, HubMoved};
use crate::host::git::plumbing::refs;
use crate::host::git::workspace::branch::Start;
use crate::host::state;
use crate::model::worker::{AttemptLease, AttemptState, WorkerSpec, job_name};
use crate::run::shared::names;

/// What of our own folder belongs to the project.
const OWN: [&str; 8] = ["batchprp.toml", "commands", "agents", "formats", "subagents", "executors", "hooks", "stdlib"];
/// Where our notes are.
const NOTES: &str = "refs/notes/batchprp";

/// Returns where the spec of an attempt is kept.
pub(crate) fn spec_file(directory: &Path, item: &str, attempt: u32) -> PathBuf {
    directory.join("placed").join(format!("{}.a{attempt}.json", names::file_name(item)))
}

/// Puts a new attempt to the hub. No engine knows of it yet.
pub(crate) fn submit(order: &PlaceOrder, hub: &Hub, begins: &Start) -> Result<PlacedAttempt> {
    let (repo, item) = (&hub.repo, &order.attempt.item);
    let integration = &order.integration;
    let batch_tip = repo.resolve(&refs::head(&integration.branch))?;
    let proof = refs::read(repo, NOTES)?;
    let documents = documents::commit(repo, &integration.base, &paths(order))?;
    let nonce = uuid::Uuid::new_v4().to_string();
    let lease = AttemptLease {
        run: order.run.clone(),
        item: item.clone(),
        attempt: order.number,
        nonce: nonce.clone(),
        state: AttemptState::Submitted,
        node: None,
        count: 0,
        base: begins.base.clone(),
        tip: begins.tip.clone(),
        proof: proof.clone(),
        events: None,
        record: None,
    };
    let commit = hub.write(&lease, &[&integration.base, &batch_tip, &documents])?;
    let spec = WorkerSpec {
        schema_version: SCHEMA_VERSION,
        run: order.run.clone(),
        batch: order.batch,
        item: item.clone(),
        attempt: order.number,
        hub: hub.address.clone(),
        lease: commit.clone(),
        base: integration.base.clone(),
        batch_branch: integration.branch.clone(),
        batch_tip,
        branch: names::parse(item)?.branch(),
        item_base: begins.base.clone(),
        tip: begins.tip.clone(),
        proof,
        documents,
        script: order.script.clone(),
        args: order.args.clone(),
        lease_s: order.executor.lease.as_secs_f64(),
        nonce: nonce.clone(),
        agent: order.agent.clone(),
    };
    let text = serde_json::to_string(&spec)
        .map_err(|e| Error::new(ExitCode::Internal, format!("cannot write the spec of {item}: {e}")))?;
    // The spec is on the disk before anybody can see the attempt: a later run can submit it again.
    let file = spec_file(&order.directory, item, order.number);
    let kept = file.parent().map_or(Ok(()), state::private_dir);
    kept.and_then(|()| state::write_private(&file, text.as_bytes())).map_err(|error| {
        Error::new(ExitCode::Config, format!("cannot write `{}`: {error}", file.display()))
            .help("every run keeps its files there; free space or mend the permissions")
    })?;
    let swap = HubChange::Swap { name: hub_names::lease(item), from: None, to: Some(commit.clone()) };
    let branch = hub_names::attempt(&order.run, item, order.number);
    if hub.push(&[swap, HubChange::Put { name: branch, to: begins.tip.clone() }])? == HubMoved::Raced {
        return Err(Error::new(ExitCode::Remote, format!("somebody else took {item} at `{}`", hub.address))
            .help("one orchestrator at a time works on a batch; see who it is, and run the command again"));
    }
    Ok(PlacedAttempt {
        name: job_name(&order.run, item, order.number),
        run: order.run.clone(),
        attempt: order.number,
        spec: text,
        nonce,
        lease: commit,
        since: None,
        began: false,
        leaving: false,
        recalled: false,
        events: None,
        seat: None,
        given_up: order.given_up.clone(),
    })
}

/// Returns what a worker needs besides the commits: documents and scripts as they lie in the checkout.
fn paths(order: &PlaceOrder) -> Vec<PathBuf> {
    let settings = &order.settings;
    let own = OWN.iter().map(|name| settings.state.join(name));
    let below = |path: PathBuf| path.strip_prefix(&settings.root).map(Path::to_owned).unwrap_or(path);
    [settings.requests.clone(), settings.executed.clone()].into_iter().chain(own.map(below)).collect()
}
