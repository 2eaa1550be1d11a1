//! Checkpoint commits of workspaces: exact, once, told to whoever works there, and compared with what came later.

use std::fs;

use batchprp::host::git::plumbing::repo::{GitPolicy, Repo};
use batchprp::host::git::upkeep::scan;
use batchprp::host::git::workspace::{self, Prepare, checkpoint};

use super::{commit, commit_there, in_order, names, now, prepare, try_commit, want};
use crate::fixture::{Fixture, git, id, point, write};

fn ordinals(fixture: &Fixture) -> Vec<u32> {
    let repo = fixture.repo();
    let base = workspace::branch::base(&repo, "prp-47-1-1").expect("git answers").expect("a record");
    let scan = scan::item(&repo, "prp-47-1-1", &base, &id("47.1.1")).expect("a scan");
    scan.phases.iter().map(|phase| phase.ordinal).collect()
}

#[test]
fn a_checkpoint_has_the_exact_form_and_takes_everything_but_the_excluded() {
    let fixture = Fixture::new();
    fixture.batch();
    let before = fixture.fingerprint();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "neu é\n.txt", "x");
    write(&prepared.path, "-f", "x");
    write(&prepared.path, ".ce/tmp/heartbeat.json", "{}");
    fs::remove_file(prepared.path.join("README.md")).expect("removed");
    let changed = checkpoint::changed(&fixture.repo(), &prepared, &prepared.since).expect("git answers");
    assert_eq!(changed.into_keys().collect::<Vec<_>>(), ["-f", "README.md", "neu é\n.txt"]);
    assert_eq!(fixture.git(&["rev-parse", "prp-47-1-1"]), prepared.tip, "looking moves nothing");
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(made.files, ["-f", "README.md", "neu é\n.txt"]);
    let message = fixture.git(&["log", "-1", "--format=%B", "prp-47-1-1"]);
    assert_eq!(
        message,
        "PRP-47.1.1: Phase 1 - Step 1\n\nBatchprp-Prp: PRP-47.1.1\nBatchprp-Phase: 1\nBatchprp-Run: r1\nBatchprp-Key: k"
    );
    assert_eq!((made.agent_commits, made.already, made.deviations.len()), (0, false, 0));
    assert_eq!(fixture.git(&["log", "-1", "--format=%T", "prp-47-1-1"]), made.tree);
    fs::remove_dir_all(prepared.path.join(".ce")).expect("removed");
    in_order(&fixture, &prepared, "after the checkpoint");
    assert_eq!(fixture.fingerprint(), before);
}

#[test]
fn excluded_paths_that_are_ignored_as_well_stop_no_checkpoint() {
    for ignored in [".ce/", ".ce/tmp/", "tmp", "*.json"] {
        let fixture = Fixture::new();
        fixture.batch();
        fixture.repo().exclude(&["/.ce/tmp/"]).expect("written");
        let prepared = prepare(&fixture, "47.1.1");
        write(&prepared.path, ".gitignore", ignored);
        write(&prepared.path, ".ce/tmp/deep/heartbeat.json", "{}");
        write(&prepared.path, "work.txt", "x");
        let made = commit(&fixture, &prepared, 1);
        assert_eq!(made.files, [".gitignore", "work.txt"], "{ignored}");
    }
}

#[test]
fn commits_of_whoever_works_there_stay_beneath_the_checkpoint() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "new.txt", "x");
    let theirs = commit_there(&prepared.path, "PRP-47.1.1: Phase 7 - forged");
    git(&prepared.path, &["switch", "-q", "-c", "side", "HEAD^"]);
    write(&prepared.path, "side.txt", "x");
    commit_there(&prepared.path, "side");
    git(&prepared.path, &["switch", "-q", "prp-47-1-1"]);
    git(&prepared.path, &["merge", "-q", "--no-ff", "--no-edit", "side"]);
    let made = commit(&fixture, &prepared, 1);
    assert_eq!((made.agent_commits, made.deviations.len()), (3, 0), "{:?}", made.deviations);
    assert_eq!(made.files, ["new.txt", "side.txt"]);
    assert_eq!(ordinals(&fixture), [1]);
    fixture.git(&["merge-base", "--is-ancestor", &theirs, "prp-47-1-1"]);
    in_order(&fixture, &prepared, "own commits");
}

#[test]
fn many_and_large_commits_arrive_whole() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    for n in 0..150 {
        write(&prepared.path, &format!("many/{n}"), &n.to_string());
    }
    write(&prepared.path, "large", &"0123456789".repeat(200_000));
    let theirs = commit_there(&prepared.path, "many");
    git(&prepared.path, &["gc", "-q"]);
    let made = commit(&fixture, &prepared, 1);
    assert_eq!((made.agent_commits, made.files.len()), (1, 151));
    fixture.git(&["merge-base", "--is-ancestor", &theirs, "prp-47-1-1"]);
    fs::remove_dir_all(&prepared.path).expect("removed");
    fixture.check();
}

