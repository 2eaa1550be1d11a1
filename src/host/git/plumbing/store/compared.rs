//! What differs between two commits or trees, kept: an id names a content, so an answer holds as long as the program
//! runs. Each merge is judged beside all that were made before, so the same pairs are asked for again and again.

use std::collections::HashMap;

/// A file that differs between two trees.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Changed {
    pub(crate) path: String,
    /// Mode and object of what the second tree has there, such as `100644 8baef1b…`; `None` where it has nothing.
    pub(crate) content: Option<String>,
}

impl Changed {
    /// Returns the commit of another repository that the second tree has there.
    pub(crate) fn link(&self) -> Option<&str> {
        self.content.as_deref()?.strip_prefix("160000 ")
    }
}

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
