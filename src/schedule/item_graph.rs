//! The graph as the machine needs it.

use std::collections::HashMap;

use crate::event::kind::{EdgeInfo, EdgeReason, ItemInfo};
use crate::graph::{Graph, Reason};

/// Items in the order of their indices, and who waits for whom.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemGraph {
    pub items: Vec<ItemNode>,
    pub waits: Vec<Wait>,
}

/// An item to schedule.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemNode {
    pub id: String,
    /// Estimated hours, or whatever measure of length all items share.
    pub hours: f64,
    pub stage: u32,
    /// Place in the topological order; breaks ties between items that are equally urgent.
    pub place: usize,
    /// The adapter that it will call first, where that is known: while its usage limit lasts the item does not start.
    pub adapter: Option<String>,
}

/// `to` waits until `from` is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    pub from: usize,
    pub to: usize,
    /// `to` needs the work of `from` and is blocked without it. Otherwise they only must not run at the same time.
    pub needs: bool,
}

impl ItemGraph {
    /// Makes the plan of what the graph event tells; items are in topological order there.
    ///
    /// Edges between unknown ids are left out.
    pub fn from_infos(items: &[ItemInfo], edges: &[EdgeInfo]) -> Self {
        let index: HashMap<&str, usize> = items.iter().enumerate().map(|(at, item)| (item.id.as_str(), at)).collect();
        let wait = |edge: &EdgeInfo| {
            let (from, to) = (*index.get(edge.from.as_str())?, *index.get(edge.to.as_str())?);
            Some(Wait { from, to, needs: edge.reason == EdgeReason::Explicit })
        };
        let item = |(place, info): (usize, &ItemInfo)| ItemNode {
            id: info.id.clone(),
            hours: info.hours,
            stage: info.stage,
            place,
            adapter: None,
        };
        Self { items: items.iter().enumerate().map(item).collect(), waits: edges.iter().filter_map(wait).collect() }
    }

    /// Says which adapter each item will call first.
    #[must_use]
    pub fn with_adapters(mut self, adapter: impl Fn(&str) -> Option<String>) -> Self {
        for item in &mut self.items {
            item.adapter = adapter(&item.id);
        }
        self
    }

    /// Returns the length of every item and of the longest path behind it.
    pub fn remaining(&self) -> Vec<f64> {
        let mut remaining: Vec<f64> = self.items.iter().map(|item| length(item.hours)).collect();
        let mut waits = self.waits.clone();
        waits.sort_unstable_by_key(|wait| std::cmp::Reverse(self.items[wait.from].place));
        // Waits lead forward in the order, so the end of each is finished before its start is looked at.
        for wait in waits {
            let through = length(self.items[wait.from].hours) + remaining[wait.to];
            remaining[wait.from] = remaining[wait.from].max(through);
        }
        remaining
    }

    /// Returns the time that so many slots need at least: the longest path, or the work shared out.
    pub fn bound(&self, slots: usize) -> f64 {
        let work: f64 = self.items.iter().map(|item| length(item.hours)).sum();
        self.remaining().into_iter().fold(work / slots.max(1) as f64, f64::max)
    }
}

/// Makes a length of an estimate; what is negative or not a number is nothing.
fn length(hours: f64) -> f64 {
    if hours.is_finite() { hours.max(0.0) } else { 0.0 }
}

impl From<&Graph> for ItemGraph {
    /// Keeps the indices of the graph's nodes.
    fn from(graph: &Graph) -> Self {
        let places = graph.positions();
        let items = graph.nodes.iter().zip(&graph.stage).zip(places).map(|((node, &stage), place)| ItemNode {
            id: node.id.clone(),
            hours: node.hours,
            stage,
            place,
            adapter: None,
        });
        let waits = graph.edges.iter().map(|edge| Wait {
            from: edge.from,
            to: edge.to,
            needs: edge.reason == Reason::Explicit,
        });
        Self { items: items.collect(), waits: waits.collect() }
    }
}
