//! The analysed graph.

use std::collections::BTreeMap;

use super::adjacency::Adjacency;
use super::cycle::{self, Cycle};
use super::dag::Neighbours;
use super::explicit::{self, Stated};
use super::files::FileIndex;
use super::node::{Edge, Node, Reason};
use super::{order, path, reduce, serial, stages};

/// Items with everything that can be said about their order. Items are named by their index in `nodes`.
#[derive(Clone, Debug)]
pub struct Graph {
    /// In document order.
    pub nodes: Vec<Node>,
    /// Stable topological order of the explicit edges; every other edge leads forward in it too.
    pub order: Vec<usize>,
    /// Stage of every node, from 1. A subset keeps the numbers of the whole.
    pub stage: Vec<u32>,
    /// Sorted by the places of `to` and then of `from` in the order.
    pub edges: Vec<Edge>,
    /// Files that more than one item declares, with the ids of these items in topological order.
    pub file_conflicts: BTreeMap<String, Vec<String>>,
    pub critical_path: Vec<usize>,
    /// Hours along the critical path.
    pub bound_hours_path: f64,
    /// Dependencies that no node has as its id.
    pub unknown: Vec<(usize, String)>,
    remaining: Vec<f64>,
    neighbours: Neighbours,
}

impl Graph {
    /// Analyses items given in document order.
    pub fn analyze(nodes: Vec<Node>) -> Result<Self, Cycle> {
        let stated = explicit::resolve(&nodes);
        let order = order::topological(nodes.len(), &stated.dependencies);
        if order.len() < nodes.len() {
            return Err(cycle::find(nodes.len(), &stated.dependencies));
        }
        let count = nodes.len();
        let dependencies = stated.dependencies.clone();
        Self::assemble(nodes, order, stated, None).ok_or_else(|| cycle::find(count, &dependencies))
    }

    /// Adds serialising edges along an order and computes the rest. `None` only when the order is not topological.
    fn assemble(nodes: Vec<Node>, order: Vec<usize>, stated: Stated, stage: Option<Vec<u32>>) -> Option<Self> {
        let position = order::positions(nodes.len(), &order);
        let files = FileIndex::new(&nodes);
        let wanted = serial::candidates(&files, &order, &position, &stated);
        let pairs = stated.dependencies.iter().copied().chain(wanted.iter().map(|edge| (edge.from, edge.to)));
        let before = Adjacency::new(nodes.len(), pairs.map(|(from, to)| (position[to], position[from])));
        let depth = stages::number(&before, &position);
        let mut edges = reduce::necessary(wanted, &before, &position, &depth);
        let explicit = stated.dependencies.iter().map(|&(from, to)| Edge { from, to, reason: Reason::Explicit });
        edges.extend(explicit);
        edges.sort_unstable_by_key(|edge| (position[edge.to], position[edge.from]));
        let neighbours = Neighbours::new(&order, &edges).ok()?;
        let remaining = path::remaining(&nodes, &order, &neighbours);
        let critical_path = path::critical(&order, &position, &remaining, &neighbours);
        Some(Self {
            file_conflicts: files.conflicts(&nodes, &order),
            bound_hours_path: critical_path.first().map_or(0.0, |&item| remaining[item]),
            critical_path,
            nodes,
            order,
            stage: stage.unwrap_or(depth),
            edges,
            unknown: stated.unknown,
            remaining,
            neighbours,
        })
    }

    /// Returns the least number of hours that so many slots need: the critical path or the work shared out.
    pub fn bound_hours(&self, slots: usize) -> f64 {
        let work: f64 = self.nodes.iter().map(Node::weight).sum();
        self.bound_hours_path.max(work / slots.max(1) as f64)
    }

    /// Returns the items of every stage, in topological order.
    pub fn stages(&self) -> BTreeMap<u32, Vec<usize>> {
        let mut stages = BTreeMap::<u32, Vec<usize>>::new();
        for &item in &self.order {
            stages.entry(self.stage[item]).or_default().push(item);
        }
        stages
    }

    /// Returns for every item its own hours and those of the longest path behind it.
    pub fn remaining_path(&self) -> Vec<f64> {
        self.remaining.clone()
    }

    /// Returns the items that `item` waits for, whatever the reason.
    pub fn before(&self, item: usize) -> impl Iterator<Item = usize> + '_ {
        self.neighbours.before(item)
    }

    /// Returns the items that wait for `item`, whatever the reason.
    pub fn after(&self, item: usize) -> impl Iterator<Item = usize> + '_ {
        self.neighbours.after(item)
    }

    /// Returns the position of every item in the order.
    pub fn positions(&self) -> Vec<usize> {
        order::positions(self.nodes.len(), &self.order)
    }

    /// Returns the graph of some items alone, for `--stage` and `--prps`. Items come in document order.
    ///
    /// Edges from outside are dropped, but who needed a kept item through dropped ones still comes after it. Order and
    /// stage numbers are those of the whole.
    ///
    /// # Panics
    /// Never: a part of a topological order is a topological order.
    #[must_use]
    pub fn subset(&self, keep: &[usize]) -> Self {
        let mut index = vec![usize::MAX; self.nodes.len()];
        let mut kept: Vec<usize> = keep.iter().copied().filter(|&item| item < self.nodes.len()).collect();
        kept.sort_unstable();
        kept.dedup();
        for (new, &old) in kept.iter().enumerate() {
            index[old] = new;
        }
        let renumber = |(from, to): (usize, usize)| (index[from], index[to]);
        let inside = |&old: &usize| index[old] != usize::MAX;
        let whole = explicit::resolve(&self.nodes);
        let stated = Stated {
            dependencies: self.contracted(&kept, inside).into_iter().map(renumber).collect(),
            conflicts: whole.conflicts.into_iter().filter(|(a, b)| inside(a) && inside(b)).map(renumber).collect(),
            unknown: Vec::new(),
        };
        let nodes = kept.iter().map(|&old| self.nodes[old].clone()).collect();
        let order = self.order.iter().copied().filter(inside).map(|old| index[old]).collect();
        let stage = kept.iter().map(|&old| self.stage[old]).collect();
        Self::assemble(nodes, order, stated, Some(stage)).expect("invariant: part of a topological order is one")
    }

    /// Returns explicit edges between kept items, paths through dropped ones included.
    fn contracted(&self, kept: &[usize], inside: impl Fn(&usize) -> bool) -> Vec<(usize, usize)> {
        let explicit = self.edges.iter().filter(|edge| edge.reason == Reason::Explicit);
        let before = Adjacency::new(self.nodes.len(), explicit.map(|edge| (edge.to, edge.from)));
        let mut seen = vec![usize::MAX; self.nodes.len()];
        let mut edges = Vec::new();
        for &item in kept {
            let mut open = before.of(item).to_vec();
            while let Some(from) = open.pop() {
                if std::mem::replace(&mut seen[from], item) == item {
                    continue;
                }
                if inside(&from) {
                    edges.push((from, item));
                } else {
                    open.extend_from_slice(before.of(from));
                }
            }
        }
        edges
    }
}
