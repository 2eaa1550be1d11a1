//! Which edges to take out.

use super::super::order;

/// Returns the smallest set of edges without which a component has no cycle, by trying all sets. For small components.
///
/// Of sets of one size that with the most edges against the document order is taken, then the first one.
pub(super) fn smallest(component: &[usize], edges: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let place = |node: usize| component.partition_point(|&other| other < node);
    let local: Vec<(usize, usize)> = edges.iter().map(|&(from, to)| (place(from), place(to))).collect();
    let taken = |set: u32| (0..local.len()).filter(move |bit| set & (1 << bit) != 0);
    let breaks = |set: &u32| {
        let rest: Vec<(usize, usize)> =
            (0..local.len()).filter(|bit| set & (1 << bit) == 0).map(|bit| local[bit]).collect();
        order::topological(component.len(), &rest).len() == component.len()
    };
    let mut sets: Vec<u32> = (0..1_u32 << local.len()).collect();
    sets.sort_by_key(|&set| {
        let forward = taken(set).filter(|&bit| local[bit].0 < local[bit].1).count();
        (set.count_ones(), forward, set)
    });
    let best = sets.into_iter().find(breaks).unwrap_or_default();
    taken(best).map(|bit| edges[bit]).collect()
}

/// Returns one edge of a cycle, the last one that runs against the document order.
pub(super) fn one(path: &[usize]) -> Option<(usize, usize)> {
    path.windows(2).map(|pair| (pair[0], pair[1])).rfind(|(from, to)| from >= to)
}
