//! The batch as the rules look at it.

use std::collections::{BTreeSet, HashMap};

use crate::graph::{Cycle, Graph, Node, Reason};
use crate::model::prp::Prp;
use crate::review::document::ReviewedPrp;

/// All documents with their graph.
pub(super) struct Batch<'a> {
    pub(super) documents: Vec<ReviewedPrp<'a>>,
    /// The first document of every id.
    pub(super) by_id: HashMap<&'a str, usize>,
    /// Explicit edges inside the batch: what each document depends on, itself left out.
    pub(super) before: Vec<Vec<usize>>,
    pub(super) graph: Result<Graph, Cycle>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(prps: &'a [Prp]) -> Self {
        let documents = prps.iter().map(ReviewedPrp::new).collect::<Vec<_>>();
        let mut by_id = HashMap::new();
        for (index, prp) in prps.iter().enumerate() {
            if let Some(id) = &prp.id {
                by_id.entry(id.as_str()).or_insert(index);
            }
        }
        let before = prps.iter().enumerate().map(|(item, prp)| {
            let ids = prp.dependencies.iter().filter_map(|dependency| by_id.get(dependency.id.as_str()).copied());
            ids.filter(|&other| other != item).collect()
        });
        let before = before.collect::<Vec<Vec<usize>>>();
        let graph = Graph::analyze(nodes(&documents, &before));
        Self { documents, by_id, before, graph }
    }

    /// Returns everything that an item depends on, through others too, the item itself included.
    pub(super) fn ancestors(&self, item: usize) -> BTreeSet<usize> {
        let mut seen = BTreeSet::from([item]);
        let mut open = vec![item];
        while let Some(next) = open.pop() {
            open.extend(self.before[next].iter().copied().filter(|before| seen.insert(*before)));
        }
        seen
    }

    /// Returns edges that the graph had to add because of shared files: earlier item, later item, file.
    pub(super) fn serialised(&self) -> Vec<(usize, usize, &str)> {
        let edges = self.graph.as_ref().map(|graph| graph.edges.as_slice()).unwrap_or_default();
        let shared = |reason: &'_ Reason| matches!(reason, Reason::File(_));
        let edges = edges.iter().filter(|edge| shared(&edge.reason));
        edges.map(|edge| (edge.from, edge.to, edge.reason.file().unwrap_or_default())).collect()
    }
}

/// Makes graph nodes whose ids are positions, so that documents without an id or with a doubled one do not disturb.
fn nodes(documents: &[ReviewedPrp<'_>], before: &[Vec<usize>]) -> Vec<Node> {
    let node = |(index, document): (usize, &ReviewedPrp<'_>)| Node {
        id: index.to_string(),
        title: document.prp.title.clone().unwrap_or_default(),
        dependencies: before[index].iter().map(ToString::to_string).collect(),
        files: document.prp.files.clone(),
        name: document.name.clone(),
        ..Node::default()
    };
    documents.iter().enumerate().map(node).collect()
}
