//! What agents and persons do to branches and history: named as facts, taken only where it goes on, never lost.

use std::fs;
use std::path::Path;

use batchprp::host::git::workspace::deviation::Deviation;

use super::{commit, commit_there, in_order, names, prepare};
use crate::fixture::{Fixture, git, write};

/// A project whose batch branch is ahead of `main`, and `main` has something of its own.
fn scene() -> Fixture {
    let fixture = Fixture::new();
    fixture.git(&["switch", "-q", "-c", "aside"]);
    fixture.write("earlier.txt", "made by an earlier item\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "earlier"]);
    fixture.batch();
    fixture.git(&["switch", "-q", "main"]);
    fixture.write("users.txt", "x\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "of the user"]);
    fixture
}

/// Commits what looks like one of batchprp's own commits.
fn forge(place: &Path, subject: &str, trailers: &str) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@b"];
    git(place, &[&who[..], &["commit", "-q", "--allow-empty", "-m", subject, "-m", trailers]].concat());
}

type Deed = fn(&Path);

/// Name, what is done, what is told, and how many commits become part of the branch beneath the checkpoint.
const DEEDS: [(&str, Deed, &[&str], usize); 16] = [
    ("other branch", |p| drop(git(p, &["switch", "-q", "-c", "own"])), &["other branch"], 0),
    (
        "commits on another branch",
        |p| {
            git(p, &["switch", "-q", "-c", "own"]);
            write(p, "own.txt", "x");
            commit_there(p, "own");
        },
        &["other branch"],
        1,
    ),
    ("detached", |p| drop(git(p, &["switch", "-q", "--detach"])), &["detached"], 0),
    ("amended", |p| drop(git(p, &["commit", "-q", "--amend", "--allow-empty", "-m", "better"])), &["rewritten"], 0),
    ("reset softly", |p| drop(git(p, &["reset", "-q", "--soft", "HEAD^"])), &["reset"], 0),
    ("reset to main", |p| drop(git(p, &["reset", "-q", "--hard", "main"])), &["foreign"], 0),
    (
        "main and a commit",
        |p| {
            git(p, &["checkout", "-q", "main"]);
            write(p, "own.txt", "x");
            commit_there(p, "own");
        },
        &["other branch", "foreign"],
        0,
    ),
    ("main merged in", |p| drop(git(p, &["merge", "-q", "--no-edit", "main"])), &["foreign"], 0),
    (
        "merged into main",
        |p| {
            git(p, &["checkout", "-q", "main"]);
            git(p, &["merge", "-q", "--no-edit", "prp-47-1-1"]);
            git(p, &["branch", "-q", "-f", "prp-47-1-1"]);
            git(p, &["checkout", "-q", "prp-47-1-1"]);
        },
        &["foreign"],
        0,
    ),
    (
        "a checkpoint of a later phase",
        |p| forge(p, "PRP-47.1.1: Phase 2 - x", "Batchprp-Prp: PRP-47.1.1\nBatchprp-Phase: 2"),
        &["forged"],
        0,
    ),
    ("a merge of another item", |p| forge(p, "Merge PRP-47.1.2: x", "Batchprp-Prp: PRP-47.1.2"), &["forged"], 0),
    ("picked", |p| drop(git(p, &["cherry-pick", "main"])), &[], 1),
    ("rebased", |p| drop(git(p, &["rebase", "-q", "main"])), &["foreign"], 0),
    (
        "branch deleted",
        |p| {
            git(p, &["switch", "-q", "--detach"]);
            git(p, &["branch", "-q", "-D", "prp-47-1-1"]);
        },
        &["detached"],
        0,
    ),
    ("orphan", |p| drop(git(p, &["switch", "-q", "--orphan", "empty"])), &["other branch"], 0),
    (
        "a root of its own",
        |p| {
            git(p, &["switch", "-q", "--orphan", "empty"]);
            write(p, "own.txt", "x");
            commit_there(p, "root");
        },
        &["other branch", "rewritten"],
        0,
    ),
];

#[test]
fn deeds_of_agents_are_named_and_the_branch_goes_on_from_its_tip() {
    for (name, deed, told, commits) in DEEDS {
        let fixture = scene();
        let prepared = prepare(&fixture, "47.1.1");
        write(&prepared.path, "one.txt", "1");
        let first = commit(&fixture, &prepared, 1);
        let refs = fixture.git(&["for-each-ref", "refs/heads/main", "refs/heads/prp-47"]);
        deed(&prepared.path);
        write(&prepared.path, "two.txt", "2");
        let theirs = crate::fixture::try_git(&prepared.path, &["rev-parse", "-q", "--verify", "HEAD"]);
        let made = commit(&fixture, &prepared, 2);
        assert_eq!(names(&made.deviations), told, "{name}: {:?}", made.deviations);
        assert_eq!(made.agent_commits, commits, "{name}");
        let chain = fixture.git(&["rev-list", "--first-parent", "prp-47-1-1"]);
        assert!(chain.lines().any(|commit| commit == first.commit), "{name}: the checkpoint before stands");
        assert!(
            !fixture.git(&["log", "--format=%s", "prp-47-1-1"]).lines().any(|s| s == "of the user") || name == "picked",
            "{name}"
        );
        assert_eq!(fixture.git(&["for-each-ref", "refs/heads/main", "refs/heads/prp-47"]), refs, "{name}");
        // The tree is what lay there, and the history of the agent is somewhere.
        assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "", "{name}");
        assert!(fixture.git(&["show", "prp-47-1-1:two.txt"]) == "2", "{name}");
        if theirs.0 {
            let all = fixture.git(&["rev-list", "--all"]);
            assert!(all.lines().any(|commit| commit == theirs.1), "{name}: {} is nowhere", theirs.1);
        }
        if let Some(Deviation::Foreign { commits, .. }) = made.deviations.last() {
            assert_eq!(
                commits.iter().map(|foreign| foreign.subject.as_str()).collect::<Vec<_>>(),
                ["of the user"],
                "{name}"
            );
        }
        in_order(&fixture, &prepared, name);
    }
}

