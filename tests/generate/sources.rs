//! Issues of trackers as plans: linked issues become PRPs that wait for each other, and landing closes them.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::plan::{names, text};
use crate::project::Project;
use crate::rest::Rest;

const GEN: [&str; 5] = ["gen", "--agent", "template", "--commit", "--from"];

fn issue(key: &str, title: &str, body: &str, done: bool, blocked_by: &[&str]) -> Value {
    json!({ "key": key, "title": title, "body": body, "done": done, "blocked_by": blocked_by })
}

#[test]
fn issues_of_a_file_keep_their_ids_and_only_what_changed_is_written() {
    let project = Project::new();
    let put = |issues: &[Value]| project.write("issues.json", &json!(issues).to_string());
    let all = [
        issue("A-1", "Schema", "Two tables.\n- [ ] users\n- [ ] carts", false, &[]),
        issue("A-2", "Server", "", false, &["A-1", "A-9", "B-1"]),
        issue("A-9", "Old", "", true, &[]),
    ];
    put(&all);
    let from = [&GEN[..], &["issues.json"]].concat();
    project.run(&from).exits(0).says("Files: 2 written").says("A-2 is blocked by B-1, which is not part of it");
    assert_eq!(names(&project), ["PRP-1.1.1-schema.md", "PRP-1.2.1-server.md"]);
    let (schema, server) = (text(&project, "PRP-1.1.1-schema.md"), text(&project, "PRP-1.2.1-server.md"));
    assert!(schema.contains("\nissue: A-1\n") && schema.contains("file:issues.json"), "{schema}");
    assert!(schema.contains("users") && schema.contains("carts"), "{schema}");
    assert!(server.contains("PRP-1.1.1") && !server.contains("A-9"), "{server}");

    project.run(&from).exits(0).says("nothing changed in file:issues.json");
    // One comes in between, one says something else, one is closed.
    put(&[
        issue("A-0", "Names", "", false, &[]),
        issue("A-1", "Schema", "Three tables.", false, &["A-0"]),
        issue("A-2", "Server", "", true, &["A-1"]),
    ]);
    project.run(&from).exits(0).says("Files: 1 written, 1 changed").says("PRP-1.2.1 is no longer in file:issues.json");
    assert_eq!(names(&project), ["PRP-1.1.1-schema.md", "PRP-1.1.2-names.md"]);
    let changed = text(&project, "PRP-1.1.1-schema.md");
    assert!(changed.contains("Three tables") || changed != schema, "{changed}");
    assert!(changed.contains("PRP-1.1.2"), "it waits for the new one: {changed}");
    put(&[issue("A-1", "Schema", "", true, &[])]);
    project.run(&from).exits(4).says("has no open issue (1 closed)");
    project.run(&[&GEN[..], &["nowhere.json"]].concat()).exits(5).says("there is no file `nowhere.json`");
    project.write("issues.json", "[{\"title\": \"x\"}]").run(&from).exits(5).says("lacks `key` or `title`");
    project.run(&["gen", "--agent", "template"]).exits(2).says("there is nothing to generate from");
}

#[test]
fn a_project_of_linear_becomes_a_batch_and_its_issues_are_closed_when_it_lands() {
    let server = Rest::start(|asked| {
        let query = asked.body["query"].as_str().unwrap_or_default();
        let state = |word: &str| json!({ "type": word });
        let node = |key: &str, title: &str, links: Value| {
            json!({ "identifier": key, "title": title, "description": null, "state": state("unstarted"),
                    "inverseRelations": { "nodes": links } })
        };
        let data = if query.contains("inverseRelations") {
            assert_eq!(asked.body["variables"]["project"], "Shop");
            let blocks = json!([{ "type": "blocks", "issue": { "identifier": "ENG-7", "state": state("started") } },
                                { "type": "related", "issue": { "identifier": "ENG-9", "state": state("started") } }]);
            // Two pages, in no order.
            match asked.body["variables"]["after"].as_str() {
                None => json!({ "issues": { "nodes": [node("ENG-12", "Server", blocks)],
                                            "pageInfo": { "hasNextPage": true, "endCursor": "c" } } }),
                Some(_) => json!({ "issues": { "nodes": [node("ENG-7", "Schema", json!([]))],
                                               "pageInfo": { "hasNextPage": false } } }),
            }
        } else if query.contains("issueUpdate") {
            json!({ "issueUpdate": { "success": true } })
        } else {
            let states = json!([{ "id": "later", "position": 9.5 }, { "id": "done", "position": 3 }]);
            let id = format!("id of {}", asked.body["variables"]["id"].as_str().unwrap_or_default());
            json!({ "issue": { "id": id, "state": state("started"), "team": { "states": { "nodes": states } } } })
        };
        (200, json!({ "data": data }))
    });
    let project = Project::new();
    project.configure(&format!("[tracker]\nlinear.endpoint = \"{}/graphql\"\n", server.url)).commit("Configured");
    let key: [(&str, &OsStr); 1] = [("LINEAR_API_KEY", OsStr::new("lin-key-Zq8Wt2Lm5Rv9"))];
    let from = [&GEN[..], &["linear:Shop"]].concat();
    project.run(&from).exits(3).says("LINEAR_API_KEY is not set");
    project.run_with(&from, &key).exits(0).says("Files: 2 written");
    assert_eq!(names(&project), ["PRP-1.1.1-schema.md", "PRP-1.2.1-server.md"]);
    project.run_with(&["exe", "--batch", "1", "--no-auto-review", "--land"], &key).exits(0).says("ENG-12 is closed");
    let closed: Vec<Value> = server.asked().into_iter().map(|asked| asked.body["variables"].clone()).collect();
    for key in ["ENG-7", "ENG-12"] {
        let wanted = json!({ "id": format!("id of {key}"), "input": { "stateId": "done" } });
        assert!(closed.contains(&wanted), "{closed:?}");
    }
}

