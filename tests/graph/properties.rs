//! Random graphs against the reference.

use std::collections::BTreeSet;

use batchprp::graph::{Graph, Node, Reason};
use proptest::prelude::*;

use super::examples::node;
use super::reference;

fn entry() -> impl Strategy<Value = String> {
    let part = prop_oneof![6 => prop::sample::select(&reference::PARTS[..]), 1 => Just("*"), 1 => Just("**"), 1 => Just("*.rs")];
    (prop::collection::vec(part, 1..4), prop::bool::weighted(0.2)).prop_map(|(parts, slash)| {
        // `**` in front of `**` is no different from one.
        let mut parts = parts;
        parts.dedup();
        let text = parts.join("/");
        if slash && !text.contains('*') { text + "/" } else { text }
    })
}

/// Items with random dependencies (cyclic ones too when asked for), files and conflicts.
fn items(cyclic: bool) -> impl Strategy<Value = Vec<Node>> {
    let item = (
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::collection::vec(entry(), 0..3),
        prop::option::weighted(0.1, any::<prop::sample::Index>()),
    );
    (prop::collection::vec(item, 1..10), any::<u64>()).prop_map(move |(items, seed)| {
        let count = items.len();
        // Dependencies lead backward in a shuffled order, not in that of the document.
        let mut rank: Vec<usize> = (0..count).collect();
        rank.sort_by_key(|&item| (item as u64 + 1).wrapping_mul(seed | 1) >> 7);
        let mut nodes = vec![node("", &[], &[]); count];
        for (place, (dependencies, files, conflict)) in items.into_iter().enumerate() {
            let range = if cyclic { count } else { place };
            let this = &mut nodes[rank[place]];
            this.id = format!("N{}", rank[place]);
            this.files = files;
            if range > 0 {
                this.dependencies = dependencies.iter().map(|at| format!("N{}", rank[at.index(range)])).collect();
            }
            this.conflicts_with = conflict.iter().map(|at| format!("N{}", at.index(count))).collect();
        }
        nodes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn stages_and_edges_are_those_of_the_all_pairs_rule(nodes in items(false)) {
        let graph = Graph::analyze(nodes.clone()).expect("no cycle");
        let explicit = reference::explicit(&nodes);
        prop_assert_eq!(Some(graph.order.clone()), reference::order(nodes.len(), &explicit));
        prop_assert_eq!(Some(graph.stage.clone()), reference::stages(&nodes));
        let edges: BTreeSet<_> = graph.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        prop_assert_eq!(edges.len(), graph.edges.len(), "each edge once");
        prop_assert!(explicit.is_subset(&edges));
        let (reach, sharing) = (reference::reach(nodes.len(), &edges), reference::sharing(&nodes));
        for a in 0..nodes.len() {
            for b in 0..a {
                prop_assert!(!sharing[a][b] || reach[a][b] || reach[b][a], "{} and {} share a file", a, b);
            }
        }
        for edge in &graph.edges {
            let (from, to) = (edge.from, edge.to);
            match edge.reason {
                Reason::Explicit => prop_assert!(explicit.contains(&(from, to))),
                Reason::File(_) => prop_assert!(sharing[from][to]),
                Reason::Conflict => prop_assert!(
                    nodes[from].conflicts_with.contains(&nodes[to].id) || nodes[to].conflicts_with.contains(&nodes[from].id)
                ),
            }
            if edge.reason != Reason::Explicit {
                let mut rest = edges.clone();
                rest.remove(&(from, to));
                prop_assert!(!reference::reach(nodes.len(), &rest)[from][to], "{} to {} is ordered already", from, to);
            }
        }
        // Every stage is needed: an item of stage n waits for one of stage n - 1.
        for (item, &stage) in graph.stage.iter().enumerate() {
            prop_assert_eq!(stage, 1 + graph.before(item).map(|from| graph.stage[from]).max().unwrap_or(0));
        }
    }

    #[test]
    fn a_cycle_is_reported_exactly_when_there_is_one(nodes in items(true)) {
        let explicit = reference::explicit(&nodes);
        let expected = reference::order(nodes.len(), &explicit);
        match Graph::analyze(nodes.clone()) {
            Ok(graph) => prop_assert_eq!(Some(graph.order), expected),
            Err(cycle) => {
                prop_assert_eq!(expected, None);
                prop_assert!(!cycle.paths.is_empty());
                for path in &cycle.paths {
                    prop_assert!(path.len() > 1 && path.first() == path.last());
                    prop_assert!(path.windows(2).all(|pair| explicit.contains(&(pair[0], pair[1]))));
                    prop_assert_eq!(path[1..].iter().collect::<BTreeSet<_>>().len(), path.len() - 1);
                }
                let hint: BTreeSet<_> = cycle.break_hint.iter().copied().collect();
                prop_assert!(hint.is_subset(&explicit) && !hint.is_empty());
                if explicit.len() <= 12 {
                    let without = |gone: &BTreeSet<_>| reference::order(nodes.len(), &(&explicit - gone)).is_some();
                    prop_assert!(without(&hint), "the hint breaks every cycle");
                    let all: Vec<_> = explicit.iter().copied().collect();
                    let smaller = (0..1_u32 << all.len()).filter(|set| (set.count_ones() as usize) < hint.len());
                    for set in smaller {
                        let gone = (0..all.len()).filter(|bit| set & (1 << bit) != 0).map(|bit| all[bit]).collect();
                        prop_assert!(!without(&gone), "{:?} would do", gone);
                    }
                }
            }
        }
    }

    #[test]
    fn a_subset_keeps_every_order_that_matters(nodes in items(false), picks in prop::collection::vec(any::<bool>(), 10)) {
        let graph = Graph::analyze(nodes.clone()).expect("no cycle");
        let keep: Vec<usize> = (0..nodes.len()).filter(|&item| picks[item]).collect();
        let part = graph.subset(&keep);
        let explicit = reference::reach(nodes.len(), &reference::explicit(&nodes));
        let sharing = reference::sharing(&nodes);
        let edges = part.edges.iter().map(|edge| (edge.from, edge.to)).collect();
        let reach = reference::reach(keep.len(), &edges);
        let place = graph.positions();
        for (a, &old_a) in keep.iter().enumerate() {
            prop_assert_eq!(&part.nodes[a], &nodes[old_a]);
            prop_assert_eq!(part.stage[a], graph.stage[old_a]);
            for (b, &old_b) in keep.iter().enumerate() {
                prop_assert!(!explicit[old_a][old_b] || reach[a][b]);
                // Overlap may hang on a declaration that was dropped; plain equality does not.
                let same = nodes[old_a].files.iter().any(|file| nodes[old_b].files.contains(file));
                prop_assert!(!(same && sharing[old_a][old_b] && place[old_a] < place[old_b]) || reach[a][b]);
            }
        }
    }

    /// Hashing, the order of lists inside of an item and the names of ids decide nothing: only the document order does.
    #[test]
    fn only_the_document_order_decides(nodes in items(false), keys in Just((0..10_usize).collect::<Vec<_>>()).prop_shuffle()) {
        let graph = Graph::analyze(nodes.clone()).expect("no cycle");
        let pairs = |graph: &Graph| graph.edges.iter().map(|edge| (edge.from, edge.to)).collect::<Vec<_>>();
        let renamed = |id: &String| format!("{}-{id}", id.bytes().rev().map(char::from).collect::<String>());
        let mut other = nodes.clone();
        for node in &mut other {
            node.files.reverse();
            node.dependencies = node.dependencies.iter().rev().map(renamed).collect();
            node.conflicts_with = node.conflicts_with.iter().rev().map(renamed).collect();
            node.id = renamed(&node.id);
        }
        let same = Graph::analyze(other).expect("no cycle");
        prop_assert_eq!((&same.order, &same.stage, pairs(&same)), (&graph.order, &graph.stage, pairs(&graph)));
        prop_assert_eq!(
            same.file_conflicts.keys().collect::<Vec<_>>(),
            graph.file_conflicts.keys().collect::<Vec<_>>()
        );
        // Without shared files the stages are those of the dependencies, in whatever order the items stand.
        let bare = |mut nodes: Vec<Node>| {
            for node in &mut nodes {
                node.files.clear();
                node.conflicts_with.clear();
            }
            let graph = Graph::analyze(nodes).expect("no cycle");
            graph.nodes.into_iter().map(|node| node.id).zip(graph.stage).collect::<BTreeSet<_>>()
        };
        let shuffled = keys.iter().filter_map(|&at| nodes.get(at).cloned()).collect();
        prop_assert_eq!(bare(shuffled), bare(nodes));
    }
}
