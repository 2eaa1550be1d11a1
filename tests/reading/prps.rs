//! PRPs.

use super::super::{codes, labels, read};
use batchprp::model::inspect::Inspection;
use batchprp::model::read::prp;
use std::path::Path;

const PHASE: &str = "# T\n\n## Implementation\n\n### Phase 1: A\n";

fn front(lines: &str) -> Inspection {
    read(&format!("---\nprp_id: PRP-7.1.1\ntitle: T\n{lines}\n---\n{PHASE}"))
}

fn with_id(value: &str) -> Inspection {
    read(&format!("---\nprp_id: {value}\ntitle: T\n---\n{PHASE}"))
}

#[test]
fn a_canonical_prp_has_no_problems() {
    let text = "---\nprp_id: PRP-7.1.1\ntitle: Add it\nstatus: planning\ncomplexity: low\nestimated_hours: 2\n\
        dependencies: [PRP-7.0.1]\nfiles_modified:\n  - ./src/a.rs\n---\n# PRP-7.1.1: Add it\n\n## Implementation\n\n\
        ### Phase 1: Write it (1.5 hours)\n\ntext\n\n### Phase 2A: Test it (30 min)\n\n## Validation\n\n\
        - L1: `cargo fmt --check`\n- L3: tests look good\n";
    let prp = read(text);
    assert_eq!(codes(&prp), Vec::<String>::new());
    assert_eq!(prp.id.as_deref(), Some("PRP-7.1.1"));
    assert_eq!((prp.dependencies.join(" "), prp.files.join(" ")), ("PRP-7.0.1".to_owned(), "src/a.rs".to_owned()));
    let phases: Vec<_> = prp.phases.iter().map(|p| (p.label.as_str(), p.title.as_str(), p.minutes, p.line)).collect();
    assert_eq!(phases, [("1", "Write it", Some(90.0), 15), ("2A", "Test it", Some(30.0), 19)]);
    let gates: Vec<_> = prp.gates.iter().map(|gate| (gate.level, gate.command.as_deref())).collect();
    assert_eq!(gates, [(1, Some("cargo fmt --check")), (3, None)]);
}

#[test]
fn ids_stay_text_and_hostile_ones_are_refused_where_they_stand() {
    for (value, id) in
        [("7.1.1", "PRP-7.1.1"), ("'7.10'", "PRP-7.10"), ("15.10", "PRP-15.10"), ("30", "PRP-30"), ("prp-A", "PRP-A")]
    {
        assert_eq!(with_id(value).id.as_deref(), Some(id));
    }
    for value in ["../x", "$(id)", "-1", "\"PRP-1\\n\"", "４７", "PRP-1.lock", "[1, 2]", "PRP-1;x"] {
        let prp = with_id(value);
        assert_eq!(prp.id, None, "{value}");
        assert!(codes(&prp).contains(&"error prp::bad_id:2".to_owned()), "{value}: {:?}", codes(&prp));
    }
    assert_eq!(codes(&with_id("PRP-8")), ["warning prp::id_mismatch:2"]);
}

#[test]
fn an_id_may_come_from_the_file_name() {
    assert_eq!(codes(&read(PHASE)), ["warning prp::missing_id:1"]);
    let (prp, problems) = prp(Path::new("notes.md"), PHASE.as_bytes());
    assert_eq!(prp.id, None);
    assert!(problems.iter().any(|problem| problem.code == "prp::missing_id" && problem.is_error()));
    for (name, id) in [
        ("PRP-1.2-yaml.md", Some("PRP-1.2")),
        ("prp-A-x.md", Some("PRP-A")),
        ("PRP-AB.md", None),
        ("PRP-38.md", Some("PRP-38")),
    ] {
        assert_eq!(
            batchprp::model::read::id_of_file_name(Path::new(name)).map(|id| id.to_string()).as_deref(),
            id,
            "{name}"
        );
    }
}

#[test]
fn titles_come_from_three_keys_or_the_first_heading() {
    for (front, title) in
        [("title: 'A: b'", "A: b"), ("feature_name: F", "F"), ("name: \"N\"", "N"), ("x: y", "Heading")]
    {
        let prp = read(&format!("---\nprp_id: 7.1.1\n{front}\n---\n# PRP-7.1.1: Heading\n## Tasks\n### Phase 1: A\n"));
        assert_eq!(prp.title.as_deref(), Some(title));
    }
    let none = read("---\nprp_id: 7.1.1\n---\n## Phases\n### Phase 1: A\n");
    assert_eq!(codes(&none), ["warning prp::missing_title:4"]);
}

