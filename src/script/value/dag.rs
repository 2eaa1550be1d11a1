//! `Dag`: analysed items as scripts see them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use rhai::{Array, Dynamic};

use super::convert::texts;
use crate::bridge::{Closed, ClosedItem, WriteBack};
use crate::event::kind::ItemStatus;
use crate::graph::Graph;

/// A graph with the things it was made of.
#[derive(Clone, Debug)]
pub(crate) struct DagValue(pub(crate) Arc<Dag>);

/// An item as it was given.
#[derive(Clone, Debug)]
pub(crate) struct DagItem {
    pub(crate) value: Dynamic,
    /// The document whose status follows the item.
    pub(crate) document: Option<PathBuf>,
    /// What is written into it, where that is not the status.
    pub(crate) write_back: Option<WriteBack>,
    /// The adapter that the item calls, where the script says so.
    pub(crate) agent: Option<String>,
}

/// Items by the index of their node.
#[derive(Clone, Debug)]
pub(crate) struct Dag {
    pub(crate) graph: Graph,
    pub(crate) items: Vec<DagItem>,
    /// Ids of items that a subset left out, with the files that they declare: those stay theirs.
    pub(crate) left_out: BTreeMap<String, Vec<String>>,
}

impl Dag {
    /// Takes analysed items.
    pub(crate) fn new(graph: Graph, items: Vec<DagItem>) -> Self {
        Self { graph, items, left_out: BTreeMap::new() }
    }

    /// Returns the files that each item declares, also of items that were left out.
    pub(crate) fn declared(&self) -> BTreeMap<String, Vec<String>> {
        let own = self.graph.nodes.iter().map(|node| (node.id.clone(), node.files.clone()));
        self.left_out.clone().into_iter().chain(own).collect()
    }

    /// Returns the ids of nodes.
    pub(crate) fn ids(&self, nodes: &[usize]) -> Array {
        texts(nodes.iter().map(|&node| self.graph.nodes[node].id.clone()))
    }

    /// Returns the end of a run in which nothing was started.
    pub(crate) fn not_run(&self) -> Closed {
        let item = |&node: &usize| ClosedItem {
            id: self.graph.nodes[node].id.clone(),
            status: ItemStatus::Pending,
            reason: "not started".to_owned(),
            value: None,
            duration: 0.0,
        };
        let items: Vec<ClosedItem> = self.graph.order.iter().map(item).collect();
        let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
        Closed { exit_code: 0, totals: [(ItemStatus::Pending, count)].into(), items }
    }

    /// Returns the graph of some items; `keep` are indices of nodes.
    pub(crate) fn subset(&self, mut keep: Vec<usize>) -> Self {
        keep.sort_unstable();
        keep.dedup();
        let items = keep.iter().map(|&node| self.items[node].clone()).collect();
        Self { graph: self.graph.subset(&keep), items, left_out: self.declared() }
    }
}
