//! Made and made again: complete, clean, apart from the project, in parallel, refused where somebody else is.

use std::fs;

use batchprp::host::git::workspace::Rescue;
use batchprp::host::git::workspace::remove::{self, Remove};
use batchprp::host::git::workspace::{self, Prepare};

use super::{administration, commit, commit_there, in_order, prepare, refusal, want};
use crate::fixture::{Fixture, git, id, try_git, write};

#[test]
fn a_workspace_is_a_repository_of_its_own_that_knows_the_history_of_the_project() {
    let fixture = Fixture::new();
    fixture.git(&["tag", "-a", "-m", "t", "v1"]);
    fixture.git(&["remote", "add", "origin", "https://example.com/x.git"]);
    fixture.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    fixture.git(&["update-ref", "refs/remotes/origin/other", "HEAD"]);
    fixture.git(&["config", "core.autocrlf", "input"]);
    fixture.git(&["config", "filter.x.clean", "cat"]);
    fixture.git(&["branch", "private"]);
    fixture.repo().exclude(&[".cache/"]).expect("written");
    fixture.batch();
    let before = fixture.fingerprint();
    let prepared = prepare(&fixture, "47.1.1");
    assert_eq!(prepared.repaired, Vec::<String>::new());
    in_order(&fixture, &prepared, "new");
    let there = |args: &[&str]| git(&prepared.path, args);
    assert_eq!(
        there(&["rev-parse", "--path-format=absolute", "--git-common-dir"]),
        prepared.path.join(".git").display().to_string()
    );
    assert_eq!(there(&["remote"]), "");
    assert_eq!(
        there(&["for-each-ref", "--format=%(refname)"]).lines().collect::<Vec<_>>(),
        ["refs/heads/main", "refs/heads/prp-47", "refs/heads/prp-47-1-1", "refs/remotes/origin/main", "refs/tags/v1"]
    );
    assert_eq!(there(&["describe"]), "v1");
    assert_eq!(there(&["log", "--format=%s", "main"]), "first");
    assert_eq!(
        (there(&["config", "core.autocrlf"]), there(&["config", "user.name"])),
        ("input".to_owned(), "T".to_owned())
    );
    write(&prepared.path, ".cache/x", "ignored as in the project");
    assert_eq!(there(&["status", "--porcelain"]), "");

    there(&["stash", "list"]);
    write(&prepared.path, "src/a.txt", "mine\n");
    there(&["stash"]);
    there(&["tag", "theirs"]);
    there(&["config", "user.name", "Somebody"]);
    there(&["config", "core.hooksPath", "/nowhere"]);
    there(&["update-ref", "refs/heads/main", &commit_there(&prepared.path, "x")]);
    assert_eq!(fixture.git(&["stash", "list"]), "");
    assert_eq!(fixture.git(&["tag"]), "v1");
    assert_eq!(fixture.git(&["worktree", "list"]).lines().count(), 1);
    assert_eq!(fixture.fingerprint(), before);
    fixture.check();
}

#[test]
fn a_new_workspace_is_not_read_again_file_by_file() {
    let fixture = Fixture::new();
    for n in 0..50 {
        fixture.write(&format!("many/{n}.txt"), "content\n");
    }
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "many"]);
    let prepared = prepare(&fixture, "47.1.1");
    // A file with another content and the same facts is not noticed: so nobody reads the files.
    let file = prepared.path.join("many/1.txt");
    let time = fs::metadata(prepared.path.join("README.md")).and_then(|facts| facts.modified()).expect("a time");
    let index = fs::File::open(prepared.path.join(".git/index")).expect("an index");
    index.set_modified(time + std::time::Duration::from_secs(5)).expect("set");
    let facts = fs::metadata(&file).expect("a file");
    fs::write(&file, "CONTENT\n").expect("written");
    fs::File::open(&file).and_then(|file| file.set_modified(facts.modified()?)).expect("set");
    git(&prepared.path, &["config", "core.trustctime", "false"]);
    assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "");
}