#[test]
fn status_words_have_synonyms() {
    for (word, status) in [
        ("Done", "completed"),
        ("ready", "planning"),
        ("IN-PROGRESS", "in_progress"),
        ("\"executed\"", "executed"),
        ("On Hold", "cancelled"),
        ("wontfix", "cancelled"),
    ] {
        assert_eq!(front(&format!("status: {word}")).status.as_deref(), Some(status));
    }
    assert_eq!(codes(&front("status: rejected")), ["warning prp::unknown_status:4"]);
    assert_eq!(front("status:").status, None);
}

#[test]
fn numbers_words_and_ranges() {
    assert_eq!(
        codes(&front("complexity: HIGH\nestimated_hours: 2-3\nbatch: 7\nstage: stage-2-parallel\norder: '1'")),
        Vec::<String>::new()
    );
    assert_eq!(codes(&front("effort_hours: soon")), ["warning prp::bad_hours:4"]);
    assert_eq!(codes(&front("complexity: tricky")), ["warning prp::unknown_complexity:4"]);
    assert_eq!(codes(&front("stage: last")), ["warning prp::bad_number:4"]);
}

#[test]
fn dependencies_of_every_form() {
    for (lines, ids) in [
        ("dependencies:", ""),
        ("dependencies: null", ""),
        ("dependencies: None (first of all)", ""),
        ("dependencies: [7.0.1, 'PRP-7.0.2']", "PRP-7.0.1 PRP-7.0.2"),
        ("dependencies: PRP-C (tree (a, b) kept), PRP-D", "PRP-C PRP-D"),
        ("dependencies:\n- PRP-2 (the base)\n- \"PRP-3: the rest\"", "PRP-2 PRP-3"),
    ] {
        let prp = front(lines);
        assert_eq!((prp.dependencies.join(" ").as_str(), codes(&prp)), (ids, vec![]), "{lines}");
    }
}

#[test]
fn what_is_no_id_becomes_external_with_a_warning() {
    let prp = front("dependencies: numpy>=1.2, 6 strategies, PRP-2\nexternal_dependencies: [jq]");
    assert_eq!(prp.dependencies, ["PRP-2"]);
    assert_eq!(prp.external_dependencies, ["jq", "numpy>=1.2", "6 strategies"]);
    assert_eq!(codes(&prp), ["warning prp::bad_dependency:4", "warning prp::bad_dependency:4"]);
    assert_eq!(codes(&front("dependencies:\n  - PRP-1 through PRP-9")), ["warning prp::dependency_range:5"]);
    assert_eq!(codes(&front("dependencies: [PRP-7.1.1]")), ["error prp::self_dependency:4"]);
}

#[test]
fn declared_files_are_relative() {
    let prp = front("files_modified: src/a.rs (new), `docs/*.md` - all, b/");
    assert_eq!((prp.files.join(" ").as_str(), codes(&prp)), ("src/a.rs docs/*.md b/", vec![]));
    for path in ["/etc/x", "a/../../b", "''", "~/x"] {
        assert_eq!(codes(&front(&format!("files_modified:\n  - {path}"))), ["error prp::bad_path:5"], "{path}");
    }
    let body = read(&format!(
        "---\nprp_id: 7.1.1\n---\n{PHASE}\n## Files Modified\n\n- `a.py` (create)\n- b.py - why\n- some other files\n"
    ));
    assert_eq!(body.files, ["a.py", "b.py"]);
    assert_eq!(codes(&body), ["warning prp::prose_file:14"]);
}

#[test]
fn frontmatters_that_cannot_be_read() {
    let one = |text: &str| {
        let all = codes(&read(&format!("{text}{PHASE}")));
        all.into_iter().filter(|code| code.contains("frontmatter")).collect::<Vec<_>>()
    };
    assert_eq!(one("---\ntitle: a: b\n---\n"), ["error frontmatter::yaml:2"]);
    assert_eq!(one("---\nprp_id: 1\nprp_id: 2\n---\n"), ["error frontmatter::duplicate_key:3"]);
    assert_eq!(one("---\na: &x 1\nb: *x\n---\n").len(), 2);
    assert_eq!(one("---\na: !!str 1\n---\n"), ["error frontmatter::unsupported:2"]);
    assert_eq!(one("---\nprp_id: 1\n\n"), ["error frontmatter::unclosed:1"]);
    assert_eq!(one("---\n{a: 1}\n---\n"), ["error frontmatter::not_a_map:2"]);
    assert_eq!(one("prp_id: 1\ntitle: x\n\n---\n"), ["warning frontmatter::unopened:1"]);
    assert_eq!(one("# X\n```yaml\n---\nprp_id: 1\n---\n```\n"), ["warning frontmatter::fenced:3"]);
    // A rule behind a block is no frontmatter.
    assert_eq!(one("# X\n```yaml\na: 1\n```\n---\n"), Vec::<String>::new());
    assert_eq!(one(&format!("---\na: {}\n---\n", "x".repeat(65 * 1024))), ["error frontmatter::too_large:2"]);
    assert_eq!(one("---\n\nA document that starts with a rule.\n\n---\n"), Vec::<String>::new());
}

