//! The list of files that several items declare, for people and for `graph --json`.

use std::collections::BTreeMap;

use super::super::node::Node;
use super::index::FileIndex;

impl FileIndex<'_> {
    /// Returns every pattern with the items that declare it or something wider, when these are two or more.
    ///
    /// Whoever declares a directory as well as a file in it is listed under the directory already.
    pub(in crate::graph) fn conflicts(
        &self,
        nodes: &[Node],
        order: &[usize],
        position: &[usize],
    ) -> BTreeMap<String, Vec<String>> {
        let mut declared: Vec<Vec<usize>> = vec![Vec::new(); self.keys.len()];
        for &item in order {
            for &key in &self.of_item[item] {
                declared[key].push(item);
            }
        }
        let mut conflicts = BTreeMap::new();
        for (key, own) in self.keys.iter().zip(&declared) {
            let known = |item: &usize, wider: &Vec<usize>| {
                wider.binary_search_by_key(&position[*item], |&other| position[other]).is_ok()
            };
            let mut items = own.clone();
            for &wider in &key.over {
                let wider = &declared[wider];
                if !own.iter().all(|item| known(item, wider)) {
                    items.extend_from_slice(wider);
                }
            }
            if items.len() > 1 {
                items.sort_unstable_by_key(|&item| position[item]);
                items.dedup();
                if items.len() > 1 {
                    let ids = items.iter().map(|&item| nodes[item].id.clone()).collect();
                    conflicts.insert(key.shown().to_owned(), ids);
                }
            }
        }
        conflicts
    }
}
