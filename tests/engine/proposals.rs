//! Pull requests through the real `gh`, against an interface of GitHub on this machine.
//!
//! `gh` speaks plain HTTP to the host `github.localhost`, and goes through a proxy to get there: that is our server.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use crate::project::{Project, Ran};

/// What the server knows, and how it answers.
#[derive(Default)]
struct Forge {
    pulls: Vec<Value>,
    /// Method and path of each request.
    asked: Vec<String>,
    /// Answered in place of everything else: status, message.
    refuses: Option<(u16, &'static str)>,
    checks: Vec<Value>,
    reviews: Vec<Value>,
}

struct Server {
    proxy: String,
    forge: Arc<Mutex<Forge>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("port");
        let proxy = format!("http://{}", listener.local_addr().expect("address"));
        let forge = Arc::new(Mutex::new(Forge::default()));
        let shared = forge.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let forge = shared.clone();
                thread::spawn(move || serve(stream, &forge));
            }
        });
        Self { proxy, forge }
    }

    fn forge<T>(&self, look: impl FnOnce(&mut Forge) -> T) -> T {
        look(&mut self.forge.lock().expect("forge"))
    }

    fn pulls(&self) -> Vec<Value> {
        self.forge(|forge| forge.pulls.clone())
    }

    fn wrote(&self) -> usize {
        self.forge(|forge| forge.asked.iter().filter(|line| line.starts_with("POST ")).count())
    }
}

fn serve(mut stream: TcpStream, forge: &Mutex<Forge>) {
    let mut text = Vec::new();
    let mut part = [0; 8192];
    loop {
        let all = String::from_utf8_lossy(&text).into_owned();
        if let Some((head, body)) = all.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let chunked = head.to_lowercase().contains("transfer-encoding: chunked");
            if body.len() >= length.unwrap_or(0) && (!chunked || body.ends_with("0\r\n\r\n")) {
                let body = if chunked { unchunked(body) } else { body.to_owned() };
                let line = head.lines().next().unwrap_or_default().to_owned();
                let (status, answer) = answer(&line, &body, &mut forge.lock().expect("forge"));
                let answer = answer.to_string();
                let reply = format!(
                    "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                    answer.len()
                );
                drop(stream.write_all(reply.as_bytes()));
                return;
            }
        }
        match stream.read(&mut part) {
            Ok(0) | Err(_) => return,
            Ok(read) => text.extend_from_slice(&part[..read]),
        }
    }
}

fn unchunked(body: &str) -> String {
    let mut rest = body;
    let mut whole = String::new();
    while let Some((size, behind)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        whole += &behind[..size];
        rest = behind[size..].trim_start_matches("\r\n");
    }
    whole
}

fn answer(line: &str, body: &str, forge: &mut Forge) -> (u16, Value) {
    let mut words = line.split(' ');
    let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let path = url.split_once("/repos/acme/app/").map_or(url, |(_, path)| path);
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    forge.asked.push(format!("{method} {path}"));
    if let Some((status, message)) = forge.refuses {
        return (status, json!({ "message": message }));
    }
    let body: Value = serde_json::from_str(body).unwrap_or_default();
    let parts: Vec<&str> = path.split('/').collect();
    let at = parts.get(1).and_then(|number| number.parse::<usize>().ok()).map_or(usize::MAX, |number| number - 1);
    match (method, parts.as_slice()) {
        ("GET", ["pulls"]) => {
            let branch = query.split('&').find_map(|pair| pair.strip_prefix("head=acme:")).unwrap_or_default();
            let mine = forge.pulls.iter().filter(|pull| pull["head"]["ref"] == branch).rev();
            (200, mine.cloned().collect())
        }
        ("POST", ["pulls"]) => {
            let number = forge.pulls.len() + 1;
            let pull = json!({
                "number": number, "state": "open", "merged_at": null, "title": body["title"], "body": body["body"],
                "draft": body["draft"], "html_url": format!("https://github.localhost/acme/app/pull/{number}"),
                "head": { "ref": body["head"], "sha": "abc" }, "base": { "ref": body["base"] },
            });
            forge.pulls.push(pull.clone());
            (201, pull)
        }
        ("GET", ["pulls", _]) => (200, forge.pulls[at].clone()),
        ("PATCH", ["pulls", _]) => {
            let pull = &mut forge.pulls[at];
            pull["title"] = body["title"].clone();
            pull["body"] = body["body"].clone();
            pull["base"]["ref"] = body["base"].clone();
            (200, pull.clone())
        }
        ("POST", ["issues", _, "labels"]) => {
            forge.pulls[at]["labels"] = body["labels"].clone();
            (200, json!([]))
        }
        ("POST", ["pulls", _, "requested_reviewers"]) => {
            forge.pulls[at]["reviewers"] = body.clone();
            (201, json!({}))
        }
        ("GET", ["commits", _, "check-runs"]) => (200, json!({ "check_runs": forge.checks })),
        ("GET", ["pulls", _, "reviews"]) => (200, forge.reviews.clone().into()),
        _ => (404, json!({ "message": "Not Found" })),
    }
}

