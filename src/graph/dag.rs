//! The finished graph as a daggy `Dag`, which refuses cycles a second time and answers who the neighbours are.

use daggy::petgraph::Direction;
use daggy::{Dag, NodeIndex, WouldCycle};

use super::node::Edge;

/// All edges of the graph. Node weights are item indices, edge weights are indices of edges.
#[derive(Clone, Debug)]
pub(super) struct Neighbours {
    dag: Dag<usize, usize>,
    slot: Vec<NodeIndex>,
}

impl Neighbours {
    /// Inserts all edges in one call; one by one each would search for a cycle.
    pub(super) fn new(order: &[usize], edges: &[Edge]) -> Result<Self, WouldCycle<Vec<usize>>> {
        let mut dag = Dag::with_capacity(order.len(), edges.len());
        let mut slot = vec![NodeIndex::new(0); order.len()];
        // Last items first: the recursive search of the library then never goes deeper than one step.
        for &item in order.iter().rev() {
            slot[item] = dag.add_node(item);
        }
        dag.add_edges(edges.iter().enumerate().map(|(index, edge)| (slot[edge.from], slot[edge.to], index)))?;
        Ok(Self { dag, slot })
    }

    fn toward(&self, item: usize, direction: Direction) -> impl Iterator<Item = usize> + '_ {
        self.dag.graph().neighbors_directed(self.slot[item], direction).map(|node| self.dag[node])
    }

    /// Returns the items that `item` waits for.
    pub(super) fn before(&self, item: usize) -> impl Iterator<Item = usize> + '_ {
        self.toward(item, Direction::Incoming)
    }

    /// Returns the items that wait for `item`.
    pub(super) fn after(&self, item: usize) -> impl Iterator<Item = usize> + '_ {
        self.toward(item, Direction::Outgoing)
    }
}
