//! Merge requests of GitLab. The real `glab` is not to be had everywhere that tests run: in its place stands a program
//! that takes `glab api …` with the options that it documents, and answers like the REST interface of GitLab.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

use crate::forge::{Forge, Server, at, at_hub, command, merge};
use crate::project::{Project, Ran};

const HOST: &str = "gitlab.acme.test";

/// Hands what it was called with to the test, and does what that says.
const PROGRAM: &str = r#"#!/bin/sh
[ "$GITLAB_TOKEN" = t0ken ] || { echo 'glab: 401 Unauthorized' >&2; exit 1; }
call="$GLAB_TEST/call.$$"
mkdir "$call"
mkfifo "$call/code"
for word; do printf '%s\n' "$word"; done > "$call/argv"
cat > "$call/stdin"
echo "$call" > "$GLAB_TEST/calls"
read -r code < "$call/code"
cat "$call/stdout"
cat "$call/stderr" >&2
exit "$code"
"#;

fn project(configuration: &str) -> (Project, Server) {
    let (project, server) = at(&format!("git@{HOST}:acme/tools/app.git"), configuration);
    let tools = project.tools();
    fs::write(tools.join("glab"), PROGRAM).expect("program");
    fs::set_permissions(tools.join("glab"), fs::Permissions::from_mode(0o755)).expect("mode");
    let made = std::process::Command::new("mkfifo").arg(tools.join("calls")).status().expect("mkfifo");
    assert!(made.success());
    // Open in both directions: it has no end, however many write into it.
    let calls = OpenOptions::new().read(true).write(true).open(tools.join("calls")).expect("calls");
    let forge = server.shared();
    thread::spawn(move || {
        for call in BufReader::new(calls).lines().map_while(Result::ok) {
            let (code, stdout, stderr) = answered(Path::new(&call), &mut forge.lock().expect("forge"));
            let write = |name: &str, text: &str| fs::write(Path::new(&call).join(name), text);
            let wrote = write("stdout", &stdout).and_then(|()| write("stderr", &stderr));
            let code = wrote.and_then(|()| File::create(Path::new(&call).join("code"))?.write_all(code.as_bytes()));
            // Nobody waits for it where the run was killed.
            drop(code);
        }
    });
    (project, server)
}

fn run(project: &Project, server: &Server, arguments: &[&str]) -> Ran {
    let mut command = command(project, server, arguments);
    let path = std::env::var("PATH").unwrap_or_default();
    command
        .env("PATH", format!("{}:{path}", project.tools().display()))
        .env("GITLAB_TOKEN", "t0ken")
        .env("GLAB_TEST", project.tools())
        .env("BATCHPRP_RUN_REPAIRS", "2");
    crate::stage::finish(command)
}

/// Answers one call of the program: exit code, standard output, standard error.
fn answered(call: &Path, forge: &mut Forge) -> (String, String, String) {
    let argv = fs::read_to_string(call.join("argv")).expect("argv");
    let words: Vec<&str> = argv.lines().collect();
    assert!(words.len() >= 7, "{argv}");
    let (method, path) = (words[5], words[6]);
    assert_eq!(words[..5], ["api", "--include", "--hostname", HOST, "--method"], "{argv}");
    let input = fs::read_to_string(call.join("stdin")).expect("stdin");
    let is_written = method != "GET";
    let with_input = ["--header", "Content-Type: application/json", "--input", "-"];
    assert_eq!(&words[7..], if is_written { &with_input[..] } else { &[] }, "{argv}");
    let (status, answer) = gitlab(method, path, &serde_json::from_str(&input).unwrap_or_default(), forge);
    let answer = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
    let headers = forge.refuses.map_or("", |(_, _, headers)| headers);
    let stdout = format!("HTTP/2.0 {status} X\r\nContent-Type: application/json\r\n{headers}\r\n{answer}");
    let is_good = status < 400;
    let stderr = if is_good { String::new() } else { format!("glab: HTTP {status}\n") };
    (if is_good { "0\n" } else { "1\n" }.to_owned(), stdout, stderr)
}

