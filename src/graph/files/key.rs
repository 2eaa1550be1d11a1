//! One of the patterns that items declare.

use std::borrow::Cow;

/// A distinct pattern, named by its index.
#[derive(Clone, Debug)]
pub(super) struct FileKey<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) glob: bool,
    /// Written as a directory, or something else that is declared is below it.
    pub(super) directory: bool,
    /// Wider patterns that overlap with this one: directories above it, globs. Each overlap stands on one side only.
    pub(super) over: Vec<usize>,
}

impl FileKey<'_> {
    /// Returns the pattern for people.
    pub(super) fn shown(&self) -> &str {
        if self.text.is_empty() { "." } else { &self.text }
    }
}