#[test]
fn many_are_made_at_the_same_time_each_exactly_once() {
    let fixture = Fixture::new();
    fixture.git(&["config", "branch.autoSetupMerge", "always"]);
    fixture.batch();
    std::thread::scope(|scope| {
        for order in (1..=6).chain(1..=6) {
            let fixture = &fixture;
            scope.spawn(move || {
                let prepared = prepare(fixture, &format!("47.1.{order}"));
                write(&prepared.path, "x", "x");
            });
        }
    });
    for order in 1..=6 {
        let prepared = prepare(&fixture, &format!("47.1.{order}"));
        in_order(&fixture, &prepared, &prepared.branch);
    }
    assert_eq!(fixture.git(&["branch", "--list", "prp-47-*"]).lines().count(), 6);
    let names = fs::read_dir(fixture.place("")).expect("a folder").flatten().map(|entry| entry.file_name());
    assert_eq!(names.filter(|name| name.to_string_lossy().starts_with('.')).count(), 0);
}

#[test]
fn what_somebody_else_has_at_the_path_is_left_alone() {
    let fixture = Fixture::new();
    let place = fixture.place("prp-47-1-1");
    write(&place, "mine.txt", "precious");
    assert!(refusal(&fixture, "47.1.1").message.contains("is no workspace of this repository"));
    assert_eq!(fs::read_to_string(place.join("mine.txt")).expect("a file"), "precious");
    git(&place, &["init", "-q"]);
    assert!(refusal(&fixture, "47.1.1").message.contains("is no workspace"));
    fs::remove_dir_all(&place).expect("removed");

    fixture.git(&["worktree", "add", "-q", "-b", "mine", place.to_str().expect("text")]);
    assert!(refusal(&fixture, "47.1.1").message.contains("did not make"));
    assert_eq!(git(&place, &["symbolic-ref", "HEAD"]), "refs/heads/mine");
    fixture.git(&["worktree", "remove", place.to_str().expect("text")]);

    std::os::unix::fs::symlink(fixture.root(), &place).expect("a link");
    assert!(refusal(&fixture, "47.1.1").message.contains("is no workspace"));
    fs::remove_file(&place).expect("removed");
    fs::create_dir(&place).expect("a folder");
    in_order(&fixture, &prepare(&fixture, "47.1.1"), "an empty folder is taken");
}

#[test]
fn branches_that_are_not_ours_or_checked_out_elsewhere_are_refused_by_name() {
    let fixture = Fixture::new();
    fixture.git(&["branch", "prp-47-1-1"]);
    assert!(refusal(&fixture, "47.1.1").message.contains("that batchprp did not make"));
    let prepared = prepare(&fixture, "47.1.2");
    fixture.git(&["switch", "-q", "prp-47-1-2"]);
    assert!(refusal(&fixture, "47.1.2").message.contains("in the main checkout"));
    fixture.git(&["switch", "-q", "main"]);
    let other = fixture.place("other");
    fixture.git(&["worktree", "add", "-q", other.to_str().expect("text"), "prp-47-1-2"]);
    assert!(refusal(&fixture, "47.1.2").message.contains("other"));
    fs::remove_dir_all(&other).expect("removed");
    let next = prepare(&fixture, "47.1.2");
    assert!(next.repaired.iter().any(|text| text.contains("registered")), "{:?}", next.repaired);
    in_order(&fixture, &prepared, "the registration is gone");
}

#[test]
fn a_workspace_that_was_deleted_moved_or_forgotten_is_made_again_and_nothing_is_lost() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "one.txt", "1");
    commit(&fixture, &prepared, 1);

    fs::remove_dir_all(&prepared.path).expect("removed");
    let next = prepare(&fixture, "47.1.1");
    assert!(next.repaired.iter().any(|text| text.contains("was missing")), "{:?}", next.repaired);
    assert!(next.path.join("one.txt").exists());
    in_order(&fixture, &next, "deleted");

    write(&next.path, "unsaved", "x");
    fs::remove_dir_all(administration(&fixture, "prp-47-1-1")).expect("removed");
    let next = prepare(&fixture, "47.1.1");
    let told = next.repaired.iter().find(|text| text.contains("nothing was recorded")).expect("told");
    let kept = told.rsplit('`').nth(1).expect("a path");
    assert_eq!(fs::read_to_string(std::path::Path::new(kept).join("unsaved")).expect("kept"), "x");
    in_order(&fixture, &next, "forgotten");

    let elsewhere = fixture.folder().join("elsewhere");
    fs::create_dir(&elsewhere).expect("a folder");
    let moved = Prepare { path: elsewhere.join("prp-47-1-1"), ..want(&fixture, "47.1.1") };
    let error = workspace::prepare(&fixture.repo(), &moved).expect_err("it is at the old place");
    assert!(error.message.contains("app-worktrees"), "{error}");
    write(&next.path, "unsaved", "x");
    fs::rename(&next.path, &moved.path).expect("moved");
    let there = workspace::prepare(&fixture.repo(), &moved).expect("a workspace");
    assert_eq!((there.rescued.len(), there.rescued[0].files.clone()), (1, vec!["unsaved".to_owned()]));
    in_order(&fixture, &there, "moved");
}

