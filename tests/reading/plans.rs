//! Plans.

use super::super::{codes, labels, read_plan};
use batchprp::model::inspect::Inspection;
use batchprp::model::read::plan;
use std::path::Path;

/// A phase without any problem, except what `fields` says instead.
fn phase(heading: &str, dependencies: &str) -> String {
    format!(
        "{heading}\n**Goal**: g\n**Estimated Hours**: 1\n**Complexity**: low\n**Files Modified**: {}.rs\n\
         **Dependencies**: {dependencies}\n**Implementation Steps**:\n1. a\n**Validation Gates**:\n- L1: `true`\n\n",
        heading.bytes().map(u32::from).sum::<u32>()
    )
}

fn phases(list: &[(&str, &str)]) -> Inspection {
    let all: String =
        list.iter().map(|(label, needs)| phase(&format!("### Phase {label}: Name {label}"), needs)).collect();
    read_plan(&format!("# T\n\n## Phases\n\n{all}"))
}

fn needs(plan: &Inspection, at: usize) -> String {
    plan.phases[at].plan.as_ref().map_or_else(String::new, |fields| fields.dependencies.join(" "))
}

#[test]
fn every_layout_of_the_fields() {
    for text in [
        "### Phase 1: A\n\n**Goal**: g\n\n**Estimated Hours**: 2-3\n\n**Complexity**: Low\n\n**Files Modified**:\n- a.rs\n- `b c.rs` (new)\n\n\
         **Dependencies**: None\n\n**Implementation Steps**:\n1. x\n   - y\n2. z\n\n**Validation Gates**:\n- [ ] L1: look\n- L3: `make`\n",
        "## Phase 1: A\n**Goal:** g\n**Effort:** ~2.5h\n**Complexity:** low (easy)\n**Files to Modify/Create:** `a.rs`, `b c.rs`\n\
         **Depends on:** n/a\n**Steps:**\n- x\n- z\n**Gates:**\n- L1: look\n- L3: `make`\n",
        "### Phase 1: A\r\n- **Objective**: g\r\n- **Estimate**: 150 min\r\n- **Complexity**: low\r\n- **Files**: a.rs:10-20, `./b c.rs`\r\n\
         - **Dependencies**: -\r\n#### Implementation Steps\r\n1. x\r\n2. z\r\n#### Validation Gates\r\n- L1: look\r\n- L3: `make` passes\r\n",
    ] {
        let plan = read_plan(&format!("---\ntitle: x\n---\n# T\n\n{text}"));
        assert_eq!(codes(&plan), Vec::<String>::new(), "{text}");
        let fields = plan.phases[0].plan.clone().expect("a plan phase");
        assert_eq!(
            (fields.goal.as_deref(), fields.hours, fields.complexity.as_deref()),
            (Some("g"), Some(2.5), Some("low"))
        );
        assert_eq!((fields.files.join("|").as_str(), fields.steps, fields.gates), ("a.rs|b c.rs", 2, 2));
        assert_eq!(
            plan.gates.iter().map(|gate| (gate.level, gate.command.as_deref())).collect::<Vec<_>>(),
            [(1, None), (3, Some("make"))]
        );
    }
}

#[test]
fn all_that_is_missing_is_in_one_report() {
    let plan = read_plan("# T\n### Phase 1: A\n**Goal**: g\n**Steps**:\n1. x\n### Phase 2: B\ntext\n");
    assert_eq!(
        codes(&plan),
        ["error plan::missing_fields:2", "warning plan::missing_estimate:2", "error plan::missing_fields:6",]
    );
    assert_eq!(plan.problems[0].message, "cannot parse Phase 1: missing Dependencies, Validation Gates");
    assert_eq!(
        plan.problems[2].message,
        "cannot parse Phase 2: missing Goal, Dependencies, Implementation Steps, Validation Gates"
    );
    assert_eq!(codes(&read_plan("# T\n```\n### Phase 1: A\n```\n")), ["error plan::no_phases:1"]);
}

#[test]
fn references_ranges_and_what_is_rejected() {
    let plan =
        phases(&[("1", "None"), ("2A", "Phase 1 (why, and how)"), ("2.5", "Phases 1 & 2a"), ("4", "Phase 1-2.5")]);
    assert_eq!((1..4).map(|at| needs(&plan, at)).collect::<Vec<_>>(), ["1", "1 2A", "1 2A 2.5"]);
    assert_eq!(codes(&plan).len(), 1);
    assert!(codes(&plan)[0].starts_with("warning plan::dependency_range"));
    let bad = phases(&[("1", "None"), ("2", "Phase 7, Phase 2"), ("3", "Name 1")]);
    let found: Vec<_> = bad.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(found, ["plan::unknown_dependency", "plan::self_dependency", "plan::bad_dependency"]);
    let (_, problems) = plan_of(&[("1", "None"), ("2", "the name 1")]);
    assert_eq!(problems[0].help.as_deref(), Some("did you mean `Phase 1`?"));
}

fn plan_of(list: &[(&str, &str)]) -> (batchprp::model::plan::Plan, Vec<batchprp::model::problem::Problem>) {
    let all: String =
        list.iter().map(|(label, needs)| phase(&format!("### Phase {label}: Name {label}"), needs)).collect();
    plan(Path::new("plan.md"), format!("# T\n{all}").as_bytes())
}

