//! The status in the frontmatter of a PRP document.

use crate::host::clock;
use crate::model::edit;
use crate::model::status::Status;

/// Turns the text of a tracked PRP into the one that belongs on the batch branch, in the merge of its item. A document
/// that git does not track is its user's only copy: it keeps every byte, and its status is in the journal.
pub(crate) fn completed(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let today = edit::FieldValue::from(clock::now()[..10].to_owned());
    let changes = [
        ("status", edit::FieldValue::from(Status::Completed.as_str())),
        ("completed", edit::FieldValue::from(clock::now())),
        ("updated", today),
        ("updated_by", edit::FieldValue::from("batchprp exe")),
    ];
    edit::set(text, &changes).map(String::into_bytes).ok()
}
