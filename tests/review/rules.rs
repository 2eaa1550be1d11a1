//! One batch that breaks each consistency rule, and its mended twin that keeps it.

/// A rule with its two batches. A batch is a list of documents: path and text.
pub(crate) struct Rule {
    pub(crate) category: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) broken: Vec<(String, String)>,
    pub(crate) kept: Vec<(String, String)>,
    /// File, and what stands in the line that the finding must point to.
    pub(crate) place: (&'static str, &'static str),
    /// What the way out must name.
    pub(crate) way: &'static str,
}

const GATES: &str = "## Validation\n- L2: `make check`\n";

/// Writes a PRP of batch 9. What is not given in `front` is there too, empty.
fn prp(id: &str, title: &str, front: &[&str], body: &str) -> (String, String) {
    let rest = ["dependencies: []", "files_modified: []"];
    let key = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let rest = rest.iter().filter(|line| !front.iter().any(|given| key(given) == key(line)));
    let lines = front.iter().chain(rest).copied().collect::<Vec<_>>().join("\n");
    let gates = if body.contains("## Validation") { "" } else { GATES };
    let steps = if body.contains("## Implementation") { "" } else { "## Implementation\n### Phase 1: A\nDo it.\n" };
    let name = format!("PRPs/feature-requests/PRP-{id}-{}.md", title.to_lowercase().replace(' ', "-"));
    (name, format!("---\nprp_id: PRP-{id}\ntitle: {title}\n{lines}\n---\n# PRP-{id}: {title}\n{steps}{body}{gates}"))
}

fn plain(id: &str, title: &str, front: &[&str]) -> (String, String) {
    prp(id, title, front, "")
}

fn uses(path: &str, front: &[&str]) -> (String, String) {
    prp("9.1.2", "Cache", front, &format!("## Implementation\n### Phase 1: A\nRead `{path}` first.\n"))
}

