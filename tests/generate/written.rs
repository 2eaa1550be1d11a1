//! What is written is read back as it was meant, whatever the plan says.

use std::path::Path;

use batchprp::model::prp::Complexity;
use batchprp::model::read;
use batchprp::model::write::{Draft, DraftGate, DraftPhase, prp};
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
    ]);
    vec(line, 0..5).prop_map(|lines| lines.join("\n"))
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

fn draft() -> impl Strategy<Value = Draft> {
    let numbers = (1..200_u32, 1..20_u32, 1..20_u32, 1..40_u32);
    let complexity = prop::sample::select(vec![Complexity::Low, Complexity::Medium, Complexity::High]);
    let files = prop::sample::subsequence(vec!["src/a.rs", "docs/", "tests/**/*.py", "a b.txt", "ä/ö.md"], 0..5);
    let dependencies = prop::sample::subsequence(vec!["PRP-7.1.1", "PRP-7.1.2", "PRP-15.10"], 0..3);
    let phases = vec((words(), text()).prop_map(|(title, text)| DraftPhase { title, text }), 1..5);
    let label = prop::sample::select(vec!["1", "2A", "2.10", "0"]);
    (numbers, complexity, files, dependencies, phases, vec(gate(), 0..5), (words(), words(), text(), label)).prop_map(
        |(
            (batch, stage, order, quarters),
            complexity,
            files,
            dependencies,
            phases,
            gates,
            (title, goal, intro, label),
        )| Draft {
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_generated_prp_is_read_back_as_it_was_meant(draft in draft()) {
        let text = prp(&draft);
        let (read, problems) = read::prp(Path::new(&format!("{}-x.md", draft.id)), text.as_bytes());
        prop_assert!(problems.is_empty(), "{problems:?}\n{text}");
        prop_assert_eq!(&read.text, &text);
        prop_assert_eq!(read.id.map(|id| id.to_string()), Some(draft.id.clone()));
        prop_assert_eq!(read.title.as_ref(), Some(&draft.title));
        prop_assert_eq!((read.batch, read.stage, read.order), (Some(draft.batch), Some(draft.stage), Some(draft.order)));
        prop_assert_eq!((read.complexity, read.hours), (Some(draft.complexity), Some(draft.hours)));
        prop_assert_eq!(&read.files, &draft.files);
        let dependencies: Vec<String> = read.dependencies.iter().map(|dependency| dependency.id.to_string()).collect();
        prop_assert_eq!(&dependencies, &draft.dependencies);
        prop_assert_eq!((read.plan, read.plan_phase), (Some(draft.plan.clone()), Some(draft.plan_phase.clone())));
        let labels: Vec<String> = read.phases.iter().map(|phase| phase.label.clone()).collect();
        prop_assert_eq!(labels, (1..=draft.phases.len()).map(|n| n.to_string()).collect::<Vec<_>>(), "{}", text);
        let titles: Vec<&String> = read.phases.iter().map(|phase| &phase.title).collect();
        prop_assert_eq!(titles, draft.phases.iter().map(|phase| &phase.title).collect::<Vec<_>>(), "{}", text);
        let gates = |of: Vec<(u8, Option<String>)>| { let mut of = of; of.sort(); of };
        let got = gates(read.gates.iter().map(|gate| (gate.level, gate.command.clone())).collect());
        let meant = gates(draft.gates.iter().map(|gate| (gate.level, gate.command.clone())).collect());
        prop_assert_eq!(got, meant, "{}", text);
    }
}
