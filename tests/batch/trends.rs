//! Twelve runs in which trouble was planted: `analyze` and `trend` find each, and nothing else.

use std::fs;

use serde_json::{Value, json};

use super::project::Project;

const RUNS: u32 = 12;

/// What is planted in a run.
#[derive(Clone, Copy, PartialEq)]
enum Trouble {
    None,
    Timeout,
    Conflict,
}

fn planted(run: u32) -> Trouble {
    match run {
        3 | 7 | 11 => Trouble::Timeout,
        4 | 8 | 12 => Trouble::Conflict,
        _ => Trouble::None,
    }
}

/// What the scripted agent does in a run: three items, whose tokens rise in the second half.
fn script(run: u32) -> Value {
    let id = |order: u32| format!("PRP-{run}.1.{order}");
    let tokens = if run <= RUNS / 2 { 1000 } else { 1600 };
    let write = |path: String, text: String| json!({ "do": "write", "files": { path: text } });
    let mut items = serde_json::Map::new();
    for order in 1..=3 {
        let mut steps = vec![json!({ "do": "usage", "input": tokens, "output": 100 })];
        match (planted(run), order) {
            (Trouble::Timeout, 1) => steps.push(json!({ "do": "work", "seconds": 60.0 })),
            // Both begin from one commit, and the second one is merged later.
            (Trouble::Conflict, 1) => {
                steps.push(json!({ "do": "await", "event": "attempt_started", "item": id(2) }));
                steps.push(write("shared.txt".to_owned(), "one\n".to_owned()));
            }
            (Trouble::Conflict, 2) => {
                steps.push(json!({ "do": "await", "event": "merge", "item": id(1) }));
                steps.push(write("shared.txt".to_owned(), "two\n".to_owned()));
            }
            _ => {}
        }
        steps.push(write(format!("out/{}.txt", id(order)), "done\n".to_owned()));
        items.insert(id(order), json!(steps));
    }
    json!({ "items": items })
}

/// Carries out all runs and returns the project with their archives.
fn history() -> Project {
    let project = Project::new();
    project.configure("[run]\nretries = 0\n[guard]\nforeign_file = \"note\"\n[validate]\ngates = \"ignore\"\n");
    for run in 1..=RUNS {
        for order in 1..=3 {
            project.prp(&format!("PRP-{run}.1.{order}"), &[], &[], 1);
        }
    }
    project.commit("PRPs");
    for run in 1..=RUNS {
        let file = project.tools().join("fake.json");
        fs::write(&file, script(run).to_string()).expect("a script");
        let batch = run.to_string();
        let mut arguments = vec!["-q", "exe", "--batch", &batch, "--agent", "fake", "--jobs", "3"];
        if planted(run) == Trouble::Timeout {
            arguments.extend(["--timeout", "6s"]);
        }
        let code = if planted(run) == Trouble::None { 0 } else { 10 };
        project.run_with(&arguments, &[("BATCHPRP_FAKE", file.as_os_str())]).exits(code);
    }
    project
}

/// Returns what findings of a weight say.
fn said(findings: &Value, weight: &str) -> Vec<String> {
    let findings = findings.as_array().expect("findings").iter();
    let of = findings.filter(|finding| finding["weight"] == weight);
    of.map(|finding| finding["text"].as_str().expect("text").to_owned()).collect()
}

fn output(project: &Project, arguments: &[&str]) -> Value {
    let ran = project.run(arguments).exits(0);
    serde_json::from_str(&ran.stdout).expect(&ran.stdout)
}

#[test]
fn each_planted_trouble_is_found_and_nothing_else() {
    let project = history();
    let trend = output(&project, &["trend", "--json"]);
    let execute = &trend["operations"][0];
    assert_eq!((execute["operation"].as_str(), execute["runs"].as_array().map(Vec::len)), (Some("execute"), Some(12)));
    let warnings = said(&execute["findings"], "warning");
    let begins = [
        "3 of 36 items hit a time-out (PRP-3.1.1, PRP-7.1.1, PRP-11.1.1; limit 6s) - set --timeout 7s - ",
        "3 of 12 runs had merge conflicts (batch 4, batch 8, batch 12) - ",
        "tokens per item rose by ",
        "only 83% of the items completed; most often: ",
    ];
    assert_eq!(warnings.len(), begins.len(), "{warnings:#?}");
    for begin in begins {
        assert!(warnings.iter().any(|text| text.starts_with(begin)), "no {begin:?} in {warnings:#?}");
    }
    let folder = project.root().join(".ce/completed-batches");
    let quiet = Project::new();
    for run in 1..=RUNS {
        let mut files = fs::read_dir(&folder).expect("archives").flatten();
        let name = format!("batch-{run}-execute-");
        let path = files.find(|file| file.file_name().to_string_lossy().starts_with(&name)).expect("an archive").path();
        let analysis = output(&project, &["analyze", &path.display().to_string(), "--json"]);
        let warnings = said(&analysis["findings"], "warning");
        match planted(run) {
            Trouble::None => {
                assert_eq!(warnings, Vec::<String>::new(), "run {run}");
                quiet.write(
                    &format!(".ce/completed-batches/{name}1.json"),
                    &fs::read_to_string(&path).expect("figures"),
                );
            }
            Trouble::Timeout => {
                let is_named = warnings.iter().any(|text| text.starts_with(&format!("PRP-{run}.1.1 timeout (")));
                assert!(is_named && warnings.len() == 3, "run {run}: {warnings:#?}");
            }
            Trouble::Conflict => {
                let is_named = warnings.iter().any(|text| text.starts_with("1 merge conflict - declare"));
                assert!(
                    is_named && warnings.iter().any(|text| text.starts_with(&format!("PRP-{run}.1.2 conflict"))),
                    "run {run}: {warnings:#?}"
                );
                assert_eq!(warnings.len(), 4, "run {run}: {warnings:#?}");
            }
        }
    }
    // The runs without trouble, of one half, by themselves.
    for run in 7..=RUNS {
        drop(fs::remove_file(quiet.root().join(format!(".ce/completed-batches/batch-{run}-execute-1.json"))));
    }
    let trend = output(&quiet, &["trend", "--json"]);
    assert_eq!(said(&trend["operations"][0]["findings"], "warning"), Vec::<String>::new());
}