/// Answers what the test asks `gh` for, and writes its calls down.
const GH: &str = r#"#!/bin/sh
cd "$(dirname "$0")" || exit 1
echo "$*" >> calls
case "$1 $2" in
"issue list") cat <<'END'
[{"number":12,"title":"Server","body":"Depends on #7 and\nmore","state":"OPEN"},
  {"number":7,"title":"Schema","body":"","state":"OPEN"},{"number":3,"title":"Old","body":"","state":"CLOSED"}]
END
;;
"issue view") grep -q "issue close $3 " calls && echo '{"state":"CLOSED"}' || echo '{"state":"OPEN"}' ;;
"api --include") case "$*" in
  *pulls\?state=*) cat pulls.json ;;
  *check-runs*) echo '{"check_runs":[]}' ;;
  *status*) echo '{"statuses":[]}' ;;
  *) echo '[]' ;;
  esac ;;
"api repos/{owner}/{repo}/issues/7/dependencies/blocked_by?per_page=100") echo '[{"number":3,"state":"closed"}]' ;;
"api "*) echo 'HTTP 404' >&2; exit 1 ;;
esac
"#;

/// Returns a search path on which that `gh` is, and the folder where it keeps its notes.
fn with_gh(project: &Project) -> (String, std::path::PathBuf) {
    let bin = project.tools().join("bin");
    fs::create_dir(&bin).expect("folder");
    fs::write(bin.join("gh"), GH).expect("gh");
    fs::set_permissions(bin.join("gh"), fs::Permissions::from_mode(0o755)).expect("mode");
    (format!("{}:{}", bin.display(), std::env::var("PATH").expect("PATH")), bin)
}

#[test]
fn issues_are_closed_once_when_the_request_of_their_batch_is_merged() {
    let project = Project::new();
    let (path, bin) = with_gh(&project);
    let path: [(&str, &OsStr); 1] = [("PATH", OsStr::new(&path))];
    let hub = project.tools().join("hub.git").display().to_string();
    project.git(&["init", "-q", "--bare", "-b", "main", &hub]);
    project.git(&["remote", "add", "origin", "https://github.com/acme/app.git"]);
    project.git(&["config", &format!("url.{hub}.insteadOf"), "https://github.com/acme/app.git"]);
    project.run_with(&[&GEN[..], &["github:v1.0"]].concat(), &path).exits(0);
    project.git(&["push", "-q", "origin", "main"]);
    let calls = || fs::read_to_string(bin.join("calls")).expect("calls");
    let sync = ["pr", "sync", "--batch", "1"];
    let request = |head: &str, state: &str, merged_at: Value| {
        let request = json!([{
            "number": 1, "html_url": "https://github.com/acme/app/pull/1", "state": state, "merged_at": merged_at,
            "head": { "ref": "prp-1", "sha": head }, "base": { "ref": "main" }, "draft": false,
        }]);
        fs::write(bin.join("pulls.json"), request.to_string()).expect("pulls");
    };
    // The request is merged when it has the work of one item; the other comes to the batch later.
    project.run_with(&["exe", "PRP-1.1.1", "--no-auto-review"], &path).exits(0);
    let head = project.git(&["rev-parse", "prp-1"]);
    request(&head, "open", Value::Null);
    project.run_with(&sync, &path).exits(0).says("is open");
    assert!(!calls().contains("issue close"), "an open request closes nothing: {}", calls());
    project.run_with(&["exe", "--batch", "1", "--no-auto-review"], &path).exits(0);
    request(&head, "closed", json!("2026-11-30T12:00:00Z"));
    project.run_with(&[&sync[..], &["--dry-run"]].concat(), &path).exits(0).says("would run gh api");
    project.run_with(&sync, &path).exits(0).says("#7 is closed: PRP-1.1.1 landed");
    assert!(!calls().contains("issue close 12 "), "its work is not in the request: {}", calls());
    project.run_with(&sync, &path).exits(0);
    request(&project.git(&["rev-parse", "prp-1"]), "closed", json!("2026-11-30T12:00:00Z"));
    project.run_with(&sync, &path).exits(0).says("#12 is closed: PRP-1.2.1 landed");
    assert_eq!(calls().matches("issue close ").count(), 2, "{}", calls());
}

