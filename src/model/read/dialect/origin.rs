//! Where a work package comes from that has no document of its own.

use std::path::PathBuf;

use super::companion::Companion;
use super::format::Format;

/// The item of another tool's list that a work package was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemOrigin {
    pub format: Format,
    /// As the dialect has it.
    pub label: String,
    /// What says in the dialect that it is done; `None` where the dialect has no such mark.
    pub mark: Option<MarkTarget>,
    /// What was assumed about the list, one sentence each.
    pub assumed: Vec<String>,
}

/// What is to be marked as done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkTarget {
    pub format: Format,
    /// The document of the item.
    pub document: PathBuf,
    /// The document that has the mark; mostly the same.
    pub path: PathBuf,
    /// Label of the item; `None` for the whole document.
    pub label: Option<String>,
    /// Title of the item, by which it is found again when the list was numbered anew.
    pub title: String,
    /// Documents without which the list cannot be read again.
    pub beside: Vec<Companion>,
    /// Optional parts were carried out too.
    pub with_optional: bool,
}
