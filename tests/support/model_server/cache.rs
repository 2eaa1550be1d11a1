//! A prompt cache as Anthropic's service keeps one: by prefix, up to the marks that the client sets.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::Value;

use super::conversation::list;
use super::script::Counts;

/// Bytes of a request that stand for one token.
const BYTES_PER_TOKEN: u64 = 4;

/// The prefixes that were marked before.
#[derive(Debug, Default)]
pub(super) struct Cache {
    known: BTreeSet<u64>,
}

impl Cache {
    /// Counts the tokens of a request and remembers its marked prefixes: what the longest known prefix holds is read,
    /// what follows up to the last mark is written, and the rest is plain input.
    pub(super) fn count(&mut self, body: &Value) -> Counts {
        let mut hasher = DefaultHasher::new();
        body["model"].as_str().unwrap_or_default().hash(&mut hasher);
        let (mut bytes, mut read, mut marked) = (0, 0, 0);
        let mut new = Vec::new();
        for block in blocks(body) {
            let mut bare = block.clone();
            let is_mark = bare.as_object_mut().is_some_and(|block| block.remove("cache_control").is_some());
            let text = bare.to_string();
            text.hash(&mut hasher);
            bytes += text.len() as u64;
            // A later request may reach the same place without a mark there.
            let prefix = hasher.finish();
            if self.known.contains(&prefix) {
                read = bytes;
            }
            if is_mark {
                marked = bytes;
                new.push(prefix);
            }
        }
        self.known.extend(new);
        Counts {
            input: (bytes - marked.max(read)) / BYTES_PER_TOKEN,
            cache_read: read / BYTES_PER_TOKEN,
            cache_write: marked.saturating_sub(read) / BYTES_PER_TOKEN,
            output: 10,
        }
    }
}

/// Everything that counts, in the order in which the service reads it.
fn blocks(body: &Value) -> Vec<Value> {
    let mut blocks: Vec<Value> = list(body, "tools").to_vec();
    match &body["system"] {
        Value::Array(system) => blocks.extend(system.iter().cloned()),
        Value::Null => {}
        text => blocks.push(text.clone()),
    }
    for message in list(body, "messages") {
        match &message["content"] {
            Value::Array(content) => blocks.extend(content.iter().cloned()),
            text => blocks.push(text.clone()),
        }
    }
    blocks
}
