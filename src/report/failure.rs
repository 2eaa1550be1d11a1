//! What is told of a failure beside its reason: what was said, where all of it is, and the command that goes on.

use super::text::line;
use crate::event::kind::ItemStatus;
use crate::event::{ItemView, RunView, Speaker};

/// How far what belongs to a line above is moved in.
const INDENT: &str = "    ";

/// Widest line that is quoted.
const WIDTH: usize = 200;

/// Returns what a program said as lines below the one that names the failure, then the file with all of it.
pub fn quoted<'a>(said: impl IntoIterator<Item = &'a String>, file: Option<&String>) -> Vec<String> {
    let said = said.into_iter().flat_map(|text| text.lines()).filter(|text| !text.trim().is_empty());
    let mut lines: Vec<String> = said.map(|text| format!("{INDENT}{}", indented(text))).collect();
    lines.extend(file.map(|file| format!("{INDENT}whole output: {}", line(file, 300))));
    lines
}

/// Makes one safe line that keeps its indentation: it is code or a tree more often than not.
fn indented(text: &str) -> String {
    let blank = text.len() - text.trim_start_matches([' ', '\t']).len();
    format!("{}{}", " ".repeat(blank.min(40)), line(text, WIDTH))
}

/// Returns the command that shows why an item did not complete, or that goes on with it.
pub fn next(item: &ItemView, state: &RunView) -> Option<String> {
    let id = &item.info.id;
    let logs = |what: &str| Some(format!("batchprp logs {} {id}{what}", state.run));
    match item.status()? {
        _ if item.in_hand => Some(format!("batchprp give {id}")),
        ItemStatus::Conflict => Some(format!("batchprp resolve {id}")),
        ItemStatus::NeedsApproval => Some(format!("batchprp approve {id}")),
        ItemStatus::Failed | ItemStatus::Partial | ItemStatus::Unproven => {
            match item.last_words.as_ref().map(|words| words.speaker) {
                Some(Speaker::Check) => logs(" --checks"),
                Some(Speaker::Agent) => logs(" --stderr"),
                None if item.attempts > 0 => logs(""),
                None => None,
            }
        }
        ItemStatus::Completed | ItemStatus::Blocked | ItemStatus::Cancelled | ItemStatus::Pending => None,
    }
}