#[test]
fn a_milestone_of_github_becomes_a_batch_and_its_issues_are_closed_when_it_lands() {
    let project = Project::new();
    let (path, bin) = with_gh(&project);
    let path: [(&str, &OsStr); 1] = [("PATH", OsStr::new(&path))];
    project.run_with(&[&GEN[..], &["github:v1.0"]].concat(), &path).exits(0).says("Files: 2 written");
    let server = text(&project, "PRP-1.2.1-server.md");
    assert!(server.contains("\nissue: \"#12\"\n") && server.contains("PRP-1.1.1"), "{server}");
    project.run_with(&["exe", "--batch", "1", "--no-auto-review", "--land"], &path).exits(0).says("#12 is closed");
    let calls = fs::read_to_string(bin.join("calls")).expect("calls");
    assert!(calls.contains("issue list --milestone v1.0 --state all"), "{calls}");
    assert!(calls.contains("issue close 7 --reason completed --comment PRP-1.1.1 landed."), "{calls}");
    assert!(!calls.contains("issues/3/"), "nobody asks what blocked a closed one: {calls}");
}

#[test]
fn an_epic_of_jira_becomes_a_batch_and_its_issues_are_closed_when_it_lands() {
    let server = Rest::start(|asked| {
        let status = |key: &str| json!({ "statusCategory": { "key": key } });
        let issue = |key: &str, links: Value| {
            json!({ "key": key, "fields": { "summary": format!("Work of {key}"), "description": null,
                    "status": status("new"), "issuelinks": links } })
        };
        match (asked.method.as_str(), asked.path.split('?').next().unwrap_or_default()) {
            ("GET", "/rest/api/2/search/jql") if asked.path.contains("nextPageToken=n%2F1") => {
                (200, json!({ "issues": [issue("SHOP-3", json!([]))] }))
            }
            ("GET", "/rest/api/2/search/jql") => {
                assert!(asked.path.contains("jql=parent%20%3D%20%22SHOP-1%22%20ORDER"), "{}", asked.path);
                let other = json!({ "key": "SHOP-3", "fields": { "status": status("new") } });
                let blocks = json!({ "inward": "is blocked by", "outward": "blocks" });
                let links = json!([{ "type": blocks, "inwardIssue": other },
                                   { "type": blocks, "outwardIssue": { "key": "SHOP-9" } }]);
                (200, json!({ "issues": [issue("SHOP-2", links)], "nextPageToken": "n/1" }))
            }
            ("GET", path) if path.ends_with("/transitions") => {
                let ways = json!([{ "id": "5", "to": status("indeterminate") }, { "id": "7", "to": status("done") }]);
                (200, json!({ "transitions": ways }))
            }
            ("GET", _) => (200, json!({ "fields": { "status": status("new") } })),
            ("POST", path) if path.contains("SHOP-3") => (500, json!({ "errorMessages": ["not today"] })),
            _ => (204, Value::Null),
        }
    });
    let project = Project::new();
    let from = [&GEN[..], &["jira:SHOP-1"]].concat();
    project.run(&from).exits(3).says("`tracker.jira.endpoint` is not set");
    project.configure(&format!("[tracker]\njira.endpoint = \"{}/\"\n", server.url)).commit("Configured");
    let login: [(&str, &OsStr); 2] =
        [("JIRA_API_TOKEN", OsStr::new("token-Zq8Wt2Lm5Rv9")), ("JIRA_EMAIL", OsStr::new("ada@example.org"))];
    project.run_with(&from, &login).exits(0).says("Files: 2 written");
    assert_eq!(names(&project), ["PRP-1.1.1-work-of-shop-3.md", "PRP-1.2.1-work-of-shop-2.md"]);
    project
        .run_with(&["exe", "--batch", "1", "--no-auto-review", "--land"], &login)
        .exits(0)
        .says("SHOP-2 is closed")
        .says("SHOP-3 is not closed: Jira answers with status 500");
    let asked = server.asked();
    assert!(
        asked.iter().all(|asked| asked.login == "Basic YWRhQGV4YW1wbGUub3JnOnRva2VuLVpxOFd0MkxtNVJ2OQ=="),
        "{asked:?}"
    );
    let moved: Vec<&Value> = asked.iter().filter(|asked| asked.method == "POST").map(|asked| &asked.body).collect();
    assert!(moved.iter().all(|body| body["transition"]["id"] == "7") && moved.len() == 2, "{moved:?}");
}
