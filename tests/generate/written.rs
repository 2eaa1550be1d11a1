//! What is written is read back as it was meant, whatever the plan says.

use std::path::Path;

use batchprp::model::gate::Gate;
use batchprp::model::phase::Phase;
use batchprp::model::prp::{Complexity, Dependency, Prp, Section};
use batchprp::model::read;
use batchprp::model::status::Status;
use batchprp::model::write::{DraftGate, DraftPhase, PrpDraft, prp};
use proptest::collection::vec;
use proptest::prelude::*;

fn words() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "Token",
        "rotation",
        "\"quoted\"",
        "it's",
        "a:",
        "#1",
        "é",
        "$(x)",
        "{{ y }}",
        "-",
        "[z]",
        "&",
        "100%",
        "\\n",
        "null",
    ]);
    vec(word, 1..5).prop_map(|words| format!("Make {}", words.join(" ")))
}

fn text() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "Do it.",
        "- a step",
        "1. another",
        "",
        "```bash\nls\n```",
        "> said",
        "    code",
        "`x`",
        "#### Detail",
        "````md\n## Not a section\n```sh\nls\n```\n````",
    ]);
    vec(line, 0..5).prop_map(|lines| lines.join("\n"))
}

/// What stands before the first phase of a plan, headings included.
fn intro() -> impl Strategy<Value = String> {
    let heading = prop::sample::select(vec!["", "# Why\n\n", "## Phase 1: of something else\n\n", "### More\n"]);
    (heading, text()).prop_map(|(heading, text)| format!("{heading}{text}"))
}

fn gate() -> impl Strategy<Value = DraftGate> {
    let command = prop::sample::select(vec![
        "make test",
        "cargo fmt --check",
        "! grep -q x y",
        "echo \"a b\" | wc -l",
        "echo `date`",
        "cd a\nmake",
        "test -f 'ä'",
    ]);
    let look = prop::sample::select(vec!["Somebody looks at it", "The page is readable"]);
    prop_oneof![
        (1..=4_u8, command).prop_map(|(level, command)| DraftGate {
            level,
            text: String::new(),
            command: Some(command.to_owned())
        }),
        (1..=4_u8, look).prop_map(|(level, text)| DraftGate { level, text: text.to_owned(), command: None }),
    ]
}

fn draft() -> impl Strategy<Value = PrpDraft> {
    let numbers = (1..200_u32, 1..20_u32, 1..20_u32, 1..40_u32);
    let complexity = prop::sample::select(vec![Complexity::Low, Complexity::Medium, Complexity::High]);
    let files = prop::sample::subsequence(vec!["src/a.rs", "docs/", "tests/**/*.py", "a b.txt", "ä/ö.md"], 0..5);
    let dependencies = prop::sample::subsequence(vec!["PRP-7.1.1", "PRP-7.1.2", "PRP-15.10"], 0..3);
    let phases = vec((words(), text()).prop_map(|(title, text)| DraftPhase { title, text }), 1..5);
    let label = prop::sample::select(vec!["1", "2A", "2.10", "0"]);
    (numbers, complexity, files, dependencies, phases, vec(gate(), 0..5), (words(), words(), intro(), label)).prop_map(
        |(
            (batch, stage, order, quarters),
            complexity,
            files,
            dependencies,
            phases,
            gates,
            (title, goal, intro, label),
        )| PrpDraft {
            id: format!("PRP-{batch}.{stage}.{order}"),
            title,
            batch,
            stage,
            order,
            goal,
            intro,
            hours: f64::from(quarters) / 4.0,
            complexity,
            files: files.into_iter().map(str::to_owned).collect(),
            dependencies: dependencies.into_iter().map(str::to_owned).collect(),
            phases,
            gates,
            plan: "plans/PLAN one.md".to_owned(),
            plan_phase: label.to_owned(),
        },
    )
}

