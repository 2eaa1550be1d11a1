//! Pull requests through the real `gh`, over TLS, against an interface of GitHub on this machine.

use std::sync::mpsc::channel;

use serde_json::json;

use crate::forge::{at_hub, command, hub, project, run};

#[test]
fn a_batch_is_one_request_that_later_runs_bring_up_to_date() {
    let (project, server) =
        project("[pr]\ndraft = true\nlabels = [\"agents\"]\nreviewers = [\"mary\", \"acme/core\"]\n");
    // Also where an item was merged by a run before.
    run(&project, &server, &["exe", "--prps", "PRP-47.1.1"]).exits(0);
    let before = project.fingerprint();
    run(&project, &server, &["exe", "--batch", "47", "--pr"])
        .exits(0)
        .says("opened https://github.acme.test/acme/app/pull/1");
    assert_eq!(at_hub(&project, &["rev-parse", "prp-47"]), project.git(&["rev-parse", "prp-47"]));
    let pull = &server.pulls()[0];
    assert_eq!((&pull["title"], &pull["draft"]), (&"Batch 47: 4 PRPs".into(), &true.into()));
    assert_eq!((&pull["head"]["ref"], &pull["base"]["ref"]), (&"prp-47".into(), &"main".into()));
    assert_eq!((&pull["labels"], &pull["reviewers"]["team_reviewers"]), (&json!(["agents"]), &json!(["core"])));
    let body = pull["body"].as_str().expect("a body");
    assert!(body.contains("| PRP-47.1.1: Work of PRP-47.1.1 | 1 of 1 phases passed |"), "{body}");
    // Somebody edits the title; again there is one request, with ours.
    server.forge(|forge| forge.pulls[0]["title"] = "mine".into());
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("up to date");
    assert_eq!((server.pulls().len(), server.opened()), (1, 1));
    assert_eq!(server.pulls()[0]["title"], "Batch 47: 4 PRPs");
    assert_eq!(project.fingerprint(), before);
    assert_eq!(project.git(&["rev-list", "--count", "main"]), "2", "nothing landed");
    // A branch that was deleted there is made again.
    at_hub(&project, &["update-ref", "-d", "refs/heads/prp-47"]);
    run(&project, &server, &["land", "47", "--pr"]).exits(0);
    assert_eq!(at_hub(&project, &["rev-parse", "prp-47"]), project.git(&["rev-parse", "prp-47"]));
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
    // Each is the batch as it was with its item merged, whose tree was validated.
    for (base, branch) in [("main", "prp-47-1-1"), ("prp-47-1-1", "prp-47-1-2"), ("prp-47-1-2", "prp-47-1-3")] {
        let files = at_hub(&project, &["diff", "--name-only", &format!("{base}...{branch}"), "--", "out"]);
        assert_eq!(files, format!("out/{}.txt", branch.to_uppercase().replace("-1-", ".1.")));
    }
    assert_eq!(at_hub(&project, &["rev-parse", "prp-47-1-4"]), project.git(&["rev-parse", "prp-47"]));
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
fn labels_and_reviewers_that_were_refused_are_asked_for_again_and_once() {
    let (project, server) = project("[pr]\nlabels = [\"agents\"]\nreviewers = [\"mary\"]\n");
    project.run(&["exe", "--batch", "47", "--jobs", "1"]).exits(0);
    server.forge(|forge| forge.refuses_people = true);
    for pulls in [4, 4] {
        let ran = run(&project, &server, &["land", "47", "--pr", "--stacked"]).exits(10);
        ran.says("only be requested from collaborators").says("has not all of its labels and reviewers");
        assert_eq!(server.pulls().len(), pulls, "the others are opened all the same");
    }
    server.forge(|forge| forge.refuses_people = false);
    run(&project, &server, &["land", "47", "--pr", "--stacked"]).exits(0);
    for pull in server.pulls() {
        assert_eq!((&pull["labels"], &pull["reviewers"]["reviewers"]), (&json!(["agents"]), &json!(["mary"])));
        assert!(!pull["body"].as_str().expect("a body").contains("are missing"), "{pull}");
    }
    // What a person takes away stays away.
    server.forge(|forge| forge.pulls[0]["labels"] = json!([]));
    run(&project, &server, &["land", "47", "--pr", "--stacked"]).exits(0);
    assert_eq!(server.pulls()[0]["labels"], json!([]));
}

#[test]
fn no_item_has_two_requests() {
    let (project, server) = project("");
    run(&project, &server, &["exe", "--batch", "47", "--jobs", "1", "--pr"]).exits(0);
    let ran = run(&project, &server, &["land", "47", "--pr", "--stacked"]).exits(9);
    ran.says("batch 47 is proposed as a whole: https://github.acme.test/acme/app/pull/1")
        .says("`batchprp land 47 --pr`");
    assert_eq!(server.pulls().len(), 1);
    server.forge(|forge| forge.pulls[0]["state"] = "closed".into());
    run(&project, &server, &["land", "47", "--pr", "--stacked"]).exits(0);
    assert_eq!(server.pulls().len(), 5);
    run(&project, &server, &["land", "47", "--pr"]).exits(9).says("is proposed item by item").says("pull/5");
    assert_eq!(server.pulls().len(), 5);
}

#[test]
fn a_service_that_refuses_ends_with_nine_and_asked_again_it_goes_on() {
    let (project, server) = project("");
    project.run(&["exe", "--batch", "47"]).exits(0);
    for (status, message, headers, help) in [
        (401, "Bad credentials", "", "gh auth status"),
        (403, "Resource not accessible by personal access token", "", "gh auth status"),
        (403, "API rate limit exceeded for user", "X-RateLimit-Remaining: 0\r\n", "wait until the limit is over"),
        (403, "You have exceeded a secondary rate limit", "Retry-After: 61\r\n", "wait 61 seconds"),
        (429, "You have exceeded a secondary rate limit", "", "wait a minute at least"),
        (502, "Server Error", "", "run the same command again"),
    ] {
        server.forge(|forge| forge.refuses = Some((status, message, headers)));
        for arguments in
            [&["land", "47", "--pr"][..], &["land", "47", "--pr", "--stacked"], &["pr", "sync", "--batch", "47"]]
        {
            let ran = run(&project, &server, arguments).exits(9).says(message).says(help);
            assert!(!format!("{}{}", ran.stdout, ran.stderr).contains("t0ken"), "{}", ran.stderr);
        }
    }
    server.forge(|forge| forge.refuses = None);
    let down = |arguments: &[&str]| {
        let mut down = command(&project, &server, arguments);
        down.env("HTTPS_PROXY", "http://127.0.0.1:1");
        crate::stage::finish(down)
    };
    down(&["land", "47", "--pr"]).exits(9).says("when it answers again");
    // A certificate of nobody that is known is no answer either.
    let mut unknown = command(&project, &server, &["land", "47", "--pr"]);
    unknown.env_remove("SSL_CERT_FILE");
    crate::stage::finish(unknown).exits(9).says("certificate");
    assert_eq!(at_hub(&project, &["for-each-ref", "--format=%(refname)"]), "refs/heads/main", "nothing was pushed");
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("opened");
    assert_eq!(server.pulls().len(), 1);
    down(&["pr", "sync", "--batch", "47"]).exits(9);
}

#[test]
fn killed_before_the_answer_arrives_the_next_run_finds_the_request() {
    let (project, server) = project("");
    project.run(&["exe", "--batch", "47", "--jobs", "1"]).exits(0);
    for (arguments, requests) in [(&["land", "47", "--pr"][..], 1), (&["land", "47", "--pr", "--stacked"], 5)] {
        server.forge(|forge| forge.pulls.iter_mut().for_each(|pull| pull["state"] = "closed".into()));
        let (silent, opened) = channel();
        server.forge(|forge| forge.silent = Some(silent));
        let mut child = command(&project, &server, arguments).spawn().expect("batchprp starts");
        opened.recv().expect("a request is opened");
        child.kill().expect("killed");
        child.wait().expect("ends");
        run(&project, &server, arguments).exits(0);
        assert_eq!((server.pulls().len(), server.opened()), (requests, requests));
    }
}

#[test]
fn commits_of_somebody_else_at_the_remote_are_not_pushed_over() {
    let (project, server) = project("");
    run(&project, &server, &["exe", "--batch", "47", "--pr"]).exits(0);
    let hub = hub(&project).display().to_string();
    let theirs = project.git(&["commit-tree", "-p", "prp-47", "-m", "Theirs", "prp-47^{tree}"]);
    project.git(&["push", "-q", &hub, &format!("{theirs}:refs/heads/prp-47")]);
    project.git(&["--git-dir", &hub, "update-ref", "refs/heads/prp-47", &theirs]);
    let tip = project.git(&["commit-tree", "-p", "prp-47", "-m", "Ours", "prp-47^{tree}"]);
    project.git(&["update-ref", "refs/heads/prp-47", &tip]);
    run(&project, &server, &["land", "47", "--pr"]).exits(9).says("has commits at `origin` that are not ours");
    assert_eq!(at_hub(&project, &["rev-parse", "prp-47"]), theirs);
}

#[test]
fn sync_tells_red_checks_and_wanted_changes() {
    let (project, server) = project("");
    run(&project, &server, &["exe", "--batch", "47"]).exits(0);
    run(&project, &server, &["pr", "sync", "--batch", "47"])
        .exits(4)
        .says("nothing of batch 47 is proposed at `origin`");
    run(&project, &server, &["land", "47", "--pr"]).exits(0);
    run(&project, &server, &["pr", "sync", "--batch", "47"]).exits(0).says("is open");
    server.forge(|forge| {
        forge.checks = vec![
            json!({ "id": 1, "name": "unit", "conclusion": "failure" }),
            json!({ "id": 2, "name": "lint", "conclusion": "success" }),
        ];
        forge.statuses = vec![json!({ "context": "ci/old", "state": "error", "description": "no" })];
        let review = |id: u32, state: &str, body: &str| {
            json!({ "id": id, "state": state, "body": body, "user": { "login": "mary" } })
        };
        let reviews = vec![review(1, "APPROVED", ""), review(2, "CHANGES_REQUESTED", "name it better")];
        forge.reviews.insert(1, reviews);
    });
    let ran = run(&project, &server, &["pr", "sync", "--batch", "47"]).exits(10);
    let ran = ran.says("red check, unit: failure").says("red check, ci/old: error");
    ran.says("change wanted by mary: name it better").says("batchprp pr sync --batch 47 --fix");
    server.forge(|forge| forge.pulls[0]["merged_at"] = "2026-11-30T12:00:00Z".into());
    run(&project, &server, &["pr", "sync", "--batch", "47"]).exits(0).says("batch 47 is landed on `main`");
}

#[test]
fn another_remote_and_another_rule_for_branches_are_followed_too() {
    let (project, server) = project("[pr]\nremote = \"upstream\"\n");
    project.git(&["remote", "rename", "origin", "upstream"]);
    run(&project, &server, &["exe", "--batch", "47", "--pr"]).exits(0);
    project.git(&["remote", "add", "origin", "/nowhere.git"]);
    run(&project, &server, &["pr", "sync", "--batch", "47"]).exits(0).says("(`prp-47`) is open");
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("up to date");
}

#[test]
fn a_remote_that_is_no_project_of_github_is_refused_before_anything_is_asked() {
    let (project, server) = project("");
    project.run(&["exe", "--batch", "47"]).exits(0);
    let hub = hub(&project).display().to_string();
    project.git(&["remote", "set-url", "origin", &hub]);
    run(&project, &server, &["land", "47", "--pr"]).exits(3).says("is no project of GitHub or GitLab");
    let refs = project.git(&["--git-dir", &hub, "for-each-ref", "--format=%(refname)"]);
    assert_eq!(refs, "refs/heads/main", "nothing was pushed either");
    project.git(&["remote", "remove", "origin"]);
    run(&project, &server, &["land", "47", "--pr"]).exits(3).says("there is no remote `origin`");
    assert!(server.forge(|forge| forge.asked.is_empty()));
}

#[test]
fn work_that_a_merge_there_would_leave_out_is_not_proposed() {
    let (project, server) = project("");
    project.run(&["exe", "--batch", "47"]).exits(0);
    project.write("other.txt", "meanwhile\n");
    project.git(&["add", "other.txt"]);
    project.git(&["commit", "-q", "-m", "Meanwhile", "--", "other.txt"]);
    project.run(&["land", "47"]).exits(0);
    project.git(&["revert", "--no-edit", "-m", "1", "main"]);
    project.run(&["exe", "--redo", "PRP-47.1.1,PRP-47.1.2,PRP-47.1.3,PRP-47.1.4"]).exits(0);
    let ran = run(&project, &server, &["land", "47", "--pr"]).exits(7);
    ran.says("did work again that `main` took back").says("--update-base");
    assert!(server.pulls().is_empty());
    project.run(&["exe", "--batch", "47", "--update-base"]).exits(0);
    run(&project, &server, &["land", "47", "--pr"]).exits(0).says("opened");
    let merged = project.git(&["merge-tree", "--write-tree", "main", "prp-47"]);
    let files = project.git(&["ls-tree", "--name-only", &format!("{merged}:out")]);
    assert_eq!(files.matches("PRP-47.1.").count(), 4, "{files}");
}
