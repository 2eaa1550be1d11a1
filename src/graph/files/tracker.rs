//! Who touched a file last, while items are visited in topological order.

use super::index::FileIndex;

/// State of one visit of all items.
#[derive(Debug)]
pub(in crate::graph) struct Tracker<'a> {
    index: &'a FileIndex<'a>,
    /// The last item that declared a key.
    last: Vec<Option<usize>>,
    /// Items and keys below a directory or glob that came after its own last visit.
    fresh: Vec<Vec<(usize, usize)>>,
}

impl<'a> FileIndex<'a> {
    /// Starts a visit.
    pub(in crate::graph) fn tracker(&'a self) -> Tracker<'a> {
        Tracker { index: self, last: vec![None; self.keys.len()], fresh: vec![Vec::new(); self.keys.len()] }
    }
}

impl Tracker<'_> {
    /// Visits the next item and calls `found` with earlier items that it has to wait for, and the file. All other
    /// items that share a file with it come before one of these. The item itself may be among them.
    ///
    /// A directory forgets what is below it once it was visited: who comes later waits for that visit.
    pub(in crate::graph) fn visit(&mut self, item: usize, mut found: impl FnMut(usize, &str)) {
        let keys = &self.index.keys;
        for &key in self.index.of_item(item) {
            if let Some(from) = self.last[key].replace(item) {
                found(from, keys[key].shown());
            }
            for (from, below) in self.fresh[key].drain(..) {
                found(from, keys[below].shown());
            }
            for &wider in &keys[key].over {
                if let Some(from) = self.last[wider] {
                    found(from, keys[key].shown());
                }
                self.fresh[wider].push((item, key));
            }
        }
    }
}