#[test]
fn a_copy_of_the_project_and_its_workspaces_goes_on() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "unsaved", "x");
    let copy = tempfile::tempdir().expect("a folder");
    let done = std::process::Command::new("cp").arg("-a").arg(fixture.folder().join(".")).arg(copy.path()).status();
    assert!(done.expect("cp").success());
    let copied = Fixture::at(fs::canonicalize(copy.path()).expect("a path"));
    let there = workspace::prepare(&copied.repo(), &want(&copied, "47.1.1"));
    // The record names the old place, where the original still is.
    match there {
        Err(error) => assert!(error.message.contains("is in"), "{error}"),
        Ok(there) => in_order(&copied, &there, "copied"),
    }
    assert!(prepared.path.join("unsaved").exists());
}

#[test]
fn only_merged_clean_and_empty_workspaces_are_removed() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "one.txt", "1");
    commit(&fixture, &prepared, 1);
    let what = Remove {
        path: prepared.path.clone(),
        branch: prepared.branch.clone(),
        into: "prp-47".to_owned(),
        delete_branch: true,
    };
    let refused = || remove::remove(&fixture.repo(), &what).expect_err("a refusal").message;
    assert!(refused().contains("does not have"));
    fixture.merge("47.1.1");
    write(&prepared.path, "unsaved", "x");
    assert!(refused().contains("`unsaved`"));
    fs::remove_file(prepared.path.join("unsaved")).expect("removed");
    let commit = commit_there(&prepared.path, "later");
    assert!(refused().contains("is at a commit"));
    git(&prepared.path, &["reset", "-q", "--hard", "HEAD^"]);
    if cfg!(target_os = "linux") {
        let mut sleeper =
            std::process::Command::new("sleep").arg("30").current_dir(&prepared.path).spawn().expect("a process");
        assert!(refused().contains("works in"));
        sleeper.kill().expect("killed");
        sleeper.wait().expect("gone");
    }
    // What only the workspace has is saved.
    git(&prepared.path, &["branch", "side", &commit]);
    for text in ["one", "two"] {
        write(&prepared.path, "stashed", text);
        git(&prepared.path, &["stash", "-u", "-q"]);
    }
    write(&prepared.path, ".ce/tmp/heartbeat.json", "{}");
    write(&prepared.path, "read-only/file", "x");
    fixture.repo().exclude(&["read-only/"]).expect("written");
    write(&prepared.path, ".git/info/exclude", "read-only/\n");
    fs::set_permissions(prepared.path.join("read-only"), std::os::unix::fs::PermissionsExt::from_mode(0o555))
        .expect("set");
    let saved = remove::remove(&fixture.repo(), &what).expect("removed");
    assert_eq!(saved.len(), 3, "{saved:?}");
    let untracked = |saved: &&Rescue| {
        let (ok, text) = try_git(&fixture.root(), &["ls-tree", "-r", "--name-only", &format!("{}^3", saved.reference)]);
        ok && text == "stashed"
    };
    assert_eq!(saved.iter().filter(untracked).count(), 2);
    assert!(saved.iter().any(|saved| saved.commit == commit));
    assert!(!prepared.path.exists() && !administration(&fixture, "prp-47-1-1").exists());
    assert_eq!(fixture.git(&["branch", "--list", "prp-47-1-1"]), "");
    fixture.check();
}