#[test]
fn what_the_batch_holds_is_foreign_to_no_item() {
    let fixture = scene();
    let first = prepare(&fixture, "47.1.1");
    let second = prepare(&fixture, "47.1.2");
    write(&first.path, "one.txt", "1");
    commit(&fixture, &first, 1);
    fixture.merge("47.1.1");
    // The workspace sees the batch as it was; the person fetches it.
    git(&second.path, &["fetch", "-q", fixture.root().to_str().expect("text"), "prp-47"]);
    git(&second.path, &["merge", "-q", "--no-edit", "--no-ff", "FETCH_HEAD"]);
    write(&second.path, "two.txt", "2");
    let made = commit(&fixture, &second, 1);
    assert_eq!(names(&made.deviations), Vec::<&str>::new(), "{:?}", made.deviations);
    assert!(made.agent_commits > 0);
    fixture.git(&["merge-base", "--is-ancestor", "prp-47", "prp-47-1-2"]);
    in_order(&fixture, &second, "merged the batch");
}

#[test]
fn commits_that_were_made_before_the_program_died_are_taken_by_the_next_run() {
    let fixture = scene();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "one.txt", "1");
    let first = commit(&fixture, &prepared, 1);
    write(&prepared.path, "theirs.txt", "x");
    let theirs = commit_there(&prepared.path, "by a person");
    write(&prepared.path, "unsaved.txt", "x");
    let next = prepare(&fixture, "47.1.1");
    assert_eq!((next.adopted, &next.tip, &next.since), (1, &theirs, &first.commit));
    assert_eq!(next.rescued.iter().map(|saved| saved.files.clone()).collect::<Vec<_>>(), [["unsaved.txt"]]);
    assert_eq!(fixture.git(&["rev-parse", "prp-47-1-1"]), theirs);
    in_order(&fixture, &next, "adopted");
    let changed = batchprp::host::git::workspace::checkpoint::changed(&fixture.repo(), &next, &next.since);
    assert_eq!(
        changed.expect("git answers").into_keys().collect::<Vec<_>>(),
        ["theirs.txt"],
        "it is work of the phase that goes on"
    );
    let made = commit(&fixture, &next, 2);
    assert_eq!((made.agent_commits, made.files), (1, vec!["theirs.txt".to_owned()]));
}

#[test]
fn what_does_not_go_on_is_saved_by_the_next_run_and_the_workspace_is_at_its_tip() {
    type Deed = fn(&Path);
    let deeds: [(&str, Deed); 7] = [
        ("forged", |p| forge(p, "PRP-47.1.1: Phase 2 - x", "Batchprp-Prp: PRP-47.1.1\nBatchprp-Phase: 2")),
        ("amended", |p| drop(git(p, &["commit", "-q", "--amend", "-m", "better"]))),
        ("foreign", |p| drop(git(p, &["merge", "-q", "--no-edit", "main"]))),
        ("side branch", |p| {
            git(p, &["switch", "-q", "--detach", "HEAD^"]);
            write(p, "side.txt", "x");
            commit_there(p, "side");
        }),
        ("merge in progress", |p| {
            git(p, &["switch", "-q", "-c", "side", "HEAD^"]);
            write(p, "one.txt", "another");
            commit_there(p, "side");
            git(p, &["switch", "-q", "prp-47-1-1"]);
            assert!(!crate::fixture::try_git(p, &["merge", "-q", "side"]).0);
        }),
        ("rebase in progress", |p| {
            git(p, &["switch", "-q", "-c", "side", "HEAD^"]);
            write(p, "one.txt", "another");
            commit_there(p, "side");
            assert!(!crate::fixture::try_git(p, &["rebase", "-q", "prp-47-1-1"]).0);
        }),
        ("branch moved aside", |p| {
            git(p, &["switch", "-q", "--detach"]);
            git(p, &["branch", "-q", "-f", "prp-47-1-1", "HEAD^"]);
        }),
    ];
    for (name, deed) in deeds {
        let fixture = scene();
        let prepared = prepare(&fixture, "47.1.1");
        write(&prepared.path, "one.txt", "1");
        let first = commit(&fixture, &prepared, 1);
        deed(&prepared.path);
        let theirs = git(&prepared.path, &["rev-parse", "HEAD"]);
        let text = fs::read_to_string(prepared.path.join("one.txt")).unwrap_or_default();
        let next = prepare(&fixture, "47.1.1");
        assert_eq!((next.tip.as_str(), next.adopted), (first.commit.as_str(), 0), "{name}");
        in_order(&fixture, &next, name);
        assert!(fixture.git(&["rev-list", "--all"]).lines().any(|commit| commit == theirs), "{name}");
        if text.contains("<<<<<<<") {
            let saved = next.rescued.first().expect("saved");
            assert!(fixture.git(&["show", &format!("{}:one.txt", saved.reference)]).contains("<<<<<<<"), "{name}");
        }
        assert!(!next.path.join(".git/rebase-merge").exists() && !next.path.join(".git/MERGE_HEAD").exists(), "{name}");
    }
}

