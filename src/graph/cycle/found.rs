//! What is reported when items wait for each other in a circle.

use super::super::adjacency::Adjacency;
use super::super::node::{Edge, Reason};
use super::super::scc;
use super::{breaking, paths};

/// A component with more edges than this is described by one shortest cycle only.
const EXACT_EDGES: usize = 12;

/// Items that wait for themselves. Indices are those of the nodes that were analysed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cycle {
    /// Closed paths: the first item is repeated at the end, and each item has to come before the next one. Shortest
    /// first within a component; components by their first item.
    pub paths: Vec<Vec<usize>>,
    /// Every edge that is on one of the paths, by `to` and then `from` in document order. Serialising edges never
    /// close a cycle, so the reason is always [`Reason::Explicit`].
    pub edges: Vec<Edge>,
    /// Edges `(from, to)` without which no cycle is left: as few as possible where a component has at most 12 edges,
    /// else one edge of its shortest cycle. Edges against the document order are preferred.
    pub break_hint: Vec<(usize, usize)>,
}

/// Describes all cycles of a graph.
pub(in crate::graph) fn find(count: usize, edges: &[(usize, usize)]) -> Cycle {
    let next = Adjacency::new(count, edges.iter().copied());
    let mut cycle = Cycle::default();
    for component in scc::components(count, &next) {
        let own: Vec<(usize, usize)> = component
            .iter()
            .flat_map(|&from| next.of(from).iter().map(move |&to| (from, to)))
            .filter(|(_, to)| component.binary_search(to).is_ok())
            .collect();
        if own.is_empty() {
            continue;
        }
        if own.len() <= EXACT_EDGES {
            cycle.paths.extend(paths::all(&component, &own));
            cycle.break_hint.extend(breaking::smallest(&component, &own));
        } else {
            let path = paths::shortest(&component, &own);
            cycle.break_hint.extend(breaking::one(&path));
            cycle.paths.push(path);
        }
    }
    let mut on_path: Vec<(usize, usize)> =
        cycle.paths.iter().flat_map(|path| path.windows(2).map(|pair| (pair[1], pair[0]))).collect();
    on_path.sort_unstable();
    on_path.dedup();
    cycle.edges = on_path.into_iter().map(|(to, from)| Edge { from, to, reason: Reason::Explicit }).collect();
    cycle
}