#[test]
fn a_checkpoint_that_a_killed_run_made_is_found_and_not_made_twice() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "one.txt", "1");
    let made = commit(&fixture, &prepared, 1);
    let again = commit(&fixture, &prepared, 1);
    assert!(again.already && again.commit == made.commit && again.files == ["one.txt"] && again.tree == made.tree);
    // Killed before the workspace was told.
    git(&prepared.path, &["update-ref", "refs/heads/prp-47-1-1", &prepared.tip]);
    fs::write(super::administration(&fixture, "prp-47-1-1").join("told"), &prepared.tip).expect("written");
    assert!(commit(&fixture, &prepared, 1).already);
    in_order(&fixture, &prepared, "told now");
    let repo = fixture.repo();
    let other = checkpoint::commit(&repo, &prepared, &point("47.1.1", 1, "other key")).expect("a checkpoint");
    assert!(!other.already && other.commit != again.commit);
    write(&prepared.path, "more", "x");
    assert!(!checkpoint::commit(&repo, &prepared, &point("47.1.1", 1, "other key")).expect("one").already);
    assert_eq!(ordinals(&fixture), [1]);
}

#[test]
fn what_changes_after_a_checkpoint_is_noticed() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "one.txt", "1");
    let made = commit(&fixture, &prepared, 1);
    let same = |now: &checkpoint::Now| now.commit.as_ref() == Some(&made.commit) && now.tree == made.tree;
    write(&prepared.path, ".ce/tmp/x", "never counts");
    assert!(same(&now(&fixture, &prepared)));
    write(&prepared.path, "late.txt", "x");
    assert!(!same(&now(&fixture, &prepared)), "a file");
    fs::remove_file(prepared.path.join("late.txt")).expect("removed");
    assert!(same(&now(&fixture, &prepared)));
    git(&prepared.path, &["commit", "-q", "--allow-empty", "-m", "late"]);
    assert!(!same(&now(&fixture, &prepared)), "an empty commit");
    git(&prepared.path, &["reset", "-q", "--soft", "HEAD^"]);
    assert!(same(&now(&fixture, &prepared)));
    git(&prepared.path, &["switch", "-q", "--orphan", "x"]);
    assert_eq!(now(&fixture, &prepared).commit, None);
}

#[test]
fn a_repository_inside_is_refused_each_time_and_never_looked_into() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    let inner = prepared.path.join("deep/inner");
    fs::create_dir_all(&inner).expect("a folder");
    git(&inner, &["init", "-q"]);
    for round in 0..3 {
        if round == 1 {
            git(&inner, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"]);
        }
        let error = try_commit(&fixture, &prepared, 1).expect_err("a refusal");
        assert!(error.message.contains("`deep/inner` is a git repository of its own"), "{error}");
        assert!(error.help.expect("a way out").contains("deep/inner/.git"));
    }
    fs::remove_dir_all(inner.join(".git")).expect("removed");
    write(&inner, "file", "x");
    assert_eq!(commit(&fixture, &prepared, 1).files, ["deep/inner/file"]);
}

#[test]
fn an_unfinished_merge_is_refused_and_a_resolved_one_is_a_merge_of_what_belongs_to_the_item() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    git(&prepared.path, &["switch", "-q", "-c", "side"]);
    write(&prepared.path, "src/a.txt", "side");
    let side = commit_there(&prepared.path, "side");
    git(&prepared.path, &["switch", "-q", "prp-47-1-1"]);
    write(&prepared.path, "src/a.txt", "ours");
    commit_there(&prepared.path, "ours");
    assert!(!crate::fixture::try_git(&prepared.path, &["merge", "-q", "side"]).0);
    let error = try_commit(&fixture, &prepared, 1).expect_err("a refusal");
    assert!(error.message.contains("unfinished merge was left") && error.message.contains("src/a.txt"), "{error}");
    write(&prepared.path, "src/a.txt", "both");
    git(&prepared.path, &["add", "-A"]);
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(names(&made.deviations), Vec::<&str>::new());
    assert!(fixture.git(&["log", "-1", "--format=%P", "prp-47-1-1"]).ends_with(&side));
    in_order(&fixture, &prepared, "merged");
}

