//! What can be written into a frontmatter, and why an edit is refused.

use crate::model::problem::Problem;

/// A new value of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    Text(String),
    Number(f64),
    List(Vec<String>),
    Null,
    /// The key goes away.
    Remove,
}

impl From<&str> for FieldValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for FieldValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for FieldValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for FieldValue {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl From<Vec<String>> for FieldValue {
    fn from(list: Vec<String>) -> Self {
        Self::List(list)
    }
}

/// The text stays as it is.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EditError {
    /// The frontmatter has errors of its own; they come with it.
    #[error("the frontmatter cannot be read and is not edited: {}", .0.first().map_or("", |problem| problem.message.as_str()))]
    Unreadable(Vec<Problem>),
    /// This value of this key cannot be replaced without touching more than its lines.
    #[error("`{key}` is not edited: {reason}")]
    Refused { key: String, reason: &'static str },
    /// The edited text does not read back as it should.
    #[error("`{key}` is not edited: the result would not read back as written")]
    Damaged { key: String },
}

impl EditError {
    pub(super) fn refused(key: &str, reason: &'static str) -> Self {
        Self::Refused { key: key.to_owned(), reason }
    }
}
