//! What an adapter found of its program.

use serde::Deserialize;

/// What `detect()` found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Detected {
    /// Path or name of the program.
    pub(crate) program: String,
    #[serde(default)]
    pub(crate) version: Option<String>,
}
