//! The five integration cases that the requirement of `exe` names.

use crate::project::Project;

#[test]
fn one_prp_with_six_phases_gives_six_checkpoints_in_the_exact_form() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 6).commit("PRPs");
    project.run(&["exe", "--batch", "47"]).exits(0);
    let expected = (1..=6).map(|n| format!("PRP-47.1.1: Phase {n} - Part {n}")).collect::<Vec<_>>();
    assert_eq!(project.checkpoints("prp-47-1-1"), expected);
    assert_eq!(project.merges("prp-47"), ["Merge PRP-47.1.1: Work of PRP-47.1.1"]);
    assert_eq!(project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]).lines().count(), 6);
}

#[test]
fn two_sequential_prps_are_two_stages_in_order() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 2).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 2).commit("PRPs");
    project.run(&["exe", "--batch", "47", "--dry-run"]).exits(0).says("Stage 2");
    assert!(project.calls().is_empty(), "a dry run starts no agent");
    let told = project.run(&["-v", "exe", "--batch", "47"]).exits(0);
    told.says("PRP-47.2.1-work waits for PRP-47.1.1-work: explicit").says("attempt ended: ok");
    let order = project.calls().into_iter().map(|call| (call.item, call.phase)).collect::<Vec<_>>();
    let expected = [("PRP-47.1.1", "1"), ("PRP-47.1.1", "2"), ("PRP-47.2.1", "1"), ("PRP-47.2.1", "2")];
    assert_eq!(order, expected.map(|(item, phase)| (item.to_owned(), phase.to_owned())));
    assert_eq!(project.merges("prp-47").len(), 2);
}

#[test]
fn two_prps_behind_one_dependency_run_at_the_same_time() {
    let project = Project::new();
    project
        .prp("PRP-47.1.1", &[], &[], 1)
        .prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 2)
        .prp("PRP-47.2.2", &["PRP-47.1.1"], &[], 2)
        .commit("PRPs");
    for (id, other) in [("PRP-47.2.1", "PRP-47.2.2"), ("PRP-47.2.2", "PRP-47.2.1")] {
        project.sabotage(id, 1, &format!("await attempt_started {other}"));
    }
    project.run(&["exe", "--batch", "47"]).exits(0);
    let span = |item: &str| {
        let calls = project.calls().into_iter().filter(|call| call.item == item).collect::<Vec<_>>();
        let start = calls.iter().map(|call| call.start).fold(f64::MAX, f64::min);
        let end = calls.iter().filter_map(|call| call.end).fold(0.0, f64::max);
        (start, end)
    };
    let (a, b) = (span("PRP-47.2.1"), span("PRP-47.2.2"));
    assert!(a.0 < b.1 && b.0 < a.1, "the two overlap: {a:?} {b:?}");
}

#[test]
fn a_stopped_prp_goes_on_with_its_next_phase() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 4).commit("PRPs");
    project.sabotage("PRP-47.1.1", 3, "exit 3");
    project.run(&["exe", "--batch", "47"]).exits(10);
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 2);
    project.mend("PRP-47.1.1", 3);
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "2", "3", "3", "4"]);
    assert_eq!(project.checkpoints("prp-47-1-1").len(), 4);
    assert_eq!(project.git(&["show", "prp-47:out/PRP-47.1.1.txt"]).lines().count(), 4);
}

#[test]
fn a_syntax_error_stops_its_prp_as_partial_and_the_others_complete() {
    let project = Project::new();
    project.configure("[validate]\nl2 = [\"for f in $(find . -name '*.sh'); do sh -n $f; done\"]\n");
    project
        .prp("PRP-47.1.1", &[], &["bad.sh"], 3)
        .prp("PRP-47.1.2", &[], &[], 2)
        .prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1)
        .commit("PRPs");
    project.sabotage("PRP-47.1.1", 2, "echo 'if true; then' > bad.sh");
    project.run(&["exe", "--batch", "47"]).exits(10).says("partial").says("blocked");
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "2"]);
    assert_eq!(project.merges("prp-47"), ["Merge PRP-47.1.2: Work of PRP-47.1.2"]);
    assert!(project.calls_of("PRP-47.2.1").is_empty());
    // A person mends the branch; the run validates again first and goes on without calling the agent for that phase.
    let tree = project.root().join("../repo-worktrees/prp-47-1-1");
    std::fs::write(tree.join("bad.sh"), "true\n").expect("mended");
    let tree = tree.to_string_lossy().into_owned();
    project.git(&["-C", &tree, "commit", "-qam", "mend the script"]);
    project.run(&["exe", "--batch", "47"]).exits(0);
    assert_eq!(project.calls_of("PRP-47.1.1"), ["1", "2", "3"]);
    assert_eq!(project.merges("prp-47").len(), 3);
}

#[test]
fn ten_prps_with_fifty_seven_phases_complete_in_an_order_that_respects_every_dependency() {
    let project = Project::new();
    let batch: [(&str, &[&str], u32); 10] = [
        ("PRP-47.1.1", &[], 6),
        ("PRP-47.2.1", &["PRP-47.1.1"], 6),
        ("PRP-47.2.2", &["PRP-47.2.1"], 6),
        ("PRP-47.3.1", &["PRP-47.1.1", "PRP-47.2.1"], 6),
        ("PRP-47.3.2", &["PRP-47.1.1", "PRP-47.2.1", "PRP-47.3.1"], 6),
        ("PRP-47.4.1", &["PRP-47.3.1", "PRP-47.3.2"], 6),
        ("PRP-47.5.1", &["PRP-47.3.1"], 5),
        ("PRP-47.5.2", &["PRP-47.2.1"], 5),
        ("PRP-47.6.1", &["PRP-47.4.1", "PRP-47.5.1", "PRP-47.5.2"], 6),
        ("PRP-47.7.1", &["PRP-47.6.1"], 5),
    ];
    for (id, dependencies, phases) in batch {
        project.prp(id, dependencies, &[], phases);
    }
    project.commit("PRPs");
    project.run(&["exe", "--batch", "47"]).exits(0);
    let mut total = 0;
    let merged = project.merges("prp-47");
    let place = |id: &str| merged.iter().position(|subject| subject.starts_with(&format!("Merge {id}:"))).expect(id);
    for (id, dependencies, phases) in batch {
        let branch = id.to_lowercase().replace('.', "-");
        let made = project.checkpoints(&branch).into_iter().filter(|subject| subject.starts_with(&format!("{id}:")));
        assert_eq!(made.count(), phases as usize, "{id}");
        total += phases;
        for dependency in dependencies {
            assert!(place(dependency) < place(id));
        }
    }
    assert_eq!(total, 57);
    assert_eq!(project.calls().len(), 57);
}
