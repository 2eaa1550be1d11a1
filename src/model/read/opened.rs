//! A document as the readers of both kinds take it: decoded, with its frontmatter and its outline.

use super::frontmatter::{Frontmatter, frontmatter};
use super::reading::Reading;
use super::source::{bom, decode};
use crate::model::problem::Problem;

/// What is known of a document before anybody asks what kind it is.
pub(super) struct Opened {
    pub(super) text: String,
    pub(super) front: Option<Frontmatter>,
    pub(super) reading: Reading,
}

impl Opened {
    /// Decodes a document and finds its parts.
    pub(super) fn of(bytes: &[u8], problems: &mut Vec<Problem>) -> Self {
        let text = decode(bytes, problems);
        let front = frontmatter(&text, problems);
        let body = front.as_ref().map_or_else(|| bom(&text), |front| front.span.end);
        let reading = Reading::new(&text, body);
        Self { text, front, reading }
    }

    /// Returns where the body begins.
    pub(super) fn body(&self) -> usize {
        self.front.as_ref().map_or_else(|| bom(&self.text), |front| front.span.end)
    }
}
