//! One numbered phase of a PRP.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// A phase as the document states it. Whether it is done is for git to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Phase {
    /// The label as written: `1`, `2A`, `2.5`, `10.1`.
    pub label: String,
    /// Order of appearance, from 1.
    pub ordinal: u32,
    pub title: String,
    /// The duration in the heading, in minutes.
    pub minutes: Option<f64>,
    /// Line of the heading in the file, from 1, frontmatter included.
    pub line: usize,
    /// The heading line.
    pub heading: Range<usize>,
    /// Heading and body, up to the next phase or section.
    pub span: Range<usize>,
}
