//! A document as the readers of both kinds take it: decoded, with its frontmatter and its outline.

use super::text::frontmatter::{Frontmatter, frontmatter};
use super::text::reading::Reading;
use super::text::source::{bom, decode};
use crate::model::problem::Problem;

/// What is known of a document before anybody asks what kind it is.
pub(crate) struct Opened {
    pub(crate) text: String,
    pub(crate) front: Option<Frontmatter>,
    pub(crate) reading: Reading,
}

impl Opened {
    /// Decodes a document and finds its parts.
    pub(crate) fn of(bytes: &[u8], problems: &mut Vec<Problem>) -> Self {
        let text = decode(bytes, problems);
        let front = frontmatter(&text, problems);
        let body = front.as_ref().map_or_else(|| bom(&text), |front| front.span.end);
        let reading = Reading::new(&text, body);
        Self { text, front, reading }
    }

    /// Returns where the body begins.
    pub(crate) fn body(&self) -> usize {
        self.front.as_ref().map_or_else(|| bom(&self.text), |front| front.span.end)
    }
}
