//! What the program says about whole batches: reports whose places are in several documents, or in none.

use crate::project::{Project, prp};

fn said(project: &Project, command: &[&str], code: i32) -> String {
    let ran = project.run(command).exits(code);
    format!("{}{}", ran.stdout, ran.stderr).lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn batch(prps: &[(&str, &[&str])]) -> Project {
    let project = Project::new();
    for (id, dependencies) in prps {
        project.write(&format!("PRPs/feature-requests/{id}-work.md"), &prp(id, dependencies, &[], 1));
    }
    project
}

#[test]
fn a_circle_of_prps_is_shown_at_each_of_its_lines() {
    let project = batch(&[("PRP-47.1.1", &["PRP-47.1.2"]), ("PRP-47.1.2", &["PRP-47.1.1"]), ("PRP-47.1.3", &[])]);
    insta::assert_snapshot!(said(&project, &["graph", "--batch", "47"], 5));
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_the_reason_and_the_way_out() {
    let project = batch(&[("PRP-47.1.1", &[])]);
    let link = project.root().join("PRPs/feature-requests/PRP-47.1.2-gone.md");
    std::os::unix::fs::symlink("nowhere.md", link).expect("link");
    project.commit("Batch");
    insta::assert_snapshot!(said(&project, &["exe", "--batch", "47", "--dry-run"], 5));
}

#[test]
fn an_edge_to_nothing_is_shown_where_a_script_meets_it() {
    let project = Project::new();
    let script = "const ABOUT = \"Test\";\nconst ARGS = #{};\nfn main(args) {\n    dag::analyze([#{ id: \"a\", title: \"A\", dependencies: [\"b\"] }]);\n}\n";
    project.write(".ce/commands/broken.rhai", script);
    insta::assert_snapshot!(said(&project, &["broken", "--no-check"], 5));
}

#[test]
fn fixing_changes_the_outer_fences_and_says_so_once() {
    let project = batch(&[("PRP-47.1.1", &[])]);
    let path = "PRPs/feature-requests/PRP-47.1.1-work.md";
    let block = "Do part 1.\n\n```markdown\nAn example:\n\n```sh\nls\n```\n\n### Phase 8: Only an example\n```\n";
    let broken = project.read(path).replacen("Do part 1.\n", block, 1).replace('\n', "\r\n");
    project.write(path, &broken);
    project.run(&["inspect", path]).exits(0).says("prp::ambiguous_fence").says("inspect --fix");
    project.run(&["inspect", path, "--fix"]).exits(0).says("fixed: 1 code block got a longer fence").says("0 problems");
    let expected = broken.replacen("```markdown", "````markdown", 1).replacen(
        "### Phase 8: Only an example\r\n```\r\n",
        "### Phase 8: Only an example\r\n````\r\n",
        1,
    );
    assert_eq!(project.read(path), expected, "nothing but the two fences changes");
    let again = project.run(&["inspect", path, "--fix"]).exits(0);
    assert!(!again.stdout.contains("fixed:"), "{}", again.stdout);
    assert_eq!(project.read(path), expected);
}