#[test]
fn left_overs_of_dead_runs_are_deleted_and_those_of_the_living_stay() {
    let fixture = Fixture::new();
    let mut child = std::process::Command::new("true").spawn().expect("a process");
    let dead = child.id();
    child.wait().expect("gone");
    let mut alive = std::process::Command::new("sleep").arg("60").spawn().expect("a process");
    let stat = fs::read_to_string(format!("/proc/{}/stat", alive.id())).unwrap_or_default();
    let started = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(19)).unwrap_or("0").to_owned();
    let folders = [
        (format!(".batchprp-removing-x.{dead}-1.0"), false),
        (format!(".batchprp-making-x.{dead}-1.0"), false),
        (format!(".batchprp-removing-prp-47-1-1-{dead}-0"), false),
        (format!(".batchprp-making-x.{}-{started}.0", alive.id()), true),
        (format!(".batchprp-removing-y.{}.9", batchprp::host::owner::tag()), false),
        (format!(".batchprp-making-y.{}.9", batchprp::host::owner::tag()), true),
        ("somebody-elses".to_owned(), true),
    ];
    for (name, _) in &folders {
        write(&fixture.place(name), "f", "x");
    }
    write(&fixture.root().join(".git/batchprp/trash").join(format!("x.{dead}-1.0")), "f", "x");
    prepare(&fixture, "47.1.1");
    for (name, stays) in folders {
        assert_eq!(fixture.place(&name).exists(), stays, "{name}");
    }
    assert_eq!(fs::read_dir(fixture.root().join(".git/batchprp/trash")).expect("a folder").count(), 0);
    alive.kill().expect("killed");
    alive.wait().expect("gone");
}

#[test]
fn a_broken_reference_is_put_back_to_the_last_good_state() {
    type Damage = fn(&Fixture);
    let nothing = "1".repeat(40);
    let damages: [(&str, Damage); 4] = [
        ("branch emptied", |f| write(&f.root(), ".git/refs/heads/prp-47-1-1", "")),
        ("branch at nothing", |f| write(&f.root(), ".git/refs/heads/prp-47-1-1", &format!("{}\n", "1".repeat(40)))),
        ("record emptied", |f| write(&f.root(), ".git/refs/batchprp/item/prp-47-1-1", "")),
        ("all emptied", |f| {
            for name in ["heads", "batchprp/item", "batchprp/base"] {
                write(&f.root(), &format!(".git/refs/{name}/prp-47-1-1"), "");
            }
        }),
    ];
    for (name, damage) in damages {
        let fixture = Fixture::new();
        fixture.batch();
        let prepared = prepare(&fixture, "47.1.1");
        write(&prepared.path, "one.txt", "1");
        let made = commit(&fixture, &prepared, 1);
        prepare(&fixture, "47.1.2");
        damage(&fixture);
        // The others go on: one broken reference is not in their way.
        let other = prepare(&fixture, "47.1.2");
        write(&other.path, "two.txt", "2");
        commit_there(&other.path, "two");
        assert_eq!(commit(&fixture, &other, 1).agent_commits, 1, "{name}");
        let next = prepare(&fixture, "47.1.1");
        assert!(next.repaired.iter().any(|text| text.contains("was broken")), "{name}: {:?}", next.repaired);
        assert_eq!(fixture.git(&["rev-parse", "prp-47-1-1"]), made.commit, "{name}");
        in_order(&fixture, &next, name);
        assert!(!fixture.git(&["for-each-ref"]).contains(&nothing), "{name}");
    }
}

#[test]
fn names_and_places_that_cannot_be_are_refused() {
    let fixture = Fixture::new();
    for (branch, path) in [
        ("../x", fixture.place("x")),
        ("x..y", fixture.place("x")),
        ("-x", fixture.place("x")),
        ("ok", fixture.root()),
        ("ok", fixture.root().join(".git/inside")),
        ("ok", fixture.folder().to_owned()),
    ] {
        let want = Prepare { branch: branch.to_owned(), path: path.clone(), ..want(&fixture, "47.1.1") };
        let error = workspace::prepare(&fixture.repo(), &want).expect_err("a refusal");
        assert_eq!(error.code as u8, 7, "{branch} {}: {error}", path.display());
    }
    let inside = Prepare { path: fixture.root().join(".work/prp-47-1-1"), ..want(&fixture, "47.1.1") };
    let prepared = workspace::prepare(&fixture.repo(), &inside).expect("a workspace in the project");
    in_order(&fixture, &prepared, "inside");
    let slashes = Prepare { branch: "a/b%c".replace('%', "_"), path: fixture.place("a_b"), ..want(&fixture, "47.1.2") };
    in_order(&fixture, &workspace::prepare(&fixture.repo(), &slashes).expect("a workspace"), "slashes");
    assert!(try_git(&fixture.root(), &["rev-parse", "a/b_c"]).0);
    assert_eq!(id("47.1.1").branch(), "prp-47-1-1");
}