#[test]
fn the_host_section_is_the_implementation() {
    for (title, found) in [
        ("3. Implementation Steps", true),
        ("🔧 IMPLEMENTATION BLUEPRINT", true),
        ("Phased Implementation Plan", true),
        ("Tasks", true),
        ("Rollout Plan", false),
    ] {
        let text = format!(
            "---\nprp_id: 7.1.1\n---\n# T\n## {title}\n### Phase 1: A\n## Rollout Plan\n### Phase 1: Z\n### Phase 2: Z\n"
        );
        let prp = read(&text);
        assert_eq!(labels(&prp), if found { vec!["1"] } else { vec![] }, "{title}");
    }
    let prp = read("---\nprp_id: 7.1.1\n---\n# T\n## Fix\n### Phase 1: A\n## Rollout\n### Phase 1: B\n");
    assert_eq!(codes(&prp), ["error prp::no_implementation:5"]);
    assert!(prp.problems[0].message.contains("`Fix`, `Rollout`"));
    // A section without phases does not hide a later one that has them.
    assert_eq!(labels(&read("# T\n## Implementation\ntext\n## 3. Implementation Steps\n### Phase 1: A\n")), ["1"]);
}

#[test]
fn steps_tasks_and_numbered_lists_stand_in_for_phases() {
    let one = |body: &str| {
        let prp = read(&format!("---\nprp_id: 7.1.1\n---\n# T\n## Implementation Plan\n{body}"));
        (labels(&prp).join(" "), codes(&prp))
    };
    assert_eq!(
        one("### Step 1: A\n### Step 2: B\n"),
        ("1 2".to_owned(), vec!["warning prp::step_headings:6".to_owned()])
    );
    assert_eq!(one("### Task 4 - A\n"), ("4".to_owned(), vec!["warning prp::step_headings:6".to_owned()]));
    assert_eq!(one("### Phase 1: A\n#### Step 1.1: B\n"), ("1".to_owned(), vec![]));
    assert_eq!(one("1. a\n2. b\n"), ("1".to_owned(), vec!["warning prp::single_phase:5".to_owned()]));
    // A section that only says what to do is one phase too; an empty one is none.
    assert_eq!(one("Do it.\n"), ("1".to_owned(), vec!["warning prp::single_phase:5".to_owned()]));
    assert_eq!(one("\n"), (String::new(), vec!["error prp::no_phases:5".to_owned()]));
}

#[test]
fn labels_are_kept_and_unique() {
    let prp = read(
        "---\nprp_id: 7.1.1\n---\n# T\n## Phases\n### Phase 0: A\n### **Phase 2.5: B**\n### 🚀 PHASE 10.1 — C\n### phase 2a. D\n",
    );
    assert_eq!(labels(&prp), ["0", "2.5", "10.1", "2a"]);
    let twice = read("---\nprp_id: 7.1.1\n---\n# T\n## Phases\n### Phase 2: A\n### Phase 2: B\n");
    assert_eq!(codes(&twice), ["error prp::duplicate_phase:7"]);
}

/// A guide in a fence that holds fences of the same length: the first inner bare fence ends it for `CommonMark`.
#[test]
fn nested_fences_are_read_with_a_stack_and_reported() {
    let text = "---\nprp_id: 7.1.1\n---\n# T\n## Implementation\n### Phase 1: A\n```markdown\nWrite:\n```bash\nmake\n```\n### Phase 9: in the guide\n```\n### Phase 2: B\n";
    let prp = read(text);
    assert_eq!(labels(&prp), ["1", "2"]);
    assert_eq!(codes(&prp), ["warning prp::ambiguous_fence:7"]);
    let fixed = batchprp::model::read::fix_fences(text).expect("there is something to fix");
    assert_eq!((labels(&read(&fixed)).join(" "), codes(&read(&fixed))), ("1 2".to_owned(), vec![]));
}

#[test]
fn fences_that_agree_are_not_reported() {
    let with = |fence: &str| {
        read(&format!("---\nprp_id: 7.1.1\n---\n# T\n## Implementation\n### Phase 1: A\n{fence}### Phase 2: B\n"))
    };
    for fence in [
        "````markdown\n```bash\nmake\n```\n### Phase 9: x\n````\n",
        "~~~\n```\n### Phase 9: x\n~~~\n",
        "- item\n\n  ```\n  x\n  ```\n",
    ] {
        let prp = with(fence);
        assert_eq!((labels(&prp).join(" "), codes(&prp)), ("1 2".to_owned(), vec![]), "{fence}");
    }
}