#[test]
fn files_that_git_ignores_are_taken_when_they_are_declared_or_were_added_by_force() {
    let fixture = Fixture::new();
    fixture.write(".gitignore", "dist/\n*.log\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "ignore"]);
    fixture.batch();
    let order = Prepare { declared: vec!["dist/out.js".to_owned(), "./none".to_owned()], ..want(&fixture, "47.1.1") };
    let prepared = workspace::prepare(&fixture.repo(), &order).expect("a workspace");
    for file in ["dist/out.js", "dist/other.js", "kept.log", "left.log", "committed.log"] {
        write(&prepared.path, file, "x");
    }
    git(&prepared.path, &["add", "-f", "committed.log"]);
    git(&prepared.path, &["commit", "-q", "-m", "by force"]);
    git(&prepared.path, &["add", "-f", "kept.log"]);
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(made.files, ["committed.log", "dist/out.js", "kept.log"]);
    fs::remove_file(prepared.path.join("kept.log")).expect("removed");
    write(&prepared.path, "dist/out.js", "y");
    assert_eq!(commit(&fixture, &prepared, 2).files, ["dist/out.js", "kept.log"]);
    in_order(&fixture, &prepared, "forced");
}

#[test]
fn hooks_run_only_where_they_are_wanted_and_refuse_then() {
    let fixture = Fixture::new();
    fixture.batch();
    let all = ["pre-commit", "commit-msg", "post-checkout", "post-index-change", "reference-transaction"];
    for hook in all {
        let script = "#!/bin/sh\necho \"$0 $(git rev-parse --abbrev-ref HEAD)\" >> \"$(git rev-parse --git-common-dir)/hooks-ran\"\nexit 1\n";
        write(&fixture.root(), &format!(".git/hooks/{hook}"), script);
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(fixture.root().join(".git/hooks").join(hook), mode).expect("executable");
    }
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "one", "1");
    commit(&fixture, &prepared, 1);
    assert!(!fixture.root().join(".git/hooks-ran").exists());
    for hook in ["reference-transaction", "post-index-change"] {
        fs::remove_file(fixture.root().join(".git/hooks").join(hook)).expect("removed");
    }
    let hooked = Repo::open(&fixture.root(), GitPolicy { hooks: true, sign: false }).expect("a repository");
    write(&prepared.path, "two", "2");
    commit_there(&prepared.path, "theirs");
    write(&prepared.path, "three", "3");
    let attempt = || checkpoint::commit(&hooked, &prepared, &point("47.1.1", 2, "k"));
    let error = attempt().expect_err("a refusal");
    assert!(error.help.expect("a way out").contains("git.hooks"));
    let ran = fs::read_to_string(fixture.root().join(".git/hooks-ran")).expect("it ran");
    assert!(ran.contains("pre-commit prp-47-1-1"), "{ran}");
    for hook in ["pre-commit", "commit-msg"] {
        write(&fixture.root(), &format!(".git/hooks/{hook}"), "#!/bin/sh\nexit 0\n");
    }
    let made = attempt().expect("a checkpoint");
    assert_eq!((made.agent_commits, made.files), (1, vec!["three".to_owned(), "two".to_owned()]));
    assert_eq!(ordinals(&fixture), [1, 2]);
    in_order(&fixture, &prepared, "hooks");
    let signing = Repo::open(&fixture.root(), GitPolicy { hooks: false, sign: true }).expect("a repository");
    fixture.git(&["config", "gpg.program", "/bin/false"]);
    write(&prepared.path, "four", "x");
    assert!(checkpoint::commit(&signing, &prepared, &point("47.1.1", 3, "k")).is_err(), "gpg refuses");
}

#[test]
fn nothing_of_a_refused_checkpoint_lies_in_the_project() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    let count = || fixture.git(&["count-objects"]);
    let before = count();
    write(&prepared.path, "secret", "never committed");
    now(&fixture, &prepared);
    let inner = prepared.path.join("inner");
    fs::create_dir(&inner).expect("a folder");
    git(&inner, &["init", "-q"]);
    assert!(try_commit(&fixture, &prepared, 1).is_err());
    assert_eq!(count(), before);
    let object = git(&prepared.path, &["hash-object", "secret"]);
    assert!(!crate::fixture::try_git(&fixture.root(), &["cat-file", "-e", &object]).0);
}

#[test]
fn a_pruning_beside_the_run_takes_nothing_away() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    for phase in 1..=8 {
        write(&prepared.path, &format!("{phase}.txt"), &phase.to_string());
        // Every look at a workspace puts back what a pruning took that had begun before.
        now(&fixture, &prepared);
        if phase % 3 == 0 {
            commit_there(&prepared.path, "theirs");
        }
        std::thread::scope(|scope| {
            let made = scope.spawn(|| commit(&fixture, &prepared, phase));
            while !made.is_finished() {
                // It may fail because of references that move; what it deletes is what counts.
                crate::fixture::try_git(&fixture.root(), &["prune", "--expire=now"]);
            }
        });
        assert!(phase % 4 != 0 || prepare(&fixture, "47.1.1").repaired.is_empty());
    }
    let next = prepare(&fixture, "47.1.1");
    assert_eq!(next.repaired, Vec::<String>::new());
    in_order(&fixture, &next, "pruned");
}
