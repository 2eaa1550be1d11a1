//! Longest paths by estimated hours.

use super::dag::Neighbours;
use super::node::Node;

/// Returns for every item its own hours and those of the longest path behind it.
pub(super) fn remaining(nodes: &[Node], order: &[usize], neighbours: &Neighbours) -> Vec<f64> {
    let mut remaining = vec![0.0; nodes.len()];
    for &item in order.iter().rev() {
        let behind = neighbours.after(item).map(|next: usize| remaining[next]).fold(0.0, f64::max);
        remaining[item] = nodes[item].weight() + behind;
    }
    remaining
}

/// Returns the items of the longest path; of equal ones the first in topological order.
pub(super) fn critical(order: &[usize], position: &[usize], remaining: &[f64], neighbours: &Neighbours) -> Vec<usize> {
    let longest = |items: &mut dyn Iterator<Item = usize>| {
        items.reduce(|best, item| {
            let ahead = remaining[item].total_cmp(&remaining[best]).then(position[best].cmp(&position[item]));
            if ahead.is_gt() { item } else { best }
        })
    };
    let mut path = Vec::new();
    let mut next = longest(&mut order.iter().copied());
    while let Some(item) = next {
        path.push(item);
        next = longest(&mut neighbours.after(item));
    }
    path
}