#[test]
fn a_cycle_is_reported_with_its_whole_path_and_every_edge() {
    let (plan, problems) = plan_of(&[("1", "Phase 3"), ("2", "Phase 1"), ("3", "Phase 2"), ("4", "None")]);
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].message, "phases depend on each other: Phase 1 → Phase 3 → Phase 2 → Phase 1");
    let spans: Vec<&str> = problems[0]
        .span
        .iter()
        .chain(problems[0].labels.iter().map(|label| &label.span))
        .map(|span| &plan.text[span.clone()])
        .collect();
    assert_eq!(spans, ["Phase 3", "Phase 2", "Phase 1"]);
    assert_eq!(plan.phases.iter().map(|phase| phase.faulty).collect::<Vec<_>>(), [true, true, true, false]);
}

#[test]
fn duplicates_and_too_many_free_phases() {
    let twice = phases(&[("1", "None"), ("1", "None")]);
    assert_eq!(codes(&twice).len(), 1);
    assert_eq!((twice.problems[0].code, twice.problems[0].severity), ("plan::duplicate_phase", "error"));
    let names: Vec<String> = (1..=9).map(|at| at.to_string()).collect();
    let many = phases(&names.iter().map(|name| (name.as_str(), "None")).collect::<Vec<_>>());
    assert_eq!((many.problems[0].code, many.problems[0].severity), ("plan::over_parallel", "warning"));
}

#[test]
fn phases_under_other_sections_do_not_count() {
    let text = format!("# T\n## Phases\n{}## Timeline\n### Phase 1: Again\n", phase("### Phase 1: A", "None"));
    assert_eq!(labels(&read_plan(&text)), ["1"]);
}

#[test]
fn files_that_are_no_paths() {
    let with = |files: &str| {
        codes(&read_plan(
            &phase("### Phase 1: A", "None").replace("**Files Modified**: ", &format!("**Files Modified**: {files}, ")),
        ))
    };
    assert_eq!(with("some files in docs"), ["warning plan::prose_file:5"]);
    assert_eq!(with("/etc/x"), ["error plan::bad_path:5"]);
    assert_eq!(with("src/*.rs (all)"), Vec::<String>::new());
    let (bad, _) = plan(
        Path::new("plan.md"),
        phase("### Phase 1: A", "None").replace("**Files Modified**: ", "**Files Modified**: ../").as_bytes(),
    );
    assert!(bad.phases[0].faulty);
}

#[test]
fn a_hierarchical_plan_links_plans_of_its_own() {
    let (plan, problems) = plan(
        Path::new("plan.md"),
        b"# T\n## Mega-Phase 1: Base\nSee [the plan](plans/base.md#top) and [docs](https://x.y/z.md).\n## Mega-Phase 2: Rest\n- **Plan**: `plans/rest.md`\n## Mega-Phase 3: None\n",
    );
    let found: Vec<_> = plan.sub_plans.iter().map(|sub| (sub.title.as_str(), sub.path.as_str())).collect();
    assert_eq!(found, [("Base", "plans/base.md"), ("Rest", "plans/rest.md")]);
    assert_eq!(problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["plan::no_sub_plan"]);
}

#[test]
fn a_heading_may_say_the_hours() {
    let text = phase("### Phase 1: A (90 min)", "None").replace("**Estimated Hours**: 1\n", "");
    let plan = read_plan(&format!("# T\n\n{text}{}", phase("### Phase 2: B (3 hours)", "None")));
    assert_eq!(codes(&plan), Vec::<String>::new());
    let hours: Vec<Option<f64>> = plan.phases.iter().map(|phase| phase.plan.as_ref()?.hours).collect();
    assert_eq!(hours, [Some(1.5), Some(1.0)], "the field says it best");
}

#[test]
fn a_field_that_is_not_known_ends_a_list_and_is_named() {
    let plan = read_plan(
        "# T\n### Phase 1: A\n- **Purpose**: g\n- **Hours**: 1\n- **Complexity**: low\n- **Key Files**:\n  - `a.rs`\n\
         - **Reviewed by**:\n  - `--label x`\n- **Prerequisites**: none\n- **Tasks**:\n  - [x] a\n  - [ ] b\n- **Done when**: `make` passes\n\
         ### Phase 2: B\n**Goal**: g\n**Hours**: 1\n**Complexity**: low\n**Files**: b.rs\n**Depedencies**: none\n\
         **Dependencies**: P1, [Phase 1](#phase-1-a)\n**Steps**:\n- [x] a\n- [X] b\n**Verification**:\n- `make`\n\
         ### Phase 3: C\n**Goal**: g\n**Hours**: 1\n**Complexity**: low\n**Files**: c.rs\n\
         **Blocked by**: All previous phases\n**Steps**:\n- a\n**Exit criteria**:\n- `make`\n",
    );
    assert_eq!(
        codes(&plan),
        ["warning plan::unknown_field:8", "warning plan::ticked_steps:12", "warning plan::unknown_field:20"]
    );
    assert_eq!(plan.files, ["a.rs", "b.rs", "c.rs"]);
    assert_eq!((0..3).map(|at| needs(&plan, at)).collect::<Vec<_>>(), ["", "1", "1 2"]);
    let counts = plan.phases.iter().filter_map(|phase| phase.plan.as_ref()).map(|fields| (fields.steps, fields.gates));
    assert_eq!(counts.collect::<Vec<_>>(), [(1, 1), (2, 1), (1, 1)]);
}

#[test]
fn a_phase_is_done_when_every_step_has_a_ticked_box() {
    let done = |steps: &str| {
        let text =
            format!("# T\n### Phase 1: A\n**Goal**: g\n**Dependencies**: none\n**Steps**:\n{steps}**Gates**:\n- x\n");
        plan(Path::new("plan.md"), text.as_bytes()).0.phases[0].done
    };
    assert!(done("- [x] a\n- [X] b\n"));
    for steps in ["- [x] a\n- [ ] b\n", "- [x] a\n- b\n", "- a\n"] {
        assert!(!done(steps), "{steps}");
    }
}
