//! What a person should know before a batch starts: the checkout is not what the batch starts from.

use std::path::Path;

use crate::bridge::RunGraph;
use crate::error::Result;
use crate::event::EventKind;
use crate::host::git::plumbing::repo::Repo;
use crate::run::settings::Settings;

/// Says that no branch follows a base that HEAD names by itself; `None` when HEAD is on a branch.
pub(crate) fn detached(repo: &Repo) -> Result<Option<EventKind>> {
    if repo.head_branch()?.is_some() {
        return Ok(None);
    }
    let text = "HEAD is detached: the batch starts there, on no branch; `git switch -c NAME` makes one of it";
    Ok(Some(EventKind::warning(None, text.to_owned())))
}

/// Names the PRPs whose text differs from the base commit, and, once, what else is not committed.
pub(crate) fn notes(settings: &Settings, repo: &Repo, base: &str, graph: &RunGraph) -> Result<Vec<EventKind>> {
    let mut notes = Vec::new();
    let mut documents = Vec::new();
    for (item, path) in &graph.documents {
        let path = path.strip_prefix(repo.root()).unwrap_or(path);
        // What no commit holds yet is the only copy and differs from nothing.
        if repo.tracked(base, path)? {
            documents.push((item, path));
        }
    }
    let differing = repo.differing(&documents.iter().map(|(_, path)| path).collect::<Vec<_>>(), base)?;
    for (item, path) in documents.iter().filter(|(_, path)| differing.iter().any(|other| Path::new(other) == *path)) {
        let text = format!("the text of `{}` is not the one of the base commit: it is used as it is", path.display());
        notes.push(EventKind::warning(Some((*item).clone()), text));
    }
    let documents = [&settings.requests, &settings.executed];
    let is_elsewhere = |name: &String| {
        let path = Path::new(name);
        !documents.iter().any(|folder| path.starts_with(folder))
            && !settings.root.join(path).starts_with(&settings.state)
    };
    let others: Vec<String> = repo.status()?.into_iter().filter(is_elsewhere).collect();
    if let Some(first) = others.first() {
        let text = match others.len() {
            1 => format!("`{first}` has uncommitted changes, which are not part of the batch"),
            n => format!("{n} files such as `{first}` have uncommitted changes, which are not part of the batch"),
        };
        notes.push(EventKind::warning(None, text));
    }
    Ok(notes)
}