/// Returns every rule that there is.
#[expect(clippy::too_many_lines, reason = "a table")]
pub(crate) fn rules() -> Vec<Rule> {
    let store = || plain("9.1.1", "Store", &["files_modified: [src/store.rs]"]);
    let after = |front: &'static str| plain("9.1.2", "Cache", &["dependencies: [PRP-9.1.1]", front]);
    let integration = |front: &str| {
        let mail = plain("9.1.10", "Mail", &["dependencies: [PRP-9.1.1]"]);
        vec![store(), after("stage: 2"), mail, plain("9.3.1", "Integration test", &[front, "stage: 3"])]
    };
    vec![
        Rule {
            category: "duplicate_id",
            severity: "error",
            broken: vec![store(), plain("9.1.1", "Zebra", &[])],
            kept: vec![store(), plain("9.1.2", "Zebra", &[])],
            place: ("PRPs/feature-requests/PRP-9.1.1-zebra.md", "prp_id: PRP-9.1.1"),
            way: "prp_id",
        },
        Rule {
            category: "self_dependency",
            severity: "error",
            broken: vec![plain("9.1.1", "Store", &["dependencies: [PRP-9.1.1]"])],
            kept: vec![store()],
            place: ("PRPs/feature-requests/PRP-9.1.1-store.md", "dependencies: [PRP-9.1.1]"),
            way: "dependencies",
        },
        Rule {
            category: "undefined_dependency",
            severity: "error",
            broken: vec![store(), plain("9.1.2", "Cache", &["dependencies: [PRP-9.1.11]"])],
            kept: vec![store(), after("stage: 2")],
            place: ("PRPs/feature-requests/PRP-9.1.2-cache.md", "dependencies: [PRP-9.1.11]"),
            way: "PRP-9.1.1",
        },
        Rule {
            category: "cyclic_dependency",
            severity: "error",
            broken: vec![plain("9.1.1", "Store", &["dependencies: [PRP-9.1.2]"]), after("stage: 2")],
            kept: vec![store(), after("stage: 2")],
            place: ("PRPs/feature-requests/PRP-9.1.1-store.md", "dependencies: [PRP-9.1.2]"),
            way: "remove PRP-9.1.2",
        },
        Rule {
            category: "undefined_conflict",
            severity: "warning",
            broken: vec![store(), plain("9.1.2", "Cache", &["conflicts_with: [PRP-9.1.11]"])],
            kept: vec![store(), plain("9.1.2", "Cache", &["conflicts_with: [PRP-9.1.1]"])],
            place: ("PRPs/feature-requests/PRP-9.1.2-cache.md", "conflicts_with: [PRP-9.1.11]"),
            way: "PRP-9.1.1",
        },
        Rule {
            category: "cancelled_dependency",
            severity: "warning",
            broken: vec![plain("9.1.1", "Store", &["status: deferred"]), after("stage: 2")],
            kept: vec![plain("9.1.1", "Store", &["status: ready"]), after("stage: 2")],
            place: ("PRPs/feature-requests/PRP-9.1.2-cache.md", "dependencies: [PRP-9.1.1]"),
            way: "remove PRP-9.1.1",
        },
        Rule {
            category: "stage_order",
            severity: "warning",
            broken: vec![plain("9.1.1", "Store", &["stage: 2"]), after("stage: 2")],
            kept: vec![plain("9.1.1", "Store", &["stage: 1"]), after("stage: 2")],
            place: ("PRPs/feature-requests/PRP-9.1.2-cache.md", "stage: 2"),
            way: "stage: 3",
        },
        Rule {
            category: "shared_file",
            severity: "warning",
            broken: vec![store(), plain("9.1.2", "Cache", &["files_modified: [src/store.rs]"])],
            kept: vec![store(), after("files_modified: [src/store.rs]")],
            place: ("PRPs/feature-requests/PRP-9.1.2-cache.md", "files_modified: [src/store.rs]"),
            way: "add PRP-9.1.1 to the `dependencies` of PRP-9.1.2",
        },
        Rule {
            category: "unproduced_file",
            severity: "warning",
            broken: vec![store(), uses("src/nowhere.rs", &[])],
            kept: vec![store(), uses("README.md", &[])],
            place: ("PRPs/feature-requests/PRP-9.1.2-cache.md", "Read `src/nowhere.rs` first."),
            way: "files_modified",
        },
        Rule {
            category: "missing_dependency",
            severity: "warning",
            broken: vec![store(), uses("src/store.rs", &[])],
            kept: vec![store(), uses("src/store.rs", &["dependencies: [PRP-9.1.1]"])],
            place: ("PRPs/feature-requests/PRP-9.1.2-cache.md", "Read `src/store.rs` first."),
            way: "add PRP-9.1.1 to the `dependencies` of PRP-9.1.2",
        },
        Rule {
            category: "large_estimate",
            severity: "warning",
            broken: vec![plain("9.1.1", "Store", &["estimated_hours: 40.5"])],
            kept: vec![plain("9.1.1", "Store", &["estimated_hours: 40"])],
            place: ("PRPs/feature-requests/PRP-9.1.1-store.md", "estimated_hours: 40.5"),
            way: "split",
        },
        Rule {
            category: "small_estimate",
            severity: "warning",
            broken: vec![plain("9.1.1", "Store", &["complexity: high", "estimated_hours: 1.5"])],
            kept: vec![plain("9.1.1", "Store", &["complexity: high", "estimated_hours: 2"])],
            place: ("PRPs/feature-requests/PRP-9.1.1-store.md", "estimated_hours: 1.5"),
            way: "estimated_hours",
        },
        Rule {
            category: "missing_gates",
            severity: "warning",
            broken: vec![prp("9.1.1", "Store", &[], "## Validation\nLook at it.\n")],
            kept: vec![store()],
            place: ("PRPs/feature-requests/PRP-9.1.1-store.md", "## Validation"),
            way: "L3",
        },
        Rule {
            category: "diverging_term",
            severity: "warning",
            broken: vec![plain("9.1.1", "Worktree pool", &[]), plain("9.1.2", "Clean the work-tree", &[])],
            kept: vec![plain("9.1.1", "Worktree pool", &[]), plain("9.1.2", "Clean the worktree", &[])],
            place: ("PRPs/feature-requests/PRP-9.1.2-clean-the-work-tree.md", "title: Clean the work-tree"),
            way: "orktree",
        },
        Rule {
            category: "unnamed_sibling",
            severity: "warning",
            broken: integration("dependencies: [PRP-9.1.2]"),
            kept: integration("dependencies: [PRP-9.1.2, PRP-9.1.10]"),
            place: ("PRPs/feature-requests/PRP-9.3.1-integration-test.md", "dependencies: [PRP-9.1.2]"),
            way: "add PRP-9.1.10",
        },
        Rule {
            category: "orphan",
            severity: "info",
            broken: vec![store(), after("stage: 2"), plain("9.1.3", "Log", &[])],
            kept: vec![store(), after("stage: 2"), plain("9.1.3", "Log", &["dependencies: [PRP-9.1.1]"])],
            place: ("PRPs/feature-requests/PRP-9.1.3-log.md", "dependencies: []"),
            way: "name what it builds on",
        },
    ]
}
