//! The problems that are found in one text.

use crate::model::problem::Problem;

use super::super::position;

/// Collects problems of one text.
pub(super) struct Notes<'t> {
    text: &'t str,
    pub(super) problems: Vec<Problem>,
}

impl<'t> Notes<'t> {
    /// Collects nothing yet.
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new() }
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    /// Adds a problem at a position.
    pub(super) fn add(&mut self, mut problem: Problem, at: rhai::Position) {
        problem.span = position::span(self.text, at);
        self.problems.push(problem);
    }
}
