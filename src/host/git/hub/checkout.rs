//! The project on the machine of a worker: a clone of what the lease brings, with the documents as the orchestrator has
//! them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::adopt::{self, Foreign};
use super::names;
use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::refs::{self, RefChange};
use crate::host::git::plumbing::repo::{GitPolicy, Repo};
use crate::host::git::plumbing::run::Git;
use crate::host::lock::Lock;
use crate::host::{failpoint, state};
use crate::model::worker::WorkerSpec;

/// Longest wait for another worker that fetches from the same hub.
const OTHERS: Duration = Duration::from_secs(1800);
/// Longest silence of git while it fetches or checks out.
const SILENCE: Duration = Duration::from_secs(300);

/// The lease in the repository of a worker.
const HERE: &str = "refs/batchprp/hub/lease/";

/// Makes the repository of an attempt in a folder that is not there yet; `cache` is shared by the attempts on this
/// machine.
pub fn make(folder: &Path, cache: &Path, spec: &WorkerSpec) -> Result<Repo> {
    let store = cached(cache, spec)?;
    failpoint::around("worker.clone", || fs::create_dir(folder)).map_err(|e| unwritable(folder, &e))?;
    let format = format!("--object-format={}", if spec.base.len() > 40 { "sha256" } else { "sha1" });
    Git::new(folder, GitPolicy::default()).args(["init", "--quiet", &format]).ok()?;
    let git = || Git::new(folder, GitPolicy::default());
    git().args(["config", "remote.origin.url", &spec.hub]).ok()?;
    git().args(["config", "remote.origin.fetch", "+refs/heads/*:refs/remotes/origin/*"]).ok()?;
    let refspec = format!("+{}:{HERE}{}", names::lease(&spec.item), spec.item);
    let fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--"];
    git().silence(SILENCE).args(fetch).args([store.as_os_str(), refspec.as_ref()]).ok()?;
    let found = git().args(["rev-parse", &format!("{HERE}{}", spec.item)]).text()?;
    if found != spec.lease {
        return Err(taken(spec));
    }
    git().silence(SILENCE).args(["checkout", "--quiet", "--detach", &spec.documents]).ok()?;
    // The documents stay as files that are not committed, as they are in the checkout of the orchestrator.
    git().args(["reset", "--quiet", "--mixed", &spec.base]).ok()?;
    let repo = Repo::open(folder, GitPolicy::default())?;
    let change = RefChange::default()
        .create(&refs::base(&spec.batch_branch), &spec.base)
        .create(&refs::batch(&spec.batch_branch), &spec.batch_tip)
        .create(&refs::head(&spec.batch_branch), &spec.batch_tip)
        .create(&refs::base(&spec.branch), &spec.item_base)
        .create(&refs::item(&spec.branch), &spec.tip)
        .create(&refs::head(&spec.branch), &spec.tip);
    change.must(&repo, "batchprp: worker")?;
    let foreign = Foreign {
        branch: &spec.branch,
        base: &spec.item_base,
        tip: &spec.tip,
        proof: spec.proof.as_deref(),
        batch_branch: &spec.batch_branch,
    };
    adopt::adopt(&repo, &foreign)?;
    Ok(repo)
}

/// Fetches the lease of the attempt into the cache of this machine. Returns the repository that is the cache.
fn cached(cache: &Path, spec: &WorkerSpec) -> Result<PathBuf> {
    let name = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, spec.hub.as_bytes()).simple().to_string();
    let store = cache.join(format!("{name}.git"));
    state::private_dir(cache).map_err(|e| unwritable(cache, &e))?;
    let _alone = Lock::repository(cache, &name, OTHERS)?;
    let git = || Git::new(cache, GitPolicy::default());
    if !store.join("HEAD").exists() {
        let format = format!("--object-format={}", if spec.base.len() > 40 { "sha256" } else { "sha1" });
        let store = store.as_os_str();
        git().args(["init", "--quiet", "--bare", &format, "--"]).args([store]).ok()?;
    }
    let lease = names::lease(&spec.item);
    let fetch = ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--", &spec.hub];
    let git = Git::new(&store, GitPolicy::default()).set("fetch.fsckObjects=true").silence(SILENCE);
    let output = git.args(fetch).args([format!("+{lease}:{lease}")]).changes(&store).run()?;
    if output.code == 0 {
        return Ok(store);
    }
    if output.stderr.contains("couldn't find remote ref") {
        return Err(taken(spec));
    }
    let last = output.stderr.lines().last().unwrap_or_default();
    Err(Error::new(ExitCode::Remote, format!("the hub `{}` does not answer: {last}", spec.hub))
        .help(format!("try it on this machine: `git ls-remote {}`", spec.hub)))
}

/// Somebody else has the attempt, or nobody wants it any more.
fn taken(spec: &WorkerSpec) -> Error {
    let text = format!("attempt {} of {} of run {} is not to be begun", spec.attempt, spec.item, spec.run);
    Error::new(ExitCode::GitRefuses, text).help("another worker has begun it, or the run does not want it any more")
}

fn unwritable(folder: &Path, error: &std::io::Error) -> Error {
    Error::new(ExitCode::Config, format!("cannot write into `{}`: {error}", folder.display()))
        .help("`--home` names another folder for workers")
}