/// A project whose remote is on the server by its address, and a bare repository by where git pushes to.
fn project(configuration: &str) -> (Project, Server) {
    let (project, server) = (Project::new(), Server::start());
    let hub = project.tools().join("hub.git").display().to_string();
    project.git(&["init", "-q", "--bare", &hub]);
    project.git(&["remote", "add", "origin", "https://github.localhost/acme/app.git"]);
    project.git(&["remote", "set-url", "--push", "origin", &hub]);
    project.configure(configuration);
    for id in ["PRP-47.1.1", "PRP-47.1.2", "PRP-47.1.3", "PRP-47.1.4"] {
        project.prp(id, &[], &[], 1);
    }
    project.commit("PRPs");
    (project, server)
}

fn run(project: &Project, server: &Server, arguments: &[&str]) -> Ran {
    let set = [("HTTP_PROXY", server.proxy.as_ref()), ("GH_TOKEN", "t0ken-of-a-test".as_ref())];
    project.run_with(arguments, &set)
}

fn at_hub(project: &Project, branch: &str) -> String {
    let hub = project.tools().join("hub.git").display().to_string();
    project.git(&["--git-dir", &hub, "rev-parse", branch])
}

#[test]
fn a_batch_is_one_request_that_later_runs_bring_up_to_date() {
    let (project, server) =
        project("[pr]\ndraft = true\nlabels = [\"agents\"]\nreviewers = [\"mary\", \"acme/core\"]\n");
    let before = project.fingerprint();
    run(&project, &server, &["exe", "--batch", "47", "--pr"])
        .exits(0)
        .says("opened https://github.localhost/acme/app/pull/1");
    assert_eq!(at_hub(&project, "prp-47"), project.git(&["rev-parse", "prp-47"]));
    let pull = &server.pulls()[0];
    assert_eq!((&pull["title"], &pull["draft"]), (&"Batch 47: 4 PRPs".into(), &true.into()));
    assert_eq!((&pull["head"]["ref"], &pull["base"]["ref"]), (&"prp-47".into(), &"main".into()));
    assert_eq!((&pull["labels"], &pull["reviewers"]["team_reviewers"]), (&json!(["agents"]), &json!(["core"])));
    let body = pull["body"].as_str().expect("a body");
    assert!(body.contains("| PRP-47.1.1: Work of PRP-47.1.1 | 1 of 1 phases passed |"), "{body}");
    // Somebody edits the title; again there is one request, with ours.
    server.forge(|forge| forge.pulls[0]["title"] = "mine".into());
    let wrote = server.wrote();
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("up to date");
    assert_eq!((server.pulls().len(), server.wrote()), (1, wrote));
    assert_eq!(server.pulls()[0]["title"], "Batch 47: 4 PRPs");
    assert_eq!(project.fingerprint(), before);
    assert_eq!(project.git(&["rev-list", "--count", "main"]), "2", "nothing landed");
}

#[test]
fn a_stack_has_a_request_for_each_item_whose_base_is_the_branch_before_it() {
    let (project, server) = project("");
    project.run(&["exe", "--batch", "47", "--jobs", "1"]).exits(0);
    for _ in 0..2 {
        run(&project, &server, &["land", "47", "--pr", "--stacked"]).exits(0);
        let pulls = server.pulls();
        let heads: Vec<&str> = pulls.iter().filter_map(|pull| pull["head"]["ref"].as_str()).collect();
        assert_eq!(heads, ["prp-47-1-1", "prp-47-1-2", "prp-47-1-3", "prp-47-1-4"]);
        let bases: Vec<&str> = pulls.iter().filter_map(|pull| pull["base"]["ref"].as_str()).collect();
        assert_eq!(bases, ["main", "prp-47-1-1", "prp-47-1-2", "prp-47-1-3"]);
    }
    assert!(!project.git(&["log", "--format=%s", &at_hub(&project, "prp-47-1-2")]).contains("Merge PRP-47.1.2"));
    assert_eq!(server.pulls()[1]["title"], "PRP-47.1.2: Work of PRP-47.1.2");
}

