//! Stage numbers: how many items stand one behind the other.

use super::adjacency::Adjacency;

/// Returns 1 + the highest stage of the predecessors for every node; `before` has them by places in the order.
pub(super) fn number(before: &Adjacency, position: &[usize]) -> Vec<u32> {
    let mut by_place = vec![1_u32; position.len()];
    // Edges lead forward, so whoever stands before a place has its number already.
    for place in 0..by_place.len() {
        let highest = before.of(place).iter().map(|&from| by_place[from]).max().unwrap_or(0);
        by_place[place] = highest + 1;
    }
    position.iter().map(|&place| by_place[place]).collect()
}
