//! Examples whose answer is known.

use batchprp::graph::{Graph, Node, Reason};

/// Makes an item of one hour.
pub(crate) fn node(id: &str, dependencies: &[&str], files: &[&str]) -> Node {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    Node {
        id: id.to_owned(),
        title: format!("Title of {id}"),
        dependencies: texts(dependencies),
        files: texts(files),
        hours: 1.0,
        phases: 1,
        name: id.to_owned(),
        ..Node::default()
    }
}

/// The plan of the generation guide: 3 and 4 both need 2, and share nothing.
pub(crate) fn auth() -> Vec<Node> {
    vec![
        node("1", &[], &["src/auth/base.py"]),
        node("2", &["1"], &["src/auth/token.py"]),
        node("3", &["2"], &["src/auth/login.py"]),
        node("4", &["2"], &["src/auth/logout.py"]),
    ]
}

fn serial(graph: &Graph) -> Vec<(usize, usize, &str)> {
    graph.edges.iter().filter_map(|edge| Some((edge.from, edge.to, edge.reason.file()?))).collect()
}

#[test]
fn the_auth_example_has_three_stages() {
    let graph = Graph::analyze(auth()).unwrap();
    let stages: Vec<Vec<usize>> = graph.stages().into_values().collect();
    assert_eq!(stages, [vec![0], vec![1], vec![2, 3]]);
    assert_eq!(graph.critical_path, [0, 1, 2]);
    assert!((graph.bound_hours(1) - 4.0).abs() < 1e-9);
    assert!((graph.bound_hours(8) - 3.0).abs() < 1e-9);
}

#[test]
fn a_shared_file_serialises_along_the_order_and_is_named() {
    let graph =
        Graph::analyze(vec![node("a", &[], &["x.rs", "y.rs"]), node("b", &[], &["y.rs"]), node("c", &[], &["y.rs"])])
            .unwrap();
    assert_eq!(serial(&graph), [(0, 1, "y.rs"), (1, 2, "y.rs")]);
    assert_eq!(graph.stage, [1, 2, 3]);
    assert_eq!(graph.file_conflicts["y.rs"], ["a", "b", "c"]);
    assert_eq!(graph.file_conflicts.len(), 1);
}

#[test]
fn a_dependency_against_document_order_and_a_shared_file_make_no_cycle() {
    let graph = Graph::analyze(vec![node("a", &["b"], &["x.rs"]), node("b", &[], &["x.rs"])]).unwrap();
    assert_eq!(graph.order, [1, 0]);
    assert_eq!(graph.edges.len(), 1);
    assert_eq!(graph.edges[0].reason, Reason::Explicit);
    assert_eq!(graph.stage, [2, 1]);
}

#[test]
fn ids_are_texts_and_order_is_that_of_the_document() {
    let nodes = (1..=12).map(|n| node(&format!("PRP-47.{n}"), &[], &["x"])).collect();
    let graph = Graph::analyze(nodes).unwrap();
    assert_eq!(graph.order, (0..12).collect::<Vec<_>>());
    assert_eq!(graph.file_conflicts["x"][9], "PRP-47.10");
}

#[test]
fn directories_and_globs_overlap() {
    for (a, b, label) in [
        ("src/", "src/a.rs", Some("src/a.rs")),
        ("src", "src/a.rs", Some("src/a.rs")),
        ("src", "srcs/a.rs", None),
        ("src/a.rs", "./src//a.rs", Some("src/a.rs")),
        (".", "deep/down/a.rs", Some("deep/down/a.rs")),
        ("src/*.rs", "src/a.rs", Some("src/a.rs")),
        ("src/*.rs", "src/deep/a.rs", None),
        ("src/**/*.rs", "src/deep/a.rs", Some("src/deep/a.rs")),
        ("src/*", "src/deep/a.rs", Some("src/deep/a.rs")),
        ("*.md", "docs/a.md", None),
        ("docs/*.md", "docs/*.txt", None),
        ("docs/", "**/*.md", Some("docs")),
        ("docs", "docs/*.md", Some("docs")),
        ("a.md", "**/x/*.md", None),
        ("src/{a,b}.rs", "src/b.rs", Some("src/b.rs")),
        ("app/[id]/page.tsx", "app/[id]/page.tsx", Some("app/[id]/page.tsx")),
        ("app/[id]/*.tsx", "app/[id]/page.tsx", Some("app/[id]/page.tsx")),
        ("app/[id]/*.tsx", "app/i/page.tsx", None),
        (r"odd\name*", r"odd\name1", Some(r"odd\name1")),
    ] {
        for (first, second) in [(a, b), (b, a)] {
            let graph = Graph::analyze(vec![node("1", &[], &[first]), node("2", &[], &[second])]).unwrap();
            let expected: Vec<_> = label.map(|label| (0, 1, label)).into_iter().collect();
            assert_eq!(serial(&graph), expected, "{first} and {second}");
            assert_eq!(graph.file_conflicts.keys().map(String::as_str).next(), label, "{first} and {second}");
        }
    }
}

