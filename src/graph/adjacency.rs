//! Neighbours of every node in two flat arrays, which is what makes large graphs cheap to walk.

/// Successors (or predecessors) of nodes `0..count`, in the order in which the edges were given.
#[derive(Clone, Debug)]
pub(super) struct Adjacency {
    start: Vec<usize>,
    neighbours: Vec<usize>,
}

impl Adjacency {
    /// Makes the lists of `to` by `from`.
    pub(super) fn new(count: usize, edges: impl Iterator<Item = (usize, usize)> + Clone) -> Self {
        let mut start = vec![0; count + 1];
        for (from, _) in edges.clone() {
            start[from + 1] += 1;
        }
        for node in 0..count {
            start[node + 1] += start[node];
        }
        let mut free = start.clone();
        let mut neighbours = vec![0; start[count]];
        for (from, to) in edges {
            neighbours[free[from]] = to;
            free[from] += 1;
        }
        Self { start, neighbours }
    }

    /// Returns the neighbours of a node.
    pub(super) fn of(&self, node: usize) -> &[usize] {
        &self.neighbours[self.start[node]..self.start[node + 1]]
    }
}
