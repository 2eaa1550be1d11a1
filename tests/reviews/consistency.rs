//! The comparison of the PRPs of a batch: before every exe and in every review.

use std::fs;

use serde_json::json;

use super::{project::prp, report, reviewed, rules::rules};

#[test]
fn a_circle_stops_exe_and_is_shown_in_the_users_own_files() {
    let project = reviewed();
    project.prp("PRP-47.1.1", &["PRP-47.2.1"], &[], 1).prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1).commit("PRPs");
    let ran = project.run(&["exe", "--batch", "47"]).exits(5);
    let ran = ran.says("PRPs/feature-requests/PRP-47.1.1-work.md:7").says("PRPs/feature-requests/PRP-47.2.1-work.md:7");
    ran.says("dependencies: [PRP-47.2.1]");
    assert!(project.calls().is_empty());
    assert_eq!(project.git(&["branch", "--list", "prp-*"]), "");
}

#[test]
fn two_files_with_one_id_and_unknown_dependencies_are_named_together() {
    let project = reviewed();
    project.prp("PRP-47.1.1", &["PRP-47.9.9"], &[], 1).prp("PRP-47.1.2", &[], &[], 1);
    project.write("PRPs/feature-requests/PRP-47.1.2-copy.md", &prp("PRP-47.1.2", &[], &[], 1)).commit("PRPs");
    for (command, code) in [(&["exe"][..], 5), (&["review", "--mode", "structural"][..], 6)] {
        let ran = project.run(&[command, &["--batch", "47"]].concat()).exits(code);
        ran.says("PRP-47.9.9").says("PRP-47.1.2-copy.md").says("PRP-47.1.1-work.md:7");
    }
    assert_eq!(report(&project)["reviews"].as_array().map(Vec::len), Some(3), "both files of one id are judged");
}

#[test]
fn warnings_are_told_once_per_kind_and_a_good_batch_is_not_nagged() {
    let project = reviewed();
    project.prp("PRP-47.1.1", &[], &["src/shared.rs"], 1).prp("PRP-47.1.2", &[], &["src/shared.rs"], 1);
    for id in ["PRP-47.1.1", "PRP-47.1.2"] {
        let path = format!("PRPs/feature-requests/{id}-work.md");
        project.write(&path, &project.read(&path).replace("estimated_hours: 1\n", "estimated_hours: 99\n"));
    }
    project.commit("PRPs");
    let ran = project.run(&["exe", "--batch", "47", "--dry-run"]).exits(0).says("(and 1 more like it)");
    let ran = ran.says("⚠ PRPs/feature-requests/PRP-47.1.2-work.md:8: `src/shared.rs` is changed by PRP-47.1.1");
    assert_eq!((ran.stdout + &ran.stderr).matches("hours, more than 40").count(), 1);
    project.run(&["review", "--batch", "47", "--mode", "structural"]).exits(0).says("hours, more than 40");
    let categories = report(&project)["consistency"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|f| f["category"].clone())
        .collect::<Vec<_>>();
    assert!(
        categories.contains(&json!("large_estimate")) && categories.contains(&json!("shared_file")),
        "{categories:?}"
    );

    let good = reviewed();
    good.prp("PRP-47.1.1", &[], &[], 2)
        .prp("PRP-47.1.2", &[], &[], 1)
        .prp("PRP-47.2.1", &["PRP-47.1.1"], &[], 1)
        .commit("PRPs");
    let ran = good.run(&["exe", "--batch", "47"]).exits(0);
    let text = ran.stdout + &ran.stderr;
    assert!(!text.contains("warning") && !text.contains("ticked") && !text.contains("nothing ran"), "{text}");
}

#[test]
fn every_rule_is_looked_at_before_exe_starts_anything() {
    let project = reviewed();
    for rule in rules() {
        let try_out = |documents: &[(String, String)], flags: &[&str]| {
            fs::remove_dir_all(project.root().join("PRPs")).ok();
            for (path, text) in documents {
                project.write(path, text);
            }
            project.run(&[&["exe", "--batch", "9"], flags].concat())
        };
        let (file, place) = rule.place;
        let (_, text) = rule.broken.iter().find(|(path, _)| path == file).expect("a document");
        let line = 1 + text.lines().position(|line| line.contains(place)).expect("a line");
        if rule.severity == "error" {
            try_out(&rule.broken, &[]).exits(5).says(&format!("{file}:{line}"));
            continue;
        }
        let told = format!("⚠ {file}:{line}: ");
        let said = |documents: &[(String, String)], code: i32| {
            let ran = try_out(documents, &["--dry-run"]).exits(code);
            let lines = format!("{}{}", ran.stdout, ran.stderr);
            lines.lines().filter(|line| line.starts_with(&told)).map(str::to_owned).collect::<Vec<_>>()
        };
        // All that is left of that batch builds on what is cancelled: nothing can run.
        let code = if rule.category == "cancelled_dependency" { 10 } else { 0 };
        let (broken, kept) = (said(&rule.broken, code), said(&rule.kept, 0));
        assert_eq!(!broken.is_empty(), rule.severity == "warning", "{}: {broken:?}", rule.category);
        assert!(!kept.iter().any(|line| broken.contains(line)), "{}: {kept:?}", rule.category);
    }
    assert!(project.calls().is_empty(), "no agent was started");
    assert_eq!(project.git(&["branch", "--list", "prp-*"]), "");
}