#[test]
fn of_two_globs_the_later_one_is_named() {
    let graph = Graph::analyze(vec![node("1", &[], &["docs/*.md"]), node("2", &[], &["docs/a*"])]).unwrap();
    assert_eq!(serial(&graph), [(0, 1, "docs/a*")]);
}

#[test]
fn declared_conflicts_serialise_once_whoever_declares_them() {
    let mut nodes = vec![node("a", &[], &[]), node("b", &[], &[]), node("c", &["b"], &[])];
    nodes[0].conflicts_with = vec!["b".to_owned(), "c".to_owned(), "nobody".to_owned()];
    nodes[1].conflicts_with = vec!["a".to_owned()];
    let graph = Graph::analyze(nodes).unwrap();
    let edges: Vec<_> = graph.edges.iter().map(|edge| (edge.from, edge.to, edge.reason.as_str())).collect();
    assert_eq!(edges, [(0, 1, "conflict"), (1, 2, "explicit")]);
}

#[test]
fn unknown_dependencies_are_handed_back() {
    let graph = Graph::analyze(vec![node("a", &["zz", "a2"], &[]), node("a2", &[], &[])]).unwrap();
    assert_eq!(graph.unknown, [(0, "zz".to_owned())]);
}

#[test]
fn a_cycle_has_its_path_its_edges_and_a_way_out() {
    let cycle = Graph::analyze(vec![
        node("1", &[], &[]),
        node("2", &["1", "4"], &[]),
        node("3", &["2"], &["x"]),
        node("4", &["3"], &["x"]),
        node("5", &["5"], &[]),
    ])
    .unwrap_err();
    assert_eq!(cycle.paths, [vec![1, 2, 3, 1], vec![4, 4]]);
    let edges: Vec<_> = cycle.edges.iter().map(|edge| (edge.from, edge.to)).collect();
    assert_eq!(edges, [(3, 1), (1, 2), (2, 3), (4, 4)]);
    assert_eq!(cycle.break_hint, [(3, 1), (4, 4)]);
}

#[test]
fn one_edge_that_breaks_two_cycles_is_enough() {
    let cycle = Graph::analyze(vec![
        node("1", &["3", "4"], &[]),
        node("2", &["1"], &[]),
        node("3", &["2"], &[]),
        node("4", &["2"], &[]),
    ])
    .unwrap_err();
    assert_eq!(cycle.paths, [vec![0, 1, 2, 0], vec![0, 1, 3, 0]]);
    assert_eq!(cycle.break_hint, [(0, 1)]);
}

#[test]
fn long_chains_and_long_cycles_need_no_deep_stack() {
    let count = 20_000;
    let chain = |first: &[&str]| -> Vec<Node> {
        let mut nodes = vec![node("0", first, &[])];
        nodes.extend((1..count).map(|n| node(&n.to_string(), &[&(n - 1).to_string()], &[])));
        nodes
    };
    assert_eq!(Graph::analyze(chain(&[])).unwrap().stage[count - 1] as usize, count);
    let mut reversed = chain(&[]);
    reversed.reverse();
    assert_eq!(Graph::analyze(reversed).unwrap().stage[0] as usize, count);
    let cycle = Graph::analyze(chain(&[&(count - 1).to_string()])).unwrap_err();
    assert_eq!(cycle.paths[0].len(), count + 1);
    assert_eq!(cycle.break_hint, [(count - 1, 0)]);
}

#[test]
fn a_subset_keeps_stages_and_the_order_over_dropped_items() {
    let graph = Graph::analyze(vec![
        node("a", &[], &["x"]),
        node("b", &["a"], &["x"]),
        node("c", &["b"], &[]),
        node("d", &[], &["x"]),
    ])
    .unwrap();
    let part = graph.subset(&[3, 2, 0]);
    let ids: Vec<&str> = part.nodes.iter().map(|node| node.id.as_str()).collect();
    assert_eq!(ids, ["a", "c", "d"]);
    assert_eq!(part.stage, [1, 3, 3]);
    let edges: Vec<_> = part.edges.iter().map(|edge| (edge.from, edge.to, edge.reason.as_str())).collect();
    assert_eq!(edges, [(0, 1, "explicit"), (0, 2, "file")]);
    assert_eq!(graph.subset(&[2]).edges, []);
}
