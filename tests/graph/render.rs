//! What the `graph` command prints.

use batchprp::graph::{Graph, LeftOut, Node, render};

use super::examples::{auth, node};

fn sample() -> Graph {
    let mut nodes = vec![
        node("PRP-7.1.1", &[], &["src/api.rs"]),
        node("PRP-7.2.1", &["PRP-7.1.1"], &["src/auth.rs"]),
        node("PRP-7.2.2", &["PRP-7.1.1"], &["src/auth.rs"]),
    ];
    nodes[1].hours = 2.5;
    nodes[2].title = String::from("Say \"no\" <b>\n[x]");
    Graph::analyze(nodes).expect("no cycle")
}

#[test]
fn json_is_as_documented() {
    let value: serde_json::Value = serde_json::from_str(&render::json(&sample(), &LeftOut::default(), 2)).unwrap();
    let expected = serde_json::json!({
        "schema_version": 1,
        "sorted_order": ["PRP-7.1.1", "PRP-7.2.1", "PRP-7.2.2"],
        "stages": {"1": ["PRP-7.1.1"], "2": ["PRP-7.2.1"], "3": ["PRP-7.2.2"]},
        "edges": [
            {"from": "PRP-7.1.1", "to": "PRP-7.2.1", "reason": "explicit"},
            {"from": "PRP-7.1.1", "to": "PRP-7.2.2", "reason": "explicit"},
            {"from": "PRP-7.2.1", "to": "PRP-7.2.2", "reason": "file", "file": "src/auth.rs"},
        ],
        "file_conflicts": {"src/auth.rs": ["PRP-7.2.1", "PRP-7.2.2"]},
        "has_cycles": false, "cycle_path": [],
        "critical_path": ["PRP-7.1.1", "PRP-7.2.1", "PRP-7.2.2"], "bound_hours": 4.5,
        "left_out": {},
    });
    assert_eq!(value, expected);
}

#[test]
fn a_cycle_is_json_and_text_too() {
    let nodes: Vec<Node> = vec![node("1", &["2"], &[]), node("2", &["1"], &[])];
    let cycle = Graph::analyze(nodes.clone()).unwrap_err();
    let value: serde_json::Value = serde_json::from_str(&render::cycle_json(&nodes, &cycle)).unwrap();
    assert_eq!((&value["has_cycles"], &value["cycle_path"]), (&true.into(), &serde_json::json!(["1", "2", "1"])));
    assert_eq!(value["sorted_order"], serde_json::json!([]));
    let text = render::cycle_text(&nodes, &cycle);
    assert_eq!(text, "cycle: 1 → 2 → 1\nto break it, remove `2` from the dependencies of `1`\n");
}

#[test]
fn text_says_who_waits_for_whom_and_why() {
    insta::assert_snapshot!(render::text(&sample(), &LeftOut::default(), 2), @r#"
    3 items, 3 stages, 2 dependencies, 1 to keep shared files apart

    Stage 1
      PRP-7.1.1  Title of PRP-7.1.1 (1 h)

    Stage 2
      PRP-7.2.1  Title of PRP-7.2.1 (2.5 h) after PRP-7.1.1

    Stage 3
      PRP-7.2.2  Say "no" <b> [x] (1 h) after PRP-7.1.1, PRP-7.2.1 (shares src/auth.rs)

    Shared files
      src/auth.rs: PRP-7.2.1, PRP-7.2.2

    Critical path: PRP-7.1.1 → PRP-7.2.1 → PRP-7.2.2 (4.5 h)
    At least 4.5 h with 2 slots
    "#);
}

#[test]
fn mermaid_and_dot_escape_what_they_must() {
    insta::assert_snapshot!(render::mermaid(&sample()), @r#"
    flowchart LR
      subgraph stage1["Stage 1"]
        n0["PRP-7.1.1: Title of PRP-7.1.1"]
      end
      subgraph stage2["Stage 2"]
        n1["PRP-7.2.1: Title of PRP-7.2.1"]
      end
      subgraph stage3["Stage 3"]
        n2["PRP-7.2.2: Say #34;no#34; #60;b#62; [x]"]
      end
      n0 --> n1
      n0 --> n2
      n1 -.->|"src/auth.rs"| n2
      style n0 stroke-width:3px
      style n1 stroke-width:3px
      style n2 stroke-width:3px
    "#);
    let dot = render::dot(&Graph::analyze(auth()).unwrap());
    assert!(dot.contains("\"2\" -> \"4\";\n") && dot.contains("[label=\"1\\nTitle of 1\", style=bold];"), "{dot}");
    assert!(render::dot(&sample()).contains(r#"Say \"no\" <b>\n[x]"#));
}