/// What the reader must make of the document of a draft. Places are left out; they are compared by what stands there.
fn expected(draft: &PrpDraft, path: &Path, text: &str) -> Prp {
    let ids = draft.dependencies.iter().map(|id| id.parse().expect("id"));
    let minutes = (draft.hours * 60.0 / draft.phases.len() as f64).round().max(1.0);
    let line = |number: usize| {
        let at = text.find(&format!("\n### Phase {number}: ")).expect("heading") + 1;
        text[..at].matches('\n').count() + 1
    };
    let phase = |(at, phase): (usize, &DraftPhase)| Phase {
        label: (at + 1).to_string(),
        ordinal: u32::try_from(at + 1).expect("small"),
        title: phase.title.clone(),
        minutes: Some(minutes),
        line: line(at + 1),
        heading: 0..0,
        span: 0..0,
    };
    // Gates in a list come before those that need a block.
    let (blocks, listed): (Vec<_>, Vec<_>) = draft.gates.iter().partition(|gate| is_block(gate));
    let gate = |gate: &DraftGate| {
        let said = match &gate.command {
            Some(_) if is_block(gate) && gate.text.is_empty() => format!("L{}: Check", gate.level),
            Some(_) if is_block(gate) => format!("L{}: {}", gate.level, gate.text),
            Some(command) => command.clone(),
            None => gate.text.clone(),
        };
        Gate { level: gate.level, text: said, command: gate.command.clone(), phase: None, span: 0..0 }
    };
    let section = |title: &&str| Section { title: (*title).to_owned(), heading: 0..0, span: 0..0 };
    Prp {
        path: path.to_owned(),
        text: text.to_owned(),
        id: draft.id.parse().ok(),
        title: Some(draft.title.clone()),
        status: Some(Status::Planning),
        status_word: Some("planning".to_owned()),
        kind: Some("feature".to_owned()),
        complexity: Some(draft.complexity),
        hours: Some(draft.hours),
        dependencies: ids.map(|id| Dependency { id, note: None, span: 0..0 }).collect(),
        batch: Some(draft.batch),
        stage: Some(draft.stage),
        order: Some(draft.order),
        files: draft.files.clone(),
        plan: Some(draft.plan.clone()),
        plan_phase: Some(draft.plan_phase.clone()),
        phases: draft.phases.iter().enumerate().map(phase).collect(),
        gates: listed.iter().chain(&blocks).map(|one| gate(one)).collect(),
        sections: SECTIONS.iter().map(section).collect(),
        problems: Vec::new(),
        // Said by no draft.
        priority: None,
        tags: Vec::new(),
        external_dependencies: Vec::new(),
        conflicts_with: Vec::new(),
        resources: batchprp::model::worker::Resources::default(),
        issue: None,
        origin: None,
    }
}

const SECTIONS: [&str; 10] = [
    "Problem",
    "Solution",
    "Implementation",
    "Validation",
    "Acceptance Criteria",
    "Testing Strategy",
    "Risks & Mitigations",
    "Dependencies",
    "Files Modified",
    "Notes",
];

fn is_block(gate: &DraftGate) -> bool {
    gate.command.as_ref().is_some_and(|command| command.contains(['\n', '`']))
}

/// Checks the places of everything that was read, and takes them out.
fn without_places(mut read: Prp) -> Prp {
    let text = read.text.clone();
    let take = |span: &mut std::ops::Range<usize>| text[std::mem::take(span)].to_owned();
    for dependency in &mut read.dependencies {
        assert_eq!(take(&mut dependency.span), dependency.id.to_string());
    }
    for phase in &mut read.phases {
        let heading = take(&mut phase.heading);
        assert!(heading.starts_with(&format!("### Phase {}: {} (", phase.label, phase.title)), "{heading}");
        assert!(take(&mut phase.span).starts_with(&heading));
    }
    for gate in &mut read.gates {
        let place = take(&mut gate.span);
        assert!(place.contains(gate.command.as_ref().unwrap_or(&gate.text)), "{place}");
    }
    for section in &mut read.sections {
        let heading = take(&mut section.heading);
        assert_eq!(heading, format!("## {}", section.title));
        assert!(take(&mut section.span).starts_with(&heading));
    }
    read
}

/// Makes the draft again from what was read: everything that a document says.
fn draft_of(read: &Prp) -> PrpDraft {
    let body = |words: &str| {
        let section = read.section(words).expect("section");
        read.text[section.heading.end..section.span.end].trim().to_owned()
    };
    let problem = body("problem");
    let (goal, intro) = problem.split_once("\n\n").unwrap_or((&problem, ""));
    let phase = |phase: &Phase| {
        let text = read.phase_text(phase).split_once('\n').map_or("", |(_, below)| below).trim();
        DraftPhase { title: phase.title.clone(), text: text.to_owned() }
    };
    let gate = |gate: &Gate| DraftGate {
        level: gate.level,
        text: gate.text.trim_start_matches(&format!("L{}: ", gate.level)).to_owned(),
        command: gate.command.clone(),
    };
    PrpDraft {
        id: read.id.as_ref().expect("id").to_string(),
        title: read.title.clone().expect("title"),
        batch: read.batch.expect("batch"),
        stage: read.stage.expect("stage"),
        order: read.order.expect("order"),
        goal: goal.to_owned(),
        intro: intro.to_owned(),
        hours: read.hours.expect("hours"),
        complexity: read.complexity.expect("complexity"),
        files: read.files.clone(),
        dependencies: read.dependencies.iter().map(|dependency| dependency.id.to_string()).collect(),
        phases: read.phases.iter().map(phase).collect(),
        gates: read.gates.iter().map(gate).collect(),
        plan: read.plan.clone().expect("plan"),
        plan_phase: read.plan_phase.clone().expect("phase of the plan"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_generated_prp_is_read_back_as_it_was_meant(draft in draft()) {
        let text = prp(&draft);
        let path = format!("{}-x.md", draft.id);
        let (read, problems) = read::prp(Path::new(&path), text.as_bytes());
        prop_assert!(problems.is_empty(), "{problems:?}\n{text}");
        let bodies: Vec<String> = draft_of(&read).phases.into_iter().map(|phase| phase.text).collect();
        let meant: Vec<String> = draft.phases.iter().map(|phase| phase.text.trim().to_owned()).collect();
        prop_assert_eq!(bodies, meant, "{}", text);
        prop_assert_eq!(prp(&draft_of(&read)), text.clone());
        prop_assert_eq!(without_places(read), expected(&draft, Path::new(&path), &text), "{}", text);
    }
}