/// The interface of GitLab, as far as it is used.
fn gitlab(method: &str, path: &str, body: &Value, forge: &mut Forge) -> (u16, Value) {
    if let Some((status, message, _)) = forge.refuses {
        return (status, json!({ "message": message }));
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    if path == "users" {
        return (200, if query == "username=mary" { json!([{ "id": 17 }]) } else { json!([]) });
    }
    let path = path.strip_prefix("projects/acme%2Ftools%2Fapp/").expect("the project");
    forge.asked.push(format!("{method} {path}"));
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.get(1).and_then(|number| number.parse::<usize>().ok()).map_or(usize::MAX, |number| number - 1);
    match (method, parts.as_slice()) {
        ("GET", ["merge_requests"]) => {
            let branch = query.split('&').find_map(|pair| pair.strip_prefix("source_branch="));
            let is_meant = |pull: &Value| match branch {
                Some(branch) => pull["source_branch"] == branch,
                None => pull["state"] == "opened",
            };
            let meant: Vec<usize> = (0..forge.pulls.len()).rev().filter(|at| is_meant(&forge.pulls[*at])).collect();
            (200, meant.into_iter().map(|at| forge.shown(at)).collect())
        }
        ("POST", ["merge_requests"]) => {
            let number = forge.pulls.len() + 1;
            let mut made = body.clone();
            made["iid"] = number.into();
            made["state"] = "opened".into();
            made["draft"] = body["title"].as_str().is_some_and(|title| title.starts_with("Draft: ")).into();
            made["web_url"] = format!("https://{HOST}/acme/tools/app/-/merge_requests/{number}").into();
            forge.pulls.push(made);
            (201, forge.shown(number - 1))
        }
        ("PUT", ["merge_requests", _]) => {
            for (name, value) in body.as_object().expect("an object") {
                forge.pulls[at][name] = value.clone();
            }
            (200, forge.shown(at))
        }
        ("GET", ["merge_requests", _, "pipelines"]) => {
            let sha = forge.shown(at)["sha"].clone();
            let mut pipelines = forge.pipelines.clone();
            for pipeline in &mut pipelines {
                pipeline["sha"] = sha.clone();
            }
            (200, pipelines.into())
        }
        ("GET", ["pipelines", "9", "jobs"]) => (200, forge.jobs.clone().into()),
        ("GET", ["jobs", "3", "trace"]) => (200, "line 1\nboom in out/PRP-47.1.1.txt\n".into()),
        ("GET", ["merge_requests", _, "discussions"]) => (200, forge.discussions.clone().into()),
        ("GET", ["merge_requests", _, "reviewers"]) => {
            (200, json!([{ "user": { "username": "mary" }, "state": "unreviewed" }]))
        }
        ("POST", ["merge_requests", _, "discussions", id, "notes"]) => {
            let note =
                json!({ "body": body["body"], "author": { "username": "bot" }, "resolvable": true, "resolved": false });
            let topic = forge.discussions.iter_mut().find(|topic| topic["id"] == *id).expect("a discussion");
            topic["notes"].as_array_mut().expect("notes").push(note);
            (201, json!({}))
        }
        ("POST", ["merge_requests", _, "notes"]) => {
            let note = json!({ "body": body["body"], "author": { "username": "bot" } });
            forge.discussions.push(json!({ "id": format!("n{}", forge.discussions.len()), "notes": [note] }));
            (201, json!({}))
        }
        _ => (404, json!({ "message": "404 Not Found" })),
    }
}

#[test]
fn a_batch_is_one_merge_request_that_later_runs_bring_up_to_date() {
    let settings = "[pr]\ndraft = true\nlabels = [\"agents\", \"ai\"]\nreviewers = [\"mary\", \"nobody\"]\n";
    let (project, server) = project(settings);
    let ran = run(&project, &server, &["exe", "--batch", "47", "--pr"]).exits(0);
    ran.says("opened https://gitlab.acme.test/acme/tools/app/-/merge_requests/1").says("knows no person `nobody`");
    assert_eq!(at_hub(&project, &["rev-parse", "prp-47"]), project.git(&["rev-parse", "prp-47"]));
    let made = &server.pulls()[0];
    assert_eq!((&made["source_branch"], &made["target_branch"]), (&"prp-47".into(), &"main".into()));
    assert_eq!((&made["title"], &made["labels"]), (&"Draft: Batch 47: 4 PRPs".into(), &"agents,ai".into()));
    assert_eq!(made["reviewer_ids"], json!([17]));
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("up to date");
    assert_eq!((server.pulls().len(), &server.pulls()[0]["title"]), (1, &"Draft: Batch 47: 4 PRPs".into()));
}

#[test]
fn a_stack_follows_what_is_merged() {
    let (project, server) = project("");
    run(&project, &server, &["exe", "--batch", "47", "--jobs", "1", "--pr", "--stacked"]).exits(0);
    assert_eq!(server.bases(), ["main", "prp-47-1-1", "prp-47-1-2", "prp-47-1-3"]);
    merge(&project, &server, 1, "squash", "2026-11-30T12:00:00Z");
    run(&project, &server, &["pr", "sync", "--batch", "47"]).exits(0).says("PRP-47.1.1 is landed on `main`");
    assert_eq!(server.bases(), ["main", "main", "prp-47-1-2", "prp-47-1-3"]);
    let shown = at_hub(&project, &["diff", "--name-only", "main...prp-47-1-2", "--", "out"]);
    assert_eq!((shown.as_str(), server.pulls().len()), ("out/PRP-47.1.2.txt", 4));
}

#[test]
fn a_red_job_and_a_discussion_are_mended_and_each_is_answered_once() {
    let (project, server) = project("[validate]\ngates = \"ignore\"\n");
    run(&project, &server, &["exe", "--batch", "47", "--pr"]).exits(0);
    server.forge(|forge| {
        forge.pipelines = vec![json!({ "id": 9, "status": "failed" })];
        forge.jobs = vec![
            json!({ "id": 3, "name": "unit", "status": "failed", "failure_reason": "script_failure" }),
            json!({ "id": 4, "name": "maybe", "status": "failed", "allow_failure": true }),
        ];
        let note = json!({
            "body": "name it better", "author": { "username": "mary" }, "resolvable": true, "resolved": false,
            "position": { "new_path": "out/PRP-47.1.2.txt", "new_line": 1 },
        });
        forge.discussions = vec![json!({ "id": "d1", "notes": [note] })];
    });
    let ran = run(&project, &server, &["pr", "sync", "--batch", "47"]).exits(10);
    let ran = ran.says("red check, unit: script_failure").says("change wanted by mary: name it better");
    assert!(!ran.stderr.contains("maybe") && !ran.stdout.contains("maybe"), "{}", ran.stderr);
    let fix = |more: &[&str]| run(&project, &server, &[&["pr", "sync", "--batch", "47", "--fix"], more].concat());
    // The discussion names a file, the job does not.
    fix(&[]).exits(10).says("1 finding of PRP-47.1.2 mended").says("say it with `--fix --item ID`");
    server.forge(|forge| forge.discussions[0]["notes"][0]["resolved"] = true.into());
    let topics = || server.forge(|forge| forge.discussions.clone());
    assert_eq!((topics().len(), topics()[0]["notes"].as_array().map_or(0, Vec::len)), (1, 2));
    server.forge(|forge| forge.discussions[0]["notes"][1]["resolved"] = true.into());
    fix(&["--item", "PRP-47.1.1"]).exits(0).says("1 finding of PRP-47.1.1 mended");
    assert_eq!(topics().len(), 2);
    assert_eq!(at_hub(&project, &["rev-parse", "prp-47"]), project.git(&["rev-parse", "prp-47"]));
}

#[test]
fn a_service_that_refuses_ends_with_nine() {
    let (project, server) = project("");
    project.run(&["exe", "--batch", "47"]).exits(0);
    for (status, message, headers, help) in [
        (401, "401 Unauthorized", "", "glab auth status"),
        (403, "403 Forbidden", "", "glab auth status"),
        (429, "Too many requests", "Retry-After: 30\r\n", "wait 30 seconds"),
        (500, "Internal error", "", "run the same command again"),
    ] {
        server.forge(|forge| forge.refuses = Some((status, message, headers)));
        run(&project, &server, &["land", "47", "--pr"]).exits(9).says(message).says(help);
    }
    server.forge(|forge| forge.refuses = None);
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("opened");
    // The host says which service it is, and the configuration knows better.
    let (project, server) = crate::forge::project("[pr]\nforge = \"gitlab\"\n");
    project.run(&["exe", "--batch", "47"]).exits(0);
    run(&project, &server, &["land", "47", "--pr"]).exits(3).says("need the program `glab`");
}
