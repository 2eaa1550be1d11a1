//! Applies all rules to an item.

use super::change::Change;
use super::check;
use super::finding::{Finding, Outcome};
use super::input::Input;
use super::policy::Policy;
use super::{secret, test};
use crate::model::guard::Level;
use crate::model::pattern::DeclaredFile;

/// An item as the rules look at it.
pub(super) struct Scene<'a> {
    pub(super) input: &'a Input,
    pub(super) policy: &'a Policy,
    /// What is looked at: without the item's own document, the folder of state, what set-up made and what is ignored.
    pub(super) changes: Vec<&'a Change>,
    declared: Vec<DeclaredFile>,
    findings: Vec<Finding>,
}

/// Looks at everything that the merge of an item would bring.
pub fn inspect(input: &Input, policy: &Policy) -> Outcome {
    let state_files = format!("{}/tmp", input.state);
    let left_out = input.set_up.iter().chain([&input.document, &state_files]).filter(|path| !path.is_empty());
    let left_out: Vec<DeclaredFile> = left_out.map(|path| DeclaredFile::new(path)).collect();
    let is_left_out = |path: &str| policy.ignores(path) || left_out.iter().any(|pattern| pattern.matches(path));
    let mut scene = Scene {
        input,
        policy,
        changes: input.changes.iter().filter(|change| !is_left_out(&change.path)).collect(),
        declared: input.declared.iter().map(|path| DeclaredFile::new(path)).collect(),
        findings: Vec::new(),
    };
    check::ownership(&mut scene);
    check::commits(&mut scene);
    check::gates(&mut scene);
    check::places(&mut scene);
    check::contents(&mut scene);
    test::check(&mut scene);
    secret::check(&mut scene);
    Outcome::of(scene.findings)
}

impl Scene<'_> {
    /// Tells whether the item declares a path.
    pub(super) fn declares(&self, path: &str) -> bool {
        self.declared.iter().any(|pattern| pattern.matches(path))
    }

    /// Adds a finding at the level of its rule.
    pub(super) fn find(&mut self, rule: &'static str, path: &str, line: Option<usize>, reason: String) {
        self.find_at(rule, Level::Refuse, path, line, reason, None);
    }

    /// Adds a note, whatever the level of its rule, unless that is off.
    pub(super) fn note(&mut self, rule: &'static str, path: &str, line: Option<usize>, reason: String) {
        self.find_at(rule, Level::Note, path, line, reason, None);
    }

    /// Adds a finding at the level of its rule or `most`, whichever is less.
    pub(super) fn find_at(
        &mut self,
        rule: &'static str,
        most: Level,
        path: &str,
        line: Option<usize>,
        reason: String,
        excerpt: Option<String>,
    ) {
        let level = self.policy.level(rule).min(most);
        if level != Level::Off {
            let excerpt = excerpt.map(|line| secret::masked(&line));
            self.findings.push(Finding { rule, level, path: path.to_owned(), line, reason, excerpt });
        }
    }
}
