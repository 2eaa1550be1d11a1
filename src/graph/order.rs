//! The stable topological order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::adjacency::Adjacency;

/// Orders nodes so that among those whose dependencies are placed the earliest in the document comes next.
///
/// The result is shorter than `count` exactly when there is a cycle.
pub(super) fn topological(count: usize, edges: &[(usize, usize)]) -> Vec<usize> {
    let next = Adjacency::new(count, edges.iter().copied());
    let mut unmet = vec![0_usize; count];
    for &(_, to) in edges {
        unmet[to] += 1;
    }
    let mut free: BinaryHeap<_> = (0..count).filter(|&node| unmet[node] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(Reverse(node)) = free.pop() {
        order.push(node);
        for &to in next.of(node) {
            unmet[to] -= 1;
            if unmet[to] == 0 {
                free.push(Reverse(to));
            }
        }
    }
    order
}

/// Turns an order around: the position of every node. Nodes outside of the order get `usize::MAX`.
pub(super) fn positions(count: usize, order: &[usize]) -> Vec<usize> {
    let mut position = vec![usize::MAX; count];
    for (place, &node) in order.iter().enumerate() {
        position[node] = place;
    }
    position
}
