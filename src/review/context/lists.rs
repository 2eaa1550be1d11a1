//! What is written into context documents: the executed PRPs, and which files they changed.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::id::PrpId;

/// An executed PRP as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExecutedEntry {
    pub id: PrpId,
    pub title: String,
    /// Path of the document, relative to the project.
    pub path: String,
    /// Day or time at which it was completed.
    pub completed: Option<String>,
}

/// Writes one Markdown item per PRP, in the order of the ids; of two entries with one id the later one counts.
pub fn executed_list(entries: &[ExecutedEntry]) -> String {
    let sorted = entries.iter().map(|entry| (&entry.id, entry)).collect::<BTreeMap<_, _>>();
    if sorted.is_empty() {
        return "No PRP has been executed yet.\n".to_owned();
    }
    let line = |entry: &ExecutedEntry| {
        let day = entry.completed.as_deref().map(|time| format!(", {}", time.get(..10).unwrap_or(time)));
        let title = plain(&entry.title);
        format!("- {}: {title} ([document]({}){})\n", entry.id, link(&entry.path), day.unwrap_or_default())
    };
    sorted.values().map(|entry| line(entry)).collect()
}

/// Writes one Markdown item per file with the PRPs that changed it, files by name, PRPs by id.
pub fn file_map(changes: &[(PrpId, Vec<String>)]) -> String {
    let mut map = BTreeMap::<&str, BTreeSet<&PrpId>>::new();
    for (id, files) in changes {
        for file in files {
            map.entry(file.as_str()).or_default().insert(id);
        }
    }
    if map.is_empty() {
        return "No file has been changed by a PRP yet.\n".to_owned();
    }
    let line = |(file, ids): (&str, BTreeSet<&PrpId>)| {
        let ids = ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!("- `{}`: {ids}\n", plain(file).replace('`', "'"))
    };
    map.into_iter().map(line).collect()
}

/// Makes one line that can neither end a comment nor open one.
fn plain(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let bare = visible.replace("<!--", " ").replace("-->", " ");
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Writes a path as the target of a link.
fn link(path: &str) -> String {
    let path = plain(path);
    if path.contains([' ', '(', ')', '<', '>']) { format!("<{}>", path.replace(['<', '>'], "")) } else { path }
}
