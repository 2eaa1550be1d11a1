//! Edges that documents state.

use super::hash::TextMap;
use super::node::Node;

/// Resolved dependencies and declared conflicts, as pairs of node indices.
#[derive(Clone, Debug, Default)]
pub(super) struct Stated {
    /// `(dependency, item)`, each once, in document order. An item that names itself is kept: it is a cycle.
    pub(super) dependencies: Vec<(usize, usize)>,
    /// Pairs that must not run at the same time, as stated.
    pub(super) conflicts: Vec<(usize, usize)>,
    /// Dependencies that no node has as its id.
    pub(super) unknown: Vec<(usize, String)>,
}

/// Looks up the ids that nodes name. Of two nodes with one id the first is meant.
pub(super) fn resolve(nodes: &[Node]) -> Stated {
    let mut by_id = TextMap::default();
    by_id.reserve(nodes.len());
    for (index, node) in nodes.iter().enumerate() {
        by_id.entry(node.id.as_str()).or_insert(index);
    }
    let mut stated = Stated::default();
    // The last item that named a dependency.
    let mut named_by = vec![usize::MAX; nodes.len()];
    for (item, node) in nodes.iter().enumerate() {
        for id in &node.dependencies {
            match by_id.get(id.as_str()) {
                Some(&dependency) => {
                    if std::mem::replace(&mut named_by[dependency], item) != item {
                        stated.dependencies.push((dependency, item));
                    }
                }
                None => stated.unknown.push((item, id.clone())),
            }
        }
        let others = node.conflicts_with.iter().filter_map(|id| by_id.get(id.as_str()).copied());
        stated.conflicts.extend(others.filter(|&other| other != item).map(|other| (other, item)));
    }
    stated
}
