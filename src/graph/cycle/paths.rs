//! Closed paths within one strongly connected component.

use std::collections::VecDeque;

use super::super::adjacency::Adjacency;

/// Edges of a component with its nodes numbered from 0.
pub(super) fn local(component: &[usize], edges: &[(usize, usize)]) -> Adjacency {
    let place = |node: usize| component.partition_point(|&other| other < node);
    let pairs: Vec<(usize, usize)> = edges.iter().map(|&(from, to)| (place(from), place(to))).collect();
    Adjacency::new(component.len(), pairs.iter().copied())
}

/// Returns every cycle that visits no node twice, each from its first node in document order. For small components.
pub(super) fn all(component: &[usize], edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let next = local(component, edges);
    let mut found = Vec::new();
    for root in 0..component.len() {
        // Cycles through earlier nodes were found from there.
        let mut open = vec![vec![root]];
        while let Some(path) = open.pop() {
            for &to in next.of(path[path.len() - 1]) {
                let mut longer = path.clone();
                longer.push(to);
                if to == root {
                    found.push(longer);
                } else if to > root && !path.contains(&to) {
                    open.push(longer);
                }
            }
        }
    }
    found.sort_unstable_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    found.into_iter().map(|path| path.into_iter().map(|node| component[node]).collect()).collect()
}

/// Nodes from which a shortest cycle is sought; with more, the search would take quadratic time.
const ROOTS: usize = 256;

/// Returns a shortest cycle through one of the first nodes of the component.
pub(super) fn shortest(component: &[usize], edges: &[(usize, usize)]) -> Vec<usize> {
    let next = local(component, edges);
    let roots = 0..component.len().min(ROOTS);
    let best = roots.filter_map(|root| through(root, component.len(), &next)).min_by_key(Vec::len).unwrap_or_default();
    let first = best.iter().copied().min();
    let start = best.iter().position(|node| Some(*node) == first).unwrap_or(0);
    // Turned so that it begins, and ends, with the first item in document order.
    let ring = &best[..best.len().saturating_sub(1)];
    let turned = ring[start.min(ring.len())..].iter().chain(&ring[..start.min(ring.len())]);
    turned.chain(first.iter()).map(|&node| component[node]).collect()
}

/// Returns a shortest cycle through `root`, by breadth-first search.
fn through(root: usize, count: usize, next: &Adjacency) -> Option<Vec<usize>> {
    let mut from = vec![usize::MAX; count];
    let mut open = VecDeque::from([root]);
    while let Some(node) = open.pop_front() {
        for &to in next.of(node) {
            if to == root {
                let mut path = vec![root, node];
                while path[path.len() - 1] != root {
                    path.push(from[path[path.len() - 1]]);
                }
                path.reverse();
                if node == root {
                    path.truncate(2);
                }
                return Some(path);
            }
            if from[to] == usize::MAX {
                from[to] = node;
                open.push_back(to);
            }
        }
    }
    None
}
