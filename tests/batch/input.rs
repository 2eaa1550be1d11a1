//! Bad input: one report with places, a way out and the exit code of the table.

use std::fs;

use crate::project::{Project, prp};

fn refuses(project: &Project, arguments: &[&str], code: i32, says: &[&str]) {
    let ran = project.run(arguments);
    assert_eq!(ran.code, Some(code), "{arguments:?}\nstdout:\n{}\nstderr:\n{}", ran.stdout, ran.stderr);
    for text in says {
        assert!(ran.stderr.contains(text), "`{text}` is missing in:\n{}", ran.stderr);
    }
    assert!(project.calls().is_empty(), "nothing is started");
}

#[test]
fn all_problems_of_all_documents_come_in_one_report() {
    let project = Project::new();
    project.write("PRPs/feature-requests/PRP-47.1.1-a.md", &prp("PRP-47.1.1", &["PRP-47.9.9"], &[], 1));
    project.write("PRPs/feature-requests/PRP-47.1.2-b.md", &prp("PRP-47.1.2", &[], &["../escape"], 1));
    project.write("PRPs/feature-requests/PRP-47.1.3-c.md", &prp("PRP-47.1.3", &[], &[], 1));
    project.write("PRPs/feature-requests/PRP-47.1.3-d.md", &prp("PRP-47.1.3", &[], &[], 1));
    project.commit("PRPs");
    refuses(
        &project,
        &["exe", "--batch", "47"],
        5,
        &["PRP-47.9.9", "PRP-47.1.1-a.md", "../escape", "PRP-47.1.2-b.md", "PRP-47.1.3-c.md", "PRP-47.1.3-d.md"],
    );
}

#[test]
fn hostile_ids_are_refused_wherever_they_come_from() {
    for id in ["../x", "$(id)", "-rf", "a b"] {
        let project = Project::new();
        project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
        let argument = format!("--prps={id}");
        refuses(&project, &["exe", "--batch", "47", &argument], 5, &[id]);
        let text = prp("PRP-47.1.2", &[], &[], 1).replace("prp_id: PRP-47.1.2", &format!("prp_id: \"{id}\""));
        project.write("PRPs/feature-requests/PRP-47.1.2-x.md", &text).commit("hostile");
        refuses(&project, &["exe", "--batch", "47"], 5, &["PRP-47.1.2-x.md"]);
    }
}

#[test]
fn an_id_with_a_line_end_is_refused() {
    let project = Project::new();
    let text = prp("PRP-47.1.2", &[], &[], 1).replace("prp_id: PRP-47.1.2", "prp_id: \"PRP-47.1.2\\nx: y\"");
    project.write("PRPs/feature-requests/PRP-47.1.2-x.md", &text).commit("hostile");
    refuses(&project, &["exe", "--batch", "47"], 5, &["PRP-47.1.2-x.md"]);
}

#[test]
fn nothing_that_matches_is_said_with_what_there_is() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    refuses(&project, &["exe", "--batch", "48"], 4, &["48", "47"]);
    refuses(&project, &["exe", "--prps", "PRP-47.1.2"], 4, &["PRP-47.1.2", "PRP-47.1.1"]);
}

#[test]
fn places_that_are_no_usable_repository_are_refused() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1);
    fs::remove_dir_all(project.root().join(".git")).expect("no repository");
    refuses(&project, &["exe", "--batch", "47"], 7, &["git init"]);
    project.git(&["init", "-q"]);
    refuses(&project, &["exe", "--batch", "47"], 7, &["commit"]);
}

#[test]
fn unknown_flags_and_keys_are_answered_with_the_nearest_one() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    refuses(&project, &["exe", "--bath", "47"], 2, &["--batch"]);
    project.configure("[run]\njbos = 3\n");
    refuses(&project, &["exe", "--batch", "47"], 3, &["jbos", "jobs", ".ce/batchprp.toml"]);
}

#[test]
fn a_document_that_cannot_be_read_is_named() {
    let project = Project::new();
    project.prp("PRP-47.1.1", &[], &[], 1).commit("PRPs");
    let path = project.root().join("PRPs/feature-requests/PRP-47.1.2-y.md");
    fs::create_dir(&path).expect("a folder with the name of a document");
    std::os::unix::fs::symlink("nowhere.md", project.root().join("PRPs/feature-requests/PRP-47.1.3-z.md"))
        .expect("link");
    std::os::unix::fs::symlink("/etc/hostname", project.root().join("PRPs/feature-requests/PRP-47.1.4-w.md"))
        .expect("link");
    refuses(&project, &["inspect", "PRPs/feature-requests/PRP-47.1.2-y.md"], 5, &["PRP-47.1.2-y.md"]);
    let all = ["PRP-47.1.2-y.md", "a regular file", "PRP-47.1.3-z.md", "PRP-47.1.4-w.md", "out of the project"];
    refuses(&project, &["exe", "--batch", "47"], 5, &all);
}