#[test]
fn a_fence_that_is_never_closed_is_a_warning_or_hides_phases_and_is_an_error() {
    let with =
        |end: &str| read(&format!("---\nprp_id: 7.1.1\n---\n# T\n## Implementation\n### Phase 1: A\n```\nx\n{end}"));
    assert_eq!(codes(&with("y\n")), ["warning prp::open_fence:7"]);
    assert_eq!(codes(&with("### Phase 2: B\n")), ["error prp::open_fence:7"]);
}

#[test]
fn gates_come_from_commands_only() {
    let text = "---\nprp_id: 7.1.1\n---\n# T\n## Implementation\n### Phase 1: A\n```bash\nnot a gate\n```\n\
        **Validation Command**: `make check`\n**Checkpoint**: `git commit -m x`\n### Phase 2: B\n#### Validation\n```console\n$ ls \\\n  -l\ntotal 0\n$ pwd\n```\n\
        ## Validation Gates\n### Gate 1: Units\n```bash\n# run them\ncd tools\npytest\n```\n### Level 3: Look\nby eye\n### L4 other\n- **Command**: `npm run dev`\n```python\nno\n```\n\
        ### Gate 7\n- [ ] x\n";
    let (prp, problems) = prp(Path::new("PRP-7.1.1.md"), text.as_bytes());
    let gates: Vec<_> = prp.gates.iter().map(|gate| (gate.level, gate.command.as_deref(), gate.phase)).collect();
    assert_eq!(
        gates,
        [
            (2, Some("make check"), Some(1)),
            (2, Some("ls \\\n  -l\npwd"), Some(2)),
            (1, Some("cd tools\npytest"), None),
            (3, None, None),
            (4, Some("npm run dev"), None),
            (2, None, None),
        ]
    );
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["gate::endless"]);
}

#[test]
fn a_label_announces_the_gates_below_it() {
    let text = "---\nprp_id: 7.1.1\n---\n# T\n## Implementation\n### Phase 1: A\n- `not a gate`\n\n\
        **Validation**:\n\n- `make check`\n- [ ] somebody looks\n- words\n\n```bash\nmake\n\nmake install\n```\n\n\
        **Files**:\n- `not this`\n### Phase 2: B\n**Validation Gates:**\n```sh\npytest\n```\nProse ends it.\n\
        ```bash\nnor this\n```\n";
    let (prp, problems) = prp(Path::new("PRP-7.1.1.md"), text.as_bytes());
    let gates: Vec<_> = prp.gates.iter().map(|gate| (gate.command.as_deref(), gate.phase)).collect();
    let commands = [Some("make check"), None, Some("make\nmake install")].map(|command| (command, Some(1)));
    assert_eq!(gates, [&commands[..], &[(Some("pytest"), Some(2))]].concat());
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_change_nothing() {
    let text = "---\nprp_id: 7.1.1\ntitle: T\n---\n# T\n## Implementation\n### Phase 1: A (1h)\n```bash\nx\n```\n### Phase 2: B\n";
    let other = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let (plain, windows) = (read(text), read(&other));
    assert_eq!((plain.phases.clone(), codes(&plain)), (windows.phases.clone(), codes(&windows)));
    assert_eq!(windows.id.as_deref(), Some("PRP-7.1.1"));
}

#[test]
fn dependencies_and_files_may_stand_in_the_body() {
    let text = "# PRP-7.2.1: T\n## Implementation\n### Phase 1: A\n## Dependencies\n\
        - PRP-6.9 (schema)\n- **PRP-7.1.2**: the API\n- [PRP-7.1.3](PRP-7.1.3-x.md) for its types\n- `numpy` 1.21\n\
        - **Blocked by**: PRP-6, PRP-5\n- **Blocks**: PRP-8\n\n**Enables**:\n- PRP-9\n\n### External\n- PRP-10\n\
        ## Files to Create\n- `src/a.rs` - new\n- `npm run build`\n- @octocat\n## Files to Modify\n- src/b.rs:10-20\n";
    let prp = read(text);
    assert_eq!(prp.dependencies, ["PRP-6.9", "PRP-7.1.2", "PRP-7.1.3", "PRP-6", "PRP-5"]);
    assert_eq!(prp.files, ["src/a.rs", "src/b.rs"]);
    assert_eq!(codes(&prp)[1..], ["warning prp::prose_file:19", "warning prp::prose_file:20"]);
    let front = read(&format!("---\nprp_id: 7.2.1\ndependencies: []\n---\n{text}"));
    assert_eq!(front.dependencies, Vec::<String>::new(), "the frontmatter says what holds");
}
