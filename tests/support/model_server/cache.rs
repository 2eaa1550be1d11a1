//! A prompt cache as Anthropic's service keeps one: by whole blocks, from the beginning up to marks of the client.
//!
//! Only a marked place is written. It is found again from a mark at the same place or at most twenty blocks after it, and
//! only when every byte before it is the same. A beginning below 1024 tokens is not kept. Entries never expire here;
//! the service keeps them for five minutes after the last use.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Value, json};

use super::conversation::{list, text};
use super::script::Counts;

/// Bytes of a request that stand for one token.
const BYTES_PER_TOKEN: u64 = 4;
/// Blocks before a mark that are compared.
const LOOK_BACK: usize = 20;
/// Tokens of the smallest beginning that is kept.
const SMALLEST: u64 = 1024;

/// The beginnings that were written.
#[derive(Debug, Default)]
pub(super) struct Cache {
    known: BTreeSet<u64>,
}

/// The end of one block: a hash of everything up to there, and its size.
struct End {
    prefix: u64,
    bytes: u64,
    marked: bool,
}

impl Cache {
    /// Counts the tokens of a request and remembers its marked beginnings: the longest known one is read, what follows up
    /// to the last mark is written, and the rest is plain input.
    pub(super) fn count(&mut self, body: &Value) -> Counts {
        let ends = ends(body);
        let is_kept = |end: &End| end.bytes / BYTES_PER_TOKEN >= SMALLEST;
        let marks: Vec<usize> = (0..ends.len()).filter(|&at| ends[at].marked && is_kept(&ends[at])).collect();
        let found = marks.iter().flat_map(|&at| at.saturating_sub(LOOK_BACK)..=at);
        let read =
            found.filter(|&at| self.known.contains(&ends[at].prefix)).map(|at| ends[at].bytes).max().unwrap_or(0);
        let written = marks.last().map_or(0, |&at| ends[at].bytes);
        self.known.extend(marks.iter().map(|&at| ends[at].prefix));
        let all = ends.last().map_or(0, |end| end.bytes);
        Counts {
            input: (all - written) / BYTES_PER_TOKEN,
            cache_read: read / BYTES_PER_TOKEN,
            cache_write: (written - read) / BYTES_PER_TOKEN,
            output: 10,
        }
    }
}

/// Returns the ends of all blocks, in the order in which the service reads them.
fn ends(body: &Value) -> Vec<End> {
    let mut hasher = DefaultHasher::new();
    text(body, "model").hash(&mut hasher);
    let mut bytes = 0;
    let mut end = |role: &str, block: &Value| {
        let mut bare = block.clone();
        let marked = bare.as_object_mut().is_some_and(|block| block.remove("cache_control").is_some());
        let text = bare.to_string();
        (role, &text).hash(&mut hasher);
        bytes += text.len() as u64;
        End { prefix: hasher.finish(), bytes, marked }
    };
    let mut ends: Vec<End> = list(body, "tools").iter().map(|tool| end("tools", tool)).collect();
    ends.extend(blocks(&body["system"]).iter().map(|block| end("system", block)));
    for message in list(body, "messages") {
        ends.extend(blocks(&message["content"]).iter().map(|block| end(text(message, "role"), block)));
    }
    ends
}

/// A plain text is one block of text.
fn blocks(content: &Value) -> Vec<Value> {
    match content {
        Value::Array(blocks) => blocks.clone(),
        Value::String(text) => vec![json!({ "type": "text", "text": text })],
        _ => Vec::new(),
    }
}
