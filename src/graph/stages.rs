//! Stage numbers: how many items stand one behind the other.

/// Returns 1 + the highest stage of the predecessors for every node.
pub(super) fn number(order: &[usize], edges: &[(usize, usize)], position: &[usize]) -> Vec<u32> {
    let mut by_place = vec![1_u32; order.len()];
    let mut sorted: Vec<(usize, usize)> = edges.iter().map(|&(from, to)| (position[from], position[to])).collect();
    sorted.sort_unstable();
    // Edges lead forward, so all edges into a place are done before the first one out of it.
    for (from, to) in sorted {
        by_place[to] = by_place[to].max(by_place[from] + 1);
    }
    position.iter().map(|&place| by_place[place]).collect()
}
