//! Applies all rules to an item.

use super::check;
use super::finding::Outcome;
use super::input::Input;
use super::policy::Policy;
use super::scene::Scene;
use super::{secret, test};
use crate::model::pattern::DeclaredFile;

/// Looks at everything that the merge of an item would bring.
pub fn inspect(input: &Input, policy: &Policy) -> Outcome {
    let state_files = format!("{}/tmp", input.state);
    let left_out = input.set_up.iter().chain([&input.document, &state_files]).filter(|path| !path.is_empty());
    let left_out: Vec<DeclaredFile> = left_out.map(|path| DeclaredFile::new(path)).collect();
    let is_left_out = |path: &str| policy.ignores(path) || left_out.iter().any(|pattern| pattern.matches(path));
    let is_kept = |path: &str| !is_left_out(path) || path == input.document && !policy.ignores(path);
    let mut scene = Scene {
        input,
        policy,
        changes: input.changes.iter().filter(|change| !is_left_out(&change.path)).collect(),
        document: input.changes.iter().find(|change| change.path == input.document && !policy.ignores(&change.path)),
        passing: input.passing.iter().filter(|passing| is_kept(&passing.change.path)).collect(),
        declared: input.declared.iter().map(|path| DeclaredFile::new(path)).collect(),
        findings: Vec::new(),
    };
    check::ownership(&mut scene);
    check::own_document(&mut scene);
    check::commits(&mut scene);
    check::gates(&mut scene);
    check::places(&mut scene);
    check::contents(&mut scene);
    check::suppressions(&mut scene);
    test::check(&mut scene);
    secret::check(&mut scene);
    Outcome::of(scene.findings)
}
