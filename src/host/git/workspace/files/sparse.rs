//! Sparse checkouts: a workspace has the files that the user's checkout has, those that the item declares, and what its
//! commit has made beyond the user's: work that nobody sees is neither built on nor validated.

use std::collections::BTreeSet;
use std::fs;

use crate::error::Result;
use crate::host::failpoint;
use crate::host::git::plumbing::diff;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::agent::config::{self, Setting};
use crate::host::git::workspace::place::space::Workspace;

/// Gives a workspace the patterns of the user's checkout, widened to what is declared and to what `commit` brings.
pub(crate) fn carry(work: &Workspace, settings: &[Setting], declared: &[String], commit: &str) -> Result<()> {
    if !config::is_true(settings, "core.sparsecheckout") {
        return Ok(());
    }
    let declared: Vec<String> = declared.iter().cloned().chain(brought(&work.repo, commit)?).collect();
    let declared = declared.as_slice();
    let Ok(patterns) = fs::read_to_string(work.repo.git_dir().join("info/sparse-checkout")) else { return Ok(()) };
    let cone = config::value(settings, "core.sparsecheckoutcone")
        .is_none_or(|_| config::is_true(settings, "core.sparsecheckoutcone"));
    let folders = declared.iter().filter_map(|path| Some((literal_folder(path)?, path.contains("**"))));
    let patterns = if cone { widened(&patterns, folders) } else { appended(patterns, declared) };
    let write = || {
        fs::write(work.file("info/sparse-checkout"), patterns)?;
        // Where the project allows settings for one checkout, that is where these stand.
        let sparse_index = config::is_true(settings, "index.sparse");
        let text = format!(
            "[core]\n\tsparseCheckout = true\n\tsparseCheckoutCone = {cone}\n[index]\n\tsparse = {sparse_index}\n"
        );
        fs::write(work.file("config.worktree"), text)
    };
    failpoint::around("workspace.sparse", write).map_err(|e| Workspace::failed("write into", &work.dir, &e))
}

/// Returns the files in which a commit differs from what the user's checkout and it have in common.
fn brought(repo: &Repo, commit: &str) -> Result<Vec<String>> {
    let Some(common) = repo.merge_base(&repo.head()?, commit)? else { return Ok(Vec::new()) };
    diff::files(repo, &common, commit)
}

/// Returns the folder of a path up to its first wildcard; empty for a file at the top.
fn literal_folder(path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").trim_start_matches('/');
    let literal = &path[..path.find(['*', '?', '[']).unwrap_or(path.len())];
    literal.rsplit_once('/').map(|(folder, _)| folder.to_owned())
}

/// Adds folders to the patterns of a cone: each with all that is in it, and the files of those around it. Of a folder
/// whose own files are there already, the rest is added only where that is asked for.
fn widened(patterns: &str, folders: impl Iterator<Item = (String, bool)>) -> String {
    let lines: Vec<&str> = patterns.lines().collect();
    let (mut whole, mut parents) = (BTreeSet::new(), BTreeSet::new());
    for folder in lines.iter().filter_map(|line| line.strip_prefix('/')?.strip_suffix('/')) {
        let is_parent = lines.contains(&format!("!/{folder}/*/").as_str());
        if is_parent { &mut parents } else { &mut whole }.insert(folder.to_owned());
    }
    for (folder, deep) in folders {
        if deep || !parents.contains(&folder) {
            parents.extend(folder.match_indices('/').map(|(at, _)| folder[..at].to_owned()));
            whole.insert(folder);
        }
    }
    let is_inside = |folder: &str| folder.match_indices('/').any(|(at, _)| whole.contains(&folder[..at]));
    let mut text = "/*\n!/*/\n".to_owned();
    for folder in whole.union(&parents).filter(|folder| !is_inside(folder)) {
        text.extend(["/", folder, "/\n"]);
        if !whole.contains(folder) {
            text.extend(["!/", folder, "/*/\n"]);
        }
    }
    text
}

/// Adds paths to patterns of any kind: the last one that matches decides.
fn appended(mut patterns: String, declared: &[String]) -> String {
    for path in declared {
        patterns.extend(["\n/", path.trim_start_matches("./")]);
    }
    patterns.push('\n');
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cone_gets_what_is_declared_and_loses_nothing() {
        let cone = "/*\n!/*/\n/a/\n!/a/*/\n/a/b/\n/docs/\n";
        let add = |paths: &[&str]| {
            widened(cone, paths.iter().filter_map(|path| Some((literal_folder(path)?, path.contains("**")))))
        };
        assert_eq!(add(&[]), cone);
        assert_eq!(add(&["README.md", "docs/deep/x", "a/b/c", "a/f"]), cone);
        assert_eq!(add(&["./x/y/z.rs", "x/*.py"]), "/*\n!/*/\n/a/\n!/a/*/\n/a/b/\n/docs/\n/x/\n!/x/*/\n/x/y/\n");
        assert_eq!(add(&["a/c/d/e"]), "/*\n!/*/\n/a/\n!/a/*/\n/a/b/\n/a/c/\n!/a/c/*/\n/a/c/d/\n/docs/\n");
        assert_eq!(add(&["a/**/e"]), "/*\n!/*/\n/a/\n/docs/\n");
    }
}
