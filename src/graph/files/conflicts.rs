//! The list of files that several items declare, for people and for `graph --json`.

use std::collections::BTreeMap;

use super::super::adjacency::Adjacency;
use super::super::node::Node;
use super::index::FileIndex;

/// A directory or glob that more items declare is not repeated under each file below it; these items are listed with
/// it instead. Else a thousand items that declare `src/` would be named a thousand times.
const WIDE: usize = 64;

impl FileIndex<'_> {
    /// Returns every pattern with the items that declare it or something wider, when these are two or more.
    ///
    /// Whoever declares a directory as well as a file in it is listed under the directory already.
    pub(in crate::graph) fn conflicts(&self, nodes: &[Node], order: &[usize]) -> BTreeMap<String, Vec<String>> {
        let places = order.iter().enumerate();
        let by_place = places.flat_map(|(place, &item)| self.of_item(item).iter().map(move |&key| (key, place)));
        // Who declares a key, by place in the order.
        let declared = Adjacency::new(self.keys.len(), by_place);
        let mut below_wide: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
        for (key, pattern) in self.keys.iter().enumerate() {
            let own = declared.of(key);
            if own.len() < 2 && pattern.over.is_empty() {
                continue;
            }
            let mut places = own.to_vec();
            for &wider in &pattern.over {
                let above = declared.of(wider);
                if own.iter().all(|place| above.binary_search(place).is_ok()) {
                    continue;
                }
                if above.len() > WIDE {
                    below_wide.entry(wider).or_default().extend_from_slice(own);
                } else {
                    places.extend_from_slice(above);
                }
            }
            groups.push((key, places));
        }
        let mut conflicts = BTreeMap::new();
        for (key, mut places) in groups {
            places.extend(below_wide.remove(&key).unwrap_or_default());
            places.sort_unstable();
            places.dedup();
            if places.len() > 1 {
                let ids = places.iter().map(|&place| nodes[order[place]].id.clone()).collect();
                conflicts.insert(self.keys[key].shown().to_owned(), ids);
            }
        }
        conflicts
    }
}
