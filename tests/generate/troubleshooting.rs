//! `docs/troubleshooting.md` shows what the program really says: it is made here, from its output.
//!
//! `UPDATE=1 cargo test --test generate troubleshooting` writes it anew.

use std::fmt::Write as _;
use std::path::Path;

use crate::plan::{phase, plan};
use crate::project::{Project, prp};

struct Mistake {
    title: &'static str,
    /// What happened and what to do, in a sentence or two.
    words: &'static str,
    /// Files with the mistake; the first one is shown where it is short enough to be read.
    files: Vec<(&'static str, String)>,
    command: &'static [&'static str],
    code: i32,
}

const PRP: &str = "PRPs/feature-requests/PRP-47.1.1-work.md";

fn good_prp() -> String {
    prp("PRP-47.1.1", &[], &["src/api.py"], 2)
}

fn broken_prp(from: &str, to: &str) -> Vec<(&'static str, String)> {
    let text = good_prp();
    assert!(text.contains(from), "{from}");
    vec![(PRP, text.replacen(from, to, 1))]
}

fn three() -> [String; 3] {
    [phase("1", "Schema", "None"), phase("2", "Tokens", "Phase 1"), phase("3", "Endpoints", "Phase 2")]
}

fn broken_plan(from: &str, to: &str) -> Vec<(&'static str, String)> {
    let text = plan(&three());
    assert!(text.contains(from), "{from}");
    vec![("PLAN.md", text.replacen(from, to, 1))]
}

fn mistakes() -> Vec<Mistake> {
    let inspect_plan: &[&str] = &["inspect", "PLAN.md"];
    let inspect_prp: &[&str] = &["inspect", PRP];
    let execute: &[&str] = &["exe", "--batch", "47"];
    vec![
        Mistake {
            title: "A phase of a plan lacks a field",
            words: "Every phase needs a goal, dependencies (`None` is one), steps and gates. The other phases are generated all the same, unless they build on this one.",
            files: broken_plan("**Goal**: Tokens works\n", ""),
            command: inspect_plan,
            code: 5,
        },
        Mistake {
            title: "A dependency in words",
            words: "Dependencies are labels of phases. A title is only taken as a hint.",
            files: broken_plan("**Dependencies**: Phase 1", "**Dependencies**: after the schema"),
            command: inspect_plan,
            code: 5,
        },
        Mistake {
            title: "Phases that depend on each other",
            words: "The whole path of the cycle is shown, with every line that is part of it.",
            files: broken_plan("**Dependencies**: None", "**Dependencies**: Phase 3"),
            command: &["gen", "PLAN.md", "--agent", "template"],
            code: 5,
        },
        Mistake {
            title: "A plan without phases",
            words: "Phases are headings of the form `### Phase 1: Name`.",
            files: vec![("PLAN.md", "# Accounts\n\n## Phases\n\n1. Schema\n2. Tokens\n".to_owned())],
            command: &["gen", "PLAN.md", "--agent", "template"],
            code: 5,
        },
        Mistake {
            title: "A frontmatter that is no YAML",
            words: "A text with a colon and a space in it needs quotes.",
            files: broken_prp("title: Work of PRP-47.1.1", "title: API: first version"),
            command: inspect_prp,
            code: 5,
        },
        Mistake {
            title: "A library among the dependencies",
            words: "`dependencies` are ids of PRPs, for they become edges of the graph.",
            files: broken_prp("dependencies: []", "dependencies: [PRP-46.1.1, numpy>=1.2]"),
            command: inspect_prp,
            code: 0,
        },
        Mistake {
            title: "A fence within a fence",
            words: "Markdown ends the outer block at the first inner fence, and the rest of the document means something else than it seems to. `batchprp inspect FILE --fix` lengthens the outer fence.",
            files: broken_prp(
                "Do part 1.\n",
                "Do part 1.\n\n```markdown\nAn example:\n\n```sh\nls\n```\n\n### Phase 8: Only an example\n\n### Phase 9: Another one\n```\n",
            ),
            command: inspect_prp,
            code: 0,
        },
        Mistake {
            title: "Phases in another section",
            words: "Phases of the work stand under `## Implementation`; a rollout plan may have phases too, and they are not carried out.",
            files: broken_prp("## Implementation\n", "## Rollout\n"),
            command: inspect_prp,
            code: 5,
        },
        Mistake {
            title: "A dependency that no PRP has",
            words: "`exe` looks at the whole batch before it starts anything.",
            files: broken_prp("dependencies: []", "dependencies: [PRP-47.1.3]"),
            command: execute,
            code: 5,
        },
        Mistake {
            title: "One id in two files",
            words: "Copies of a document keep its `prp_id` until somebody changes it.",
            files: vec![(PRP, good_prp()), ("PRPs/feature-requests/PRP-47.1.2-copy.md", good_prp())],
            command: execute,
            code: 5,
        },
        Mistake {
            title: "A key of the configuration that does not exist",
            words: "A misspelt key is never passed over in silence.",
            files: vec![(".ce/batchprp.toml", "[agent]\nname = \"claude\"\n\n[run]\njob = 8\n".to_owned())],
            command: execute,
            code: 3,
        },
    ]
}

fn document() -> String {
    let mut text =
        "# Troubleshooting\n\nCommon mistakes in plans, PRPs and the configuration, and what batchprp says about \
         them. The reports are its real output; this file is made by a test.\n"
            .to_owned();
    for Mistake { title, words, files, command, code } in mistakes() {
        let project = Project::new();
        for (name, content) in &files {
            project.write(name, content);
        }
        project.commit("Mistake");
        let ran = project.run(command).exits(code);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        let lines: Vec<&str> = said.trim().lines().map(str::trim_end).collect();
        let exit = if code == 0 { String::new() } else { format!("\nExit code {code}.\n") };
        write!(
            text,
            "\n## {title}\n\n{words}\n\n````text\n$ batchprp {}\n{}\n````\n{exit}",
            command.join(" "),
            lines.join("\n")
        )
        .expect("a string takes it");
    }
    text
}

#[test]
fn the_reports_in_the_documentation_are_those_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/troubleshooting.md");
    let fresh = document();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &fresh).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == fresh, "docs/troubleshooting.md is stale: run `UPDATE=1 cargo test --test generate`\n{fresh}");
}