#[test]
fn a_branch_that_was_moved_in_the_project_is_followed() {
    let fixture = scene();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "one.txt", "1");
    let first = commit(&fixture, &prepared, 1);
    // Moved forward: a fix of a person.
    let tree = fixture.git(&["rev-parse", "main^{tree}"]);
    let fix = fixture.git(&["commit-tree", "-p", &first.commit, "-m", "fix", &tree]);
    fixture.git(&["update-ref", "refs/heads/prp-47-1-1", &fix]);
    let next = prepare(&fixture, "47.1.1");
    assert_eq!((next.tip.as_str(), next.rescued.len(), next.deviations.len()), (fix.as_str(), 0, 0));
    assert!(!next.path.join("one.txt").exists() && next.path.join("users.txt").exists());
    in_order(&fixture, &next, "forward");
    // Rewritten: the checkpoints before are kept.
    fixture.git(&["update-ref", "refs/heads/prp-47-1-1", &prepared.base]);
    let next = prepare(&fixture, "47.1.1");
    assert!(next.repaired.iter().any(|text| text.contains("rewritten")), "{:?}", next.repaired);
    assert_eq!(next.tip, prepared.base);
    in_order(&fixture, &next, "rewritten");
    // Moved while the agent works: its work goes on top.
    let late = fixture.git(&["commit-tree", "-p", &next.tip, "-m", "late", &format!("{}^{{tree}}", next.tip)]);
    fixture.git(&["update-ref", "refs/heads/prp-47-1-1", &late]);
    write(&next.path, "two.txt", "2");
    let made = commit(&fixture, &next, 1);
    assert_eq!(made.deviations, []);
    fixture.git(&["merge-base", "--is-ancestor", &late, "prp-47-1-1"]);
    in_order(&fixture, &next, "moved meanwhile");
}

#[test]
fn a_repository_that_was_deleted_or_replaced_is_made_again_and_the_other_one_kept() {
    type Deed = fn(&Path);
    let deeds: [(&str, Deed, bool); 4] = [
        ("deleted", |p| fs::remove_dir_all(p.join(".git")).expect("removed"), false),
        (
            "replaced",
            |p| {
                fs::remove_dir_all(p.join(".git")).expect("removed");
                git(p, &["init", "-q"]);
                git(p, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"]);
            },
            true,
        ),
        (
            "a link",
            |p| {
                fs::rename(p.join(".git"), p.join("../moved.git")).expect("moved");
                std::os::unix::fs::symlink("../moved.git", p.join(".git")).expect("a link");
            },
            true,
        ),
        (
            "a pointer",
            |p| {
                fs::remove_dir_all(p.join(".git")).expect("removed");
                fs::write(p.join(".git"), "gitdir: ../app/.git\n").expect("written");
            },
            true,
        ),
    ];
    for (name, deed, kept) in deeds {
        for at_checkpoint in [true, false] {
            let fixture = scene();
            let prepared = prepare(&fixture, "47.1.1");
            write(&prepared.path, "one.txt", "1");
            commit(&fixture, &prepared, 1);
            deed(&prepared.path);
            write(&prepared.path, "two.txt", "2");
            let deviations = if at_checkpoint {
                commit(&fixture, &prepared, 2).deviations
            } else {
                let next = prepare(&fixture, "47.1.1");
                assert_eq!(next.rescued.len(), 1, "{name}");
                next.deviations
            };
            assert_eq!(names(&deviations), ["replaced"], "{name}");
            assert_eq!(matches!(&deviations[0], Deviation::Replaced { kept: Some(_) }), kept, "{name}");
            in_order(&fixture, &prepared, name);
            assert_eq!(git(&fixture.root(), &["symbolic-ref", "HEAD"]), "refs/heads/main", "{name}");
        }
    }
}
