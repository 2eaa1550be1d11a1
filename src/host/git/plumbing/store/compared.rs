//! What differs between two commits or trees, kept: an id names a content, so an answer holds as long as the program
//! runs. Each merge is judged beside all that were made before, so the same pairs are asked for again and again.

use std::collections::HashMap;

use super::tree::Changed;

/// Most paths that are kept in all, some MiB.
const MOST: usize = 50_000;
/// Most paths of one answer that is kept.
const LONGEST: usize = 1_000;

/// Answers, by the ids of the two sides.
#[derive(Default)]
pub(super) struct Compared {
    answers: HashMap<(String, String), Vec<Changed>>,
    paths: usize,
}

impl Compared {
    pub(super) fn get(&self, from: &str, to: &str) -> Option<Vec<Changed>> {
        self.answers.get(&(from.to_owned(), to.to_owned())).cloned()
    }

    /// Keeps an answer, unless a side has a name that may come to mean something else.
    pub(super) fn keep(&mut self, from: &str, to: &str, changed: &[Changed]) {
        if changed.len() > LONGEST || !is_id(from) || !is_id(to) {
            return;
        }
        if self.paths + changed.len() > MOST {
            *self = Self::default();
        }
        self.paths += changed.len().max(1);
        self.answers.insert((from.to_owned(), to.to_owned()), changed.to_vec());
    }
}

fn is_id(name: &str) -> bool {
    matches!(name.len(), 40 | 64) && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}
