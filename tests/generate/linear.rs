//! Linear issues, against a loopback server.

use std::fs;
use std::path::Path;

use crate::plan::{accounts, names, text};
use crate::project::{Project, Ran};
use crate::server::Server;

const KEY: &str = "lin-key-Zq8Wt2Lm5Rv9";

fn project(server: &Server) -> Project {
    let project = accounts();
    project.configure(&format!("[tracker]\nkind = \"linear\"\nlinear.endpoint = \"{}\"\n", server.url));
    project
}

fn generate(project: &Project, more: &[&str]) -> Ran {
    let arguments = [&["gen", "PLAN.md", "--agent", "template"], more].concat();
    let output = project.command(&arguments).env("LINEAR_API_KEY", KEY).output().expect("batchprp starts");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Asserts that the key stands in nothing that was said and in no file of the project.
fn keeps_the_key(project: &Project, ran: &Ran) {
    assert!(!ran.stdout.contains(KEY) && !ran.stderr.contains(KEY), "{}{}", ran.stdout, ran.stderr);
    let found = with_key(&project.root());
    assert!(found.is_none(), "{found:?}");
}

fn with_key(folder: &Path) -> Option<std::path::PathBuf> {
    fs::read_dir(folder).expect("folder").flatten().map(|entry| entry.path()).find_map(|path| {
        if path.is_dir() {
            return with_key(&path);
        }
        let text = fs::read(&path).unwrap_or_default();
        String::from_utf8_lossy(&text).contains(KEY).then_some(path)
    })
}

#[test]
fn every_prp_gets_one_issue_also_when_it_is_generated_again() {
    let server = Server::start();
    let project = project(&server);
    project.write(
        ".ce/linear-defaults.yml",
        "project: \"Rollout\"\nassignee: \"ada@example.org\"\nteam: \"Core\"\ndefault_labels:\n  - \"prp\"\n  - generated\n",
    );
    let ran = generate(&project, &[]).exits(0).says("issue ENG-").says("Files: 4 written").says("Issues: 4 opened");
    // One request for what is there, one for the names in the defaults, and one for each issue.
    assert_eq!(server.world().keys.len(), 6);
    keeps_the_key(&project, &ran);
    assert_eq!(server.world().created.len(), 4);
    for input in &server.world().created {
        assert_eq!(input["teamId"], "teams:Core");
        assert_eq!(input["projectId"], "projects:Rollout");
        assert_eq!(input["assigneeId"], "users:ada@example.org");
        assert_eq!(input["labelIds"], serde_json::json!(["issueLabels:prp", "issueLabels:generated"]));
        let id = input["id"].as_str().expect("id");
        assert!(id.len() == 36 && id.as_bytes()[14] == b'4', "{id} is no UUID of version 4");
        let body = input["description"].as_str().expect("description");
        assert!(body.contains("## Key deliverables") && body.contains("1.5 h"), "{body}");
    }
    assert!(server.world().keys.iter().all(|key| key == KEY));
    let titles: Vec<String> = server.world().issues.values().map(|(title, _)| title.clone()).collect();
    assert!(titles.contains(&"PRP-1.3.2: Roles".to_owned()), "{titles:?}");
    let first = text(&project, "PRP-1.1.1-schema.md");
    assert!(first.contains("\nissue: ENG-1\n"), "{first}");
    // The documents are lost, the issues are not: they are found by their ids.
    fs::remove_dir_all(project.root().join("PRPs")).expect("removed");
    generate(&project, &["--batch", "1"]).exits(0).says("Issues: 4 there already");
    assert_eq!(server.world().created.len(), 4);
    assert_eq!(server.world().keys.len(), 7, "one request finds all of them");
    assert_eq!(text(&project, "PRP-1.1.1-schema.md"), first);
    // And a rewrite keeps them without asking.
    let asked = server.world().keys.len();
    generate(&project, &["--batch", "1", "--overwrite"]).exits(0).says("unchanged");
    assert_eq!(server.world().keys.len(), asked);
}

#[test]
fn an_issue_whose_answer_was_lost_is_found_by_the_next_run() {
    let server = Server::start();
    server.world().lost_answers = 2;
    let project = project(&server);
    let ran = generate(&project, &["-j", "1"]).exits(0).says("⚠ no linear issue").says("status 502");
    ran.says("Issues: 2 opened");
    generate(&project, &["--batch", "1", "--overwrite"]).exits(0).says("Issues: 4 there already").says("2 changed");
    let ids: std::collections::BTreeSet<String> =
        server.world().created.iter().map(|input| input["id"].to_string()).collect();
    assert_eq!((server.world().created.len(), ids.len()), (4, 4));
    for name in names(&project) {
        assert!(text(&project, &name).contains("\nissue: ENG-"), "{name}");
    }
}

#[test]
fn a_rate_limit_is_waited_out() {
    let server = Server::start();
    let limited = r#"{"errors":[{"message":"slow down","extensions":{"code":"RATELIMITED"}}]}"#;
    server.world().first.push_back((400, "Retry-After: 1\r\n", limited.to_owned()));
    let project = project(&server);
    generate(&project, &["--stage", "1"]).exits(0).says("Linear limits the rate, waiting 1 s").says("issue ENG-1");
    assert_eq!(server.world().created.len(), 1);
}

#[test]
fn trouble_with_the_tracker_warns_and_fails_nothing() {
    let server = Server::start();
    server.world().refusal = Some(format!("the key {KEY} may not create issues"));
    let project = project(&server);
    let ran = generate(&project, &[]).exits(0).says("no linear issue").says("may not create issues");
    keeps_the_key(&project, &ran);
    assert_eq!(names(&project).len(), 4);
    for (status, body, said) in [
        (401, "{}", "does not accept LINEAR_API_KEY"),
        (502, "<html>", "status 502"),
        (200, "<html>", "no linear issue"),
    ] {
        server.world().first.push_back((status, "", body.to_owned()));
        generate(&project, &["--stage", "1"]).exits(0).says(said);
    }
    // Nobody listens, and no key: the same.
    project.write(
        ".ce/batchprp.toml",
        &project.read(".ce/batchprp.toml").replace(&server.url, "http://127.0.0.1:9/graphql"),
    );
    generate(&project, &["--stage", "1"]).exits(0).says("no linear issue");
    project.run(&["gen", "PLAN.md", "--agent", "template", "--stage", "1"]).exits(3).says("LINEAR_API_KEY is not set");
}
