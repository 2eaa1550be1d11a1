//! States in which nothing is begun: found before an agent is paid, with the way out.

use std::os::unix::fs::symlink;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::project::Project;
use crate::stage::told;

fn one() -> Project {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    project
}

#[test]
fn a_state_folder_that_is_a_link_or_outside_is_refused_before_anything_runs() {
    let elsewhere = tempfile::TempDir::new().expect("folder");
    for state in ["a link", "a link in it", "outside", "above", "a file"] {
        let project = one();
        let before = project.git(&["for-each-ref"]);
        match state {
            "a link" => {
                project.configure("[paths]\nstate = \"state\"\n");
                symlink(elsewhere.path(), project.root().join("state")).expect("link");
            }
            "a link in it" => symlink(elsewhere.path(), project.root().join(".ce/tmp")).expect("link"),
            "outside" => {
                project.configure(&format!("[paths]\nstate = \"{}\"\n", elsewhere.path().display()));
            }
            "above" => {
                project.configure("[paths]\nstate = \"../state\"\n");
            }
            _ => {
                project.configure("[paths]\nstate = \"README.md\"\n");
            }
        }
        project.run(&["exe", "--batch", "47"]).exits(3);
        assert!(project.calls().is_empty(), "{state}");
        assert_eq!(project.git(&["for-each-ref"]), before, "{state}");
        assert_eq!(std::fs::read_dir(elsewhere.path()).expect("folder").count(), 0, "{state}");
    }
}

#[test]
fn a_graph_of_what_is_no_regular_file_is_refused_and_does_not_hang() {
    let project = one();
    let fifo = project.root().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    symlink("fifo", project.root().join("link.md")).expect("link");
    symlink("/dev/zero", project.root().join("device.md")).expect("link");
    std::fs::create_dir(project.root().join("folder.md")).expect("folder");
    let begin = Instant::now();
    for name in ["fifo", "link.md", "device.md", "folder.md", "missing.md"] {
        project.run(&["graph", name]).exits(5).says("cannot use");
    }
    symlink(&fifo, project.root().join("PRPs/feature-requests/PRP-47.1.2-link.md")).expect("link");
    project.run(&["graph", "--batch", "47"]).exits(5).says("not a regular file");
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
}

#[test]
fn notes_of_an_agent_are_told_up_to_a_limit_and_the_rest_is_counted() {
    let project = one();
    let line = r#"{"kind":"warning","text":"again"}"#;
    project.sabotage("PRP-47.1.1", 1, &format!("yes '{line}' | head -n 5000"));
    project.run(&["exe", "--batch", "47"]).exits(0);
    let notes = told(&project, "note");
    let again = notes.iter().filter(|note| note["text"] == "again").count();
    assert_eq!(again, 1000);
    let rest = notes.iter().any(|note| note["text"] == "4000 further notes of the agent are in its transcript only");
    assert!(rest, "{:?}", notes.last());
}

#[test]
fn branches_that_are_in_the_way_are_named_with_the_command_that_goes_on() {
    for (branch, wanted, rename) in [
        ("prp-47/x", "prp-47", "git branch -m prp-47/x prp-47-x-old"),
        ("prp-47/deep/er", "prp-47", "git branch -m prp-47/deep/er prp-47-deep-er-old"),
        ("prp-47-1-1/x", "prp-47-1-1", "git branch -m prp-47-1-1/x prp-47-1-1-x-old"),
        ("prp-47-1-1", "prp-47-1-1", "git branch -m prp-47-1-1 prp-47-1-1-old"),
        ("prp-47", "prp-47", "git branch -m prp-47 prp-47-old"),
    ] {
        for init in [&["init", "-q", "-b", "main"][..], &["init", "-q", "-b", "main", "--ref-format=reftable"]] {
            let project = Project::new();
            if init.len() > 4 {
                std::fs::remove_dir_all(project.root().join(".git")).expect("removed");
                project.git(init);
            }
            project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
            project.git(&["branch", branch]);
            let ran = project.run(&["exe", "--batch", "47"]);
            assert!(matches!(ran.code, Some(7 | 10)), "{branch}: {}{}", ran.stdout, ran.stderr);
            let ran = ran.says(&format!("`{wanted}`")).says(rename);
            assert!(project.calls().is_empty(), "an agent was paid: {}", ran.stdout);
            let words: Vec<&str> = rename.split(' ').skip(1).collect();
            project.git(&words);
            project.run(&["exe", "--batch", "47"]).exits(0);
        }
    }
}
