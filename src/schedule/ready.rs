//! The queue of items that may start.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::item_graph::ItemGraph;

/// Ready items, the most urgent first. An item that stopped being ready may still be in it.
#[derive(Clone, Debug)]
pub(super) struct Queue {
    heap: BinaryHeap<Reverse<(u32, usize, usize)>>,
    /// Stage (where stages are barriers) and rank of every item.
    urgency: Vec<(u32, usize)>,
}

impl Queue {
    /// Ranks items by their longest remaining path, then by topological order.
    pub(super) fn new(plan: &ItemGraph, barrier: bool) -> Self {
        let remaining = plan.remaining();
        let mut ranked: Vec<usize> = (0..plan.items.len()).collect();
        ranked.sort_by(|&a, &b| {
            let longer = remaining[b].total_cmp(&remaining[a]);
            longer.then(plan.items[a].place.cmp(&plan.items[b].place)).then(a.cmp(&b))
        });
        let mut urgency = vec![(0, 0); plan.items.len()];
        for (rank, &item) in ranked.iter().enumerate() {
            urgency[item] = (if barrier { plan.items[item].stage } else { 0 }, rank);
        }
        Self { heap: BinaryHeap::new(), urgency }
    }

    /// Puts an item in.
    pub(super) fn push(&mut self, item: usize) {
        let (stage, rank) = self.urgency[item];
        self.heap.push(Reverse((stage, rank, item)));
    }

    /// Returns the most urgent item.
    pub(super) fn peek(&self) -> Option<usize> {
        self.heap.peek().map(|Reverse((_, _, item))| *item)
    }

    /// Takes the most urgent item out.
    pub(super) fn pop(&mut self) -> Option<usize> {
        self.heap.pop().map(|Reverse((_, _, item))| item)
    }
}
