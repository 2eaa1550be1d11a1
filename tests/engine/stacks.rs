//! A stack of pull requests that somebody merges or closes: what stands above follows.

use crate::forge::{Server, at_hub, merge, project, run};
use crate::project::Project;

const SYNC: [&str; 4] = ["pr", "sync", "--batch", "47"];

fn stacked() -> (Project, Server) {
    let (project, server) = project("");
    project.run(&["exe", "--batch", "47", "--jobs", "1"]).exits(0);
    run(&project, &server, &["land", "47", "--pr", "--stacked"]).exits(0);
    assert_eq!(server.bases(), ["main", "prp-47-1-1", "prp-47-1-2", "prp-47-1-3"]);
    (project, server)
}

/// Returns the files that a request shows: those in which a branch differs from what it shares with its base.
fn shown(project: &Project, base: &str, branch: &str) -> String {
    at_hub(project, &["diff", "--name-only", &format!("{base}...{branch}"), "--", "out"])
}

fn refs(project: &Project) -> String {
    at_hub(project, &["for-each-ref"])
}

#[test]
fn what_stands_on_a_merged_request_moves_to_where_that_is() {
    for how in ["squash", "rebase", "merge"] {
        let (project, server) = stacked();
        let before = at_hub(&project, &["rev-parse", "prp-47-1-2"]);
        merge(&project, &server, 1, how, "2026-11-30T12:00:00Z");
        let ran = run(&project, &server, &SYNC).exits(0);
        ran.says("PRP-47.1.1 is landed on `main`").says("(`prp-47-1-2` onto `main`)");
        assert_eq!(server.bases(), ["main", "main", "prp-47-1-2", "prp-47-1-3"], "{how}");
        for (base, branch, file) in [
            ("main", "prp-47-1-2", "out/PRP-47.1.2.txt"),
            ("prp-47-1-2", "prp-47-1-3", "out/PRP-47.1.3.txt"),
            ("prp-47-1-3", "prp-47-1-4", "out/PRP-47.1.4.txt"),
        ] {
            assert_eq!(shown(&project, base, branch), file, "{how}");
        }
        // A merge has the commits as they were: nothing is pushed over.
        let is_same = at_hub(&project, &["rev-parse", "prp-47-1-2"]) == before;
        assert_eq!(is_same, how == "merge", "{how}");
        let after = refs(&project);
        run(&project, &server, &SYNC).exits(0);
        run(&project, &server, &["land", "47", "--pr", "--stacked"]).exits(0).says("no other one is opened");
        assert_eq!((refs(&project), server.opened()), (after, 4), "{how}");
        // One after the other lands, up to the last.
        for number in 2..=4 {
            merge(&project, &server, number, how, "2026-11-30T13:00:00Z");
            run(&project, &server, &SYNC).exits(0);
        }
        // A rebase takes no merges along, in which the documents were marked.
        let tree = if how == "rebase" { ":out" } else { "^{tree}" };
        let (there, here) = (format!("main{tree}"), format!("prp-47{tree}"));
        assert_eq!(at_hub(&project, &["rev-parse", &there]), project.git(&["rev-parse", &here]), "{how}");
        assert_eq!(server.opened(), 4);
    }
}

#[test]
fn requests_that_are_merged_out_of_order_are_followed() {
    for how in ["squash", "merge"] {
        let (project, server) = stacked();
        merge(&project, &server, 2, how, "2026-11-30T12:00:00Z");
        run(&project, &server, &SYNC).exits(0).says("PRP-47.1.2 is in `prp-47-1-1` and lands with it");
        assert_eq!(server.bases(), ["main", "prp-47-1-1", "prp-47-1-1", "prp-47-1-3"], "{how}");
        assert_eq!(shown(&project, "prp-47-1-1", "prp-47-1-3"), "out/PRP-47.1.3.txt", "{how}");
        merge(&project, &server, 1, how, "2026-11-30T13:00:00Z");
        run(&project, &server, &SYNC).exits(0).says("PRP-47.1.1 is landed").says("PRP-47.1.2 is landed on `main`");
        assert_eq!(server.bases(), ["main", "prp-47-1-1", "main", "prp-47-1-3"], "{how}");
        assert_eq!(shown(&project, "main", "prp-47-1-3"), "out/PRP-47.1.3.txt", "{how}");
        assert_eq!(server.opened(), 4);
    }
    // What is merged into a branch that was merged before is nowhere.
    let (project, server) = stacked();
    merge(&project, &server, 1, "squash", "2026-11-30T12:00:00Z");
    merge(&project, &server, 2, "squash", "2026-11-30T13:00:00Z");
    run(&project, &server, &SYNC).exits(10).says("PRP-47.1.2 is not on `main`");
    assert_eq!(shown(&project, "main", "prp-47-1-3"), "out/PRP-47.1.2.txt\nout/PRP-47.1.3.txt", "its work is not lost");
}

#[test]
fn a_closed_request_is_told_with_what_stands_on_it() {
    let (project, server) = stacked();
    let before = refs(&project);
    server.forge(|forge| forge.pulls[1]["state"] = "closed".into());
    let ran = run(&project, &server, &SYNC).exits(10);
    ran.says("PRP-47.1.2 is not proposed any more, and PRP-47.1.3, PRP-47.1.4 still stand on it")
        .says("batchprp exe --redo PRP-47.1.2");
    assert_eq!((refs(&project), server.opened()), (before, 4));
}

#[test]
fn a_branch_that_conflicts_with_what_landed_is_told_and_what_a_person_made_of_it_is_taken() {
    let (project, server) = stacked();
    merge(&project, &server, 1, "squash", "2026-11-30T12:00:00Z");
    let clone = project.tools().join("person").display().to_string();
    let hub = crate::forge::hub(&project).display().to_string();
    project.git(&["clone", "-q", &hub, &clone]);
    let git = |arguments: &[&str]| project.git(&[&["-C", &clone], arguments].concat());
    std::fs::write(format!("{clone}/out/PRP-47.1.2.txt"), "theirs\n").expect("file");
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "In the way"]);
    git(&["push", "-q", "origin", "main"]);
    let before = refs(&project);
    let ran = run(&project, &server, &SYNC).exits(10);
    ran.says("`prp-47-1-2` cannot be made again on `main`").says("out/PRP-47.1.2.txt").says("git rebase");
    assert_eq!(refs(&project), before);
    // The person rebases it, and the rest follows.
    git(&["checkout", "-q", "-b", "mend", "origin/main"]);
    std::fs::write(format!("{clone}/out/PRP-47.1.2.txt"), "both\n").expect("file");
    git(&["commit", "-q", "-a", "-m", "PRP-47.1.2, by hand"]);
    git(&["push", "-q", "--force", "origin", "mend:prp-47-1-2"]);
    run(&project, &server, &SYNC).exits(0);
    assert_eq!(at_hub(&project, &["log", "-1", "--format=%s", "prp-47-1-2"]), "PRP-47.1.2, by hand");
    assert_eq!(shown(&project, "prp-47-1-2", "prp-47-1-3"), "out/PRP-47.1.3.txt");
    assert_eq!(at_hub(&project, &["show", "prp-47-1-4:out/PRP-47.1.2.txt"]), "both");
}
