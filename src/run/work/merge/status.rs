//! The status in the frontmatter of a PRP document.

use crate::host::clock;
use crate::model::edit;
use crate::model::status::Status;

/// Turns the text of a tracked PRP into the one that belongs on the batch branch, in the merge of its item.
pub(crate) fn completed(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    with_status(text, Status::Completed).ok().map(String::into_bytes)
}

/// Returns the text of a document with another status.
pub(crate) fn with_status(text: &str, status: Status) -> Result<String, String> {
    let today = edit::FieldValue::from(clock::now()[..10].to_owned());
    let word = edit::FieldValue::from(status.as_str());
    let mut changes = vec![("status", word)];
    if status == Status::Completed {
        changes.push(("completed", edit::FieldValue::from(clock::now())));
    }
    changes.push(("updated", today));
    changes.push(("updated_by", edit::FieldValue::from("batchprp exe")));
    edit::set(text, &changes).map_err(|error| error.to_string())
}
