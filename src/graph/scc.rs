//! Strongly connected components: the parts of a graph in which everything waits for everything.

use super::adjacency::Adjacency;

/// Returns all components by Tarjan's algorithm, without recursion, each sorted, by their first node.
pub(super) fn components(count: usize, next: &Adjacency) -> Vec<Vec<usize>> {
    let mut search = Search {
        index: vec![usize::MAX; count],
        low: vec![0; count],
        on_stack: vec![false; count],
        stack: Vec::new(),
        counter: 0,
        found: Vec::new(),
    };
    for root in 0..count {
        if search.index[root] == usize::MAX {
            search.visit(root, next);
        }
    }
    search.found.sort_unstable();
    search.found
}

struct Search {
    index: Vec<usize>,
    low: Vec<usize>,
    on_stack: Vec<bool>,
    stack: Vec<usize>,
    counter: usize,
    found: Vec<Vec<usize>>,
}

impl Search {
    fn enter(&mut self, node: usize) {
        self.index[node] = self.counter;
        self.low[node] = self.counter;
        self.counter += 1;
        self.stack.push(node);
        self.on_stack[node] = true;
    }

    fn visit(&mut self, root: usize, next: &Adjacency) {
        self.enter(root);
        // Node and how many of its successors were looked at.
        let mut open = vec![(root, 0)];
        while let Some((node, looked)) = open.last_mut() {
            let node = *node;
            if let Some(&to) = next.of(node).get(*looked) {
                *looked += 1;
                if self.index[to] == usize::MAX {
                    self.enter(to);
                    open.push((to, 0));
                } else if self.on_stack[to] {
                    self.low[node] = self.low[node].min(self.index[to]);
                }
            } else {
                open.pop();
                if let Some(&(parent, _)) = open.last() {
                    self.low[parent] = self.low[parent].min(self.low[node]);
                }
                if self.low[node] == self.index[node] {
                    self.close(node);
                }
            }
        }
    }

    fn close(&mut self, root: usize) {
        let start = self.stack.iter().rposition(|&node| node == root).unwrap_or(0);
        let mut component = self.stack.split_off(start);
        for &node in &component {
            self.on_stack[node] = false;
        }
        component.sort_unstable();
        self.found.push(component);
    }
}
