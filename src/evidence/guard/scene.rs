//! An item as the rules look at it, and what they find.

use super::change::{Change, File, Passing};
use super::finding::Finding;
use super::input::Input;
use super::policy::Policy;
use super::secret;
use crate::model::guard::Level;
use crate::model::pattern::DeclaredFile;

/// An item as the rules look at it.
pub(super) struct Scene<'a> {
    pub(super) input: &'a Input,
    pub(super) policy: &'a Policy,
    /// What is looked at: without the item's own document, the folder of state, what set-up made and what is ignored.
    pub(super) changes: Vec<&'a Change>,
    /// The item's own document, which it may change, but for what is never merged.
    pub(super) document: Option<&'a Change>,
    /// Of what commits brought and took away again, the same.
    pub(super) passing: Vec<&'a Passing>,
    pub(super) declared: Vec<DeclaredFile>,
    pub(super) findings: Vec<Finding>,
}

impl Scene<'_> {
    /// Tells whether the item declares a path.
    pub(super) fn declares(&self, path: &str) -> bool {
        self.declared.iter().any(|pattern| pattern.matches(path)) || self.declares_inside(path)
    }

    /// Tells whether the item declares this very path. A folder or a glob says too little about the file of another item.
    pub(super) fn names(&self, path: &str) -> bool {
        self.input.declared.iter().any(|declared| is_plain(declared, path)) || self.declares_inside(path)
    }

    /// Tells whether the item declares something inside of a submodule, which then moves.
    fn declares_inside(&self, path: &str) -> bool {
        let is_module = |file: &Option<File>| matches!(file, Some(File::Module { .. }));
        let inside = |declared: &String| {
            declared.trim().trim_start_matches("./").strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
        };
        self.changes.iter().any(|change| change.path == path && is_module(&change.old) && is_module(&change.new))
            && self.input.declared.iter().any(inside)
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

/// Tells whether a declared path is this very one.
pub(super) fn is_plain(declared: &str, path: &str) -> bool {
    declared.trim().trim_start_matches("./") == path
}
