//! A document beside the one that is read.

use std::path::PathBuf;

/// Such a document, as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Companion {
    pub path: PathBuf,
    /// `None` where only its being there counts.
    pub text: Option<String>,
}
