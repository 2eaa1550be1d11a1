//! Claims that the facts do not bear out. They are told beside any verdict.

use super::claims::{Claims, Word};
use super::seen::Seen;
use super::words::files;
use crate::model::pattern::DeclaredFile;

/// So many letters of a commit id are a name for it.
const SHORTEST_ID: usize = 7;

/// Lists what an agent says and nothing shows.
pub(super) fn disagreements(seen: &Seen<'_>) -> Vec<String> {
    let mut told = Vec::new();
    if let Some(claims) = &seen.facts.claims {
        about(seen, claims, &mut told);
    }
    let declared: Vec<DeclaredFile> = seen.facts.declared.iter().map(|path| DeclaredFile::new(path)).collect();
    let meets = |path: &str| declared.iter().any(|pattern| pattern.matches(path));
    if !declared.is_empty() && !seen.work.is_empty() && !seen.work.iter().any(|path| meets(path)) {
        told.push(format!("of the declared files none changed, only {}", files(&seen.work)));
    }
    told
}

fn about(seen: &Seen<'_>, claims: &Claims, told: &mut Vec<String>) {
    let facts = seen.facts;
    if let Some(item) = claims.item.as_ref().filter(|item| !same_item(item, &facts.item)) {
        told.push(format!("`result.json` is about `{item}`"));
    }
    if let Some(status) = &claims.unknown_status {
        told.push(format!("`result.json` has the status `{status}`, which is none of the known words"));
    }
    let claimed: Vec<&str> = claims.files.iter().map(|path| relative(path, &facts.worktree)).collect();
    let changed = |path: &&str| {
        let pattern = DeclaredFile::new(path);
        seen.work.iter().any(|work| pattern.matches(work)) || facts.earlier.iter().any(|file| pattern.matches(file))
    };
    let excluded = |path: &&str| facts.excluded.iter().any(|excluded| DeclaredFile::new(excluded).matches(path));
    let missing: Vec<&str> = claimed.into_iter().filter(|path| !changed(path) && !excluded(path)).collect();
    if !missing.is_empty() {
        told.push(format!("the agent names {} as changed, but git shows no change of it", files(&missing)));
    }
    let known = |id: &str| {
        id.len() >= SHORTEST_ID && facts.commits.iter().any(|commit| commit.starts_with(id) || id.starts_with(commit))
    };
    // `abc1234 the subject` is an id too.
    let id = |text: &str| text.split_whitespace().next().unwrap_or_default().to_lowercase();
    let missing: Vec<&str> = claims.commits.iter().filter(|text| !known(&id(text))).map(String::as_str).collect();
    if !missing.is_empty() {
        told.push(format!("the agent names the commit {}, which git does not have on its branch", files(&missing)));
    }
    if claims.word == Some(Word::Done) && !claims.errors.is_empty() {
        told.push(format!("the agent says that it is done and lists errors: {}", claims.errors.join("; ")));
    }
    if claims.word != Some(Word::Failed) && !claims.failed_levels.is_empty() {
        told.push(format!("the agent says that its own validation failed: {}", claims.failed_levels.join(", ")));
    }
    if claims.no_changes.is_some() && !seen.work.is_empty() {
        told.push(format!("the agent says that no change was needed, and changed {}", files(&seen.work)));
    }
}

/// `47.2.1` is `PRP-47.2.1`, and a name with a slug behind the id is too.
fn same_item(claimed: &str, item: &str) -> bool {
    let bare = |text: &str| text.trim().to_uppercase().trim_start_matches("PRP-").to_owned();
    let (claimed, item) = (bare(claimed), bare(item));
    claimed == item || claimed.strip_prefix(&item).is_some_and(|rest| rest.starts_with('-'))
}

fn relative<'a>(path: &'a str, worktree: &str) -> &'a str {
    let inside = path.strip_prefix(worktree).filter(|_| !worktree.is_empty());
    inside.map_or(path, |path| path.trim_start_matches('/')).trim_start_matches("./")
}