#[test]
fn what_a_person_closed_or_merged_is_not_opened_again() {
    let (project, server) = project("");
    run(&project, &server, &["exe", "--batch", "47", "--pr"]).exits(0);
    server.forge(|forge| forge.pulls[0]["state"] = "closed".into());
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("is closed: no other one is opened");
    server.forge(|forge| forge.pulls[0]["merged_at"] = "2026-11-30T12:00:00Z".into());
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("is merged");
    assert_eq!(server.pulls().len(), 1);
}

#[test]
fn a_service_that_refuses_ends_with_nine_and_asked_again_it_goes_on() {
    let (project, server) = project("");
    project.run(&["exe", "--batch", "47"]).exits(0);
    for (status, message, help) in [
        (403, "Resource not accessible by personal access token", "gh auth status"),
        (403, "API rate limit exceeded for user", "wait until the limit is over"),
        (403, "You have exceeded a secondary rate limit", "wait until the limit is over"),
        (502, "Server Error", "run the same command again"),
    ] {
        server.forge(|forge| forge.refuses = Some((status, message)));
        let ran = run(&project, &server, &["land", "47", "--pr"]).exits(9).says(message).says(help);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("t0ken"), "{}", ran.stderr);
    }
    server.forge(|forge| forge.refuses = None);
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("opened");
    assert_eq!(server.pulls().len(), 1);
    let down = [("HTTP_PROXY", "http://127.0.0.1:1".as_ref()), ("GH_TOKEN", "t".as_ref())];
    project.run_with(&["land", "47", "--pr"], &down).exits(9);
}

#[test]
fn commits_of_somebody_else_at_the_remote_are_not_pushed_over() {
    let (project, server) = project("");
    run(&project, &server, &["exe", "--batch", "47", "--pr"]).exits(0);
    let hub = project.tools().join("hub.git").display().to_string();
    let theirs = project.git(&["commit-tree", "-p", "prp-47", "-m", "Theirs", "prp-47^{tree}"]);
    project.git(&["push", "-q", &hub, &format!("{theirs}:refs/heads/prp-47")]);
    project.git(&["--git-dir", &hub, "update-ref", "refs/heads/prp-47", &theirs]);
    let tip = project.git(&["commit-tree", "-p", "prp-47", "-m", "Ours", "prp-47^{tree}"]);
    project.git(&["update-ref", "refs/heads/prp-47", &tip]);
    run(&project, &server, &["land", "47", "--pr"]).exits(9).says("has commits at `origin` that are not ours");
    assert_eq!(at_hub(&project, "prp-47"), theirs);
}

#[test]
fn sync_tells_red_checks_and_wanted_changes() {
    let (project, server) = project("");
    run(&project, &server, &["exe", "--batch", "47", "--pr"]).exits(0);
    run(&project, &server, &["pr", "sync", "--batch", "47"]).exits(0).says("is open");
    server.forge(|forge| {
        forge.checks = vec![
            json!({ "name": "unit", "conclusion": "failure" }),
            json!({ "name": "lint", "conclusion": "success" }),
        ];
        let review = |state: &str, body: &str| json!({ "state": state, "body": body, "user": { "login": "mary" } });
        forge.reviews = vec![review("APPROVED", ""), review("CHANGES_REQUESTED", "name it better")];
    });
    let ran = run(&project, &server, &["pr", "sync", "--batch", "47"]).exits(10);
    ran.says("red check, unit: failure").says("change wanted by mary: name it better");
    server.forge(|forge| forge.pulls[0]["merged_at"] = "2026-11-30T12:00:00Z".into());
    run(&project, &server, &["pr", "sync", "--batch", "47"]).exits(0).says("is merged");
}

#[test]
fn a_remote_that_is_no_project_of_github_is_refused_before_anything_is_asked() {
    let (project, server) = project("");
    project.run(&["exe", "--batch", "47"]).exits(0);
    let hub = project.tools().join("hub.git").display().to_string();
    project.git(&["remote", "set-url", "origin", &hub]);
    run(&project, &server, &["land", "47", "--pr"]).exits(3).says("is no project of GitHub");
    assert_eq!(project.git(&["--git-dir", &hub, "for-each-ref"]), "", "nothing was pushed either");
    project.git(&["remote", "remove", "origin"]);
    run(&project, &server, &["land", "47", "--pr"]).exits(3).says("there is no remote `origin`");
    assert!(server.forge(|forge| forge.asked.is_empty()));
}
