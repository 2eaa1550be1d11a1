//! Which project this is, what its repository is like, and what its configuration says.

use std::path::{Path, PathBuf};

use super::check::Check;
use super::machine::output;
use crate::config::{Config, SettingOrigin};
use crate::host::project::Project;

/// Says which folder is the project, why, and what was passed over on the way to it.
pub(super) fn found(found: &Project) -> Vec<Check> {
    let ignored = found.ignored.iter().map(|ignored| {
        let text = format!("{} is passed over: {}", ignored.path.display(), ignored.reason);
        Check::warning("project", text, "remove it, or name its folder with -C when you trust it")
    });
    let own = match found.obeyed() {
        Ok(()) => Check::good("project", format!("{} ({})", found.root.display(), found.reason)),
        Err(error) => Check::refused("project", error),
    };
    ignored.chain([own]).collect()
}

pub(super) fn repository(root: &Path) -> Check {
    if output(root, &["rev-parse", "--git-common-dir"]).is_none() {
        return Check::bad("repository", "not a git repository", "run `git init`, or work in a repository with -C");
    }
    match output(root, &["rev-parse", "--short", "HEAD"]) {
        Some(head) => Check::good("repository", format!("{} at {head}", root.display())),
        None => Check::bad("repository", "no commit yet", "make a first commit: batches start from a commit"),
    }
}

/// Says what of git this repository uses that changes how a batch works.
pub(super) fn features(root: &Path) -> Check {
    let is = |key: &str| output(root, &["config", "--type=bool", "--get", key]).as_deref() == Some("true");
    let has = |key: &str| output(root, &["config", "--get", key]).is_some_and(|value| !value.is_empty());
    let says = |what: &str| output(root, &["rev-parse", what]).is_some_and(|answer| answer == "true");
    let told = [
        (says("--is-shallow-repository"), "a shallow clone: history ends where it was cut"),
        (has("extensions.partialClone"), "a partial clone: what is missing is fetched when it is read"),
        (is("core.sparseCheckout"), "a sparse checkout: workspaces have all files"),
        (has("core.hooksPath"), "hooks of its own: they run with `git.hooks` only"),
        (is("commit.gpgSign"), "signed commits: ours are signed with `git.sign` only"),
    ];
    let mut parts: Vec<String> = told.iter().filter(|(is, _)| *is).map(|(_, text)| (*text).to_owned()).collect();
    let given = |key: &str, variable: &str| {
        let own = std::env::var(variable).ok().filter(|value| !value.is_empty());
        own.or_else(|| output(root, &["config", "--get", key]))
    };
    let who = given("user.name", "GIT_COMMITTER_NAME").zip(given("user.email", "GIT_COMMITTER_EMAIL"));
    let is_known = who.is_some();
    parts.insert(
        0,
        who.map_or_else(|| "batchprp makes the commits".to_owned(), |(name, _)| format!("commits by {name}")),
    );
    if !is_known {
        let help = "git config user.name 'YOUR NAME' && git config user.email YOU@EXAMPLE.ORG";
        return Check::warning("git features", format!("git does not know you: {}", parts.join("; ")), help);
    }
    Check::good("git features", parts.join("; "))
}

/// Says where the configuration comes from.
pub(super) fn configuration(config: &Config) -> Check {
    let entries = config.entries();
    let from = |is: fn(&SettingOrigin) -> bool| entries.values().filter(|entry| is(&entry.origin)).count();
    let parts = [
        (from(|origin| matches!(origin, SettingOrigin::ProjectFile(_))), "the project"),
        (from(|origin| matches!(origin, SettingOrigin::UserFile(_))), "your own file"),
        (from(|origin| matches!(origin, SettingOrigin::Environment(_))), "the environment"),
    ];
    let said: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, place)| format!("{count} from {place}")).collect();
    let notes = if said.is_empty() { "all keys have their defaults".to_owned() } else { said.join(", ") };
    Check::good("configuration", format!("no problems ({notes})"))
}

pub(super) fn worktrees(root: &Path, config: &Config) -> PathBuf {
    let repo = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    root.join(config.paths.worktrees.replace("{repo}", &repo))
}
