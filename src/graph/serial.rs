//! Pairs of items that must run one after the other although neither needs the other.

use super::adjacency::Adjacency;
use super::explicit::Stated;
use super::files::FileIndex;
use super::node::{Edge, Reason};

/// Returns edges, earlier to later, whose transitive closure with the explicit ones orders every two items that share
/// a file or conflict. An explicit edge is not repeated; some edges may be implied by others.
///
/// One edge to whoever touched a file last is enough, since that item waits for the one before it and so on.
pub(super) fn candidates(files: &FileIndex, order: &[usize], position: &[usize], stated: &Stated) -> Vec<Edge> {
    let count = order.len();
    let before = Adjacency::new(count, stated.dependencies.iter().map(|&(from, to)| (to, from)));
    let later_first = |&(a, b): &(usize, usize)| if position[a] < position[b] { (b, a) } else { (a, b) };
    let rivals = Adjacency::new(count, stated.conflicts.iter().map(later_first));
    let mut touched = files.tracker();
    // The last item for which a pair with this one was settled.
    let mut paired = vec![usize::MAX; count];
    let mut edges = Vec::new();
    for &item in order {
        for &from in before.of(item) {
            paired[from] = item;
        }
        touched.visit(item, |from, file| {
            if from != item && paired[from] != item {
                paired[from] = item;
                edges.push(Edge { from, to: item, reason: Reason::File(file.to_owned()) });
            }
        });
        for &from in rivals.of(item) {
            if paired[from] != item {
                paired[from] = item;
                edges.push(Edge { from, to: item, reason: Reason::Conflict });
            }
        }
    }
    edges
}
