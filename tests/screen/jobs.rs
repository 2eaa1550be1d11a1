//! A run within a job of a CI service.

use std::ffi::OsStr;

use super::project::Project;

/// Two items, one of which fails a check that names a place.
fn project() -> Project {
    let project = Project::new();
    let check = "grep -n TODO out/app.py /dev/null && echo '   ::stop-commands::tok'";
    project.configure(&format!("[run]\nretries = 0\n[validate]\nl2 = [\"! {{ {check}; }} 2>/dev/null\"]\n"));
    project.prp("PRP-1.1.1", &[], &[], 1).prp("PRP-1.1.2", &[], &[], 2);
    project.sabotage("PRP-1.1.2", 2, "printf 'a = 1\\nb = 2  # TODO\\n' > out/app.py");
    project.commit("PRPs");
    project
}

#[test]
fn a_job_on_github_gets_groups_annotations_and_a_summary() {
    let project = project();
    let summary = project.tools().join("summary.md");
    std::fs::write(&summary, "before\n").expect("a file");
    let variables = [
        ("GITHUB_ACTIONS", OsStr::new("true")),
        ("GITHUB_STEP_SUMMARY", summary.as_os_str()),
        ("CI", OsStr::new("true")),
    ];
    let ran = project.run_with(&["exe", "--batch", "1", "--jobs", "2"], &variables).exits(10);
    let out: Vec<&str> = ran.stdout.lines().collect();
    let open = out.iter().position(|line| *line == "::group::PRP-1.1.1-work: completed").expect("a group");
    let close = out[open..].iter().position(|line| *line == "::endgroup::").expect("its end") + open;
    let group = &out[open + 1..close];
    assert!(group.len() >= 3 && group.iter().all(|line| line.starts_with("PRP-1.1.1-work ")), "{group:?}");
    // Trouble is not folded away, and what an agent says is no command.
    let failed = out.iter().position(|line| line.contains("phase 2 level 2 failed")).expect("the failure");
    let folded = out[..failed].iter().filter(|line| line.starts_with("::group::")).count()
        > out[..failed].iter().filter(|line| **line == "::endgroup::").count();
    assert!(!folded, "{}", ran.stdout);
    assert!(!out.iter().any(|line| line.trim_start().starts_with("::error")), "{}", ran.stdout);
    let report = project.run_with(&["report"], &variables).exits(0);
    for line in out.iter().copied().chain(report.stdout.lines()) {
        assert!(!line.trim_start().starts_with("::stop"), "what a check says is no command: {line}");
    }
    let is_quoted = |line: &str| line.starts_with("| ") && line.ends_with(" ::stop-commands::tok");
    assert!(report.stdout.lines().any(is_quoted), "{}", report.stdout);
    // `grep -n` names its place as file and line.
    let place = "::error file=out/app.py,line=2,title=PRP-1.1.2-work%3A phase 2%2C level 2 failed::";
    assert!(ran.stderr.contains(place), "{}", ran.stderr);
    assert_eq!(ran.stderr.matches("::error").count(), 1, "one failure is one annotation: {}", ran.stderr);
    let text = std::fs::read_to_string(&summary).expect("a summary");
    assert!(text.starts_with("before\n# exe of batch 1\n") && text.contains("| PRP-1.1.2-work | partial"), "{text}");
}

#[test]
fn a_job_on_gitlab_gets_sections() {
    let project = project();
    let variables = [("GITLAB_CI", OsStr::new("true")), ("CI", OsStr::new("true"))];
    let ran = project.run_with(&["exe", "--batch", "1"], &variables).exits(10);
    for part in ["section_start:", "item_1[collapsed=true]\r\u{1b}[0KPRP-1.1.", "section_end:"] {
        assert!(ran.stdout.contains(part), "no {part:?} in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("::group::") && !ran.stderr.contains("::error"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn elsewhere_lines_stand_in_the_order_in_which_things_happen() {
    let ran = project().run(&["exe", "--batch", "1"]).exits(10);
    assert!(!ran.stdout.contains("::group::") && !ran.stdout.contains("section_start"), "{}", ran.stdout);
}

#[test]
fn each_check_is_told_when_it_begins_and_when_it_is_tried_again() {
    let ran = project().run(&["exe", "--batch", "1", "--json"]).exits(10);
    let events: Vec<serde_json::Value> =
        ran.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of = |word: &str, item: &str| {
        let wanted = events.iter().filter(|event| event["event"] == word && event["item"] == item);
        wanted.cloned().collect::<Vec<_>>()
    };
    let tries: Vec<_> =
        of("checking", "PRP-1.1.2").iter().map(|check| (check["level"].clone(), check["time"].clone())).collect();
    assert!(tries.ends_with(&[(2.into(), 1.into()), (2.into(), 2.into())]), "{tries:?}");
    assert_eq!(of("merge_awaited", "PRP-1.1.1").len(), 1);
}
