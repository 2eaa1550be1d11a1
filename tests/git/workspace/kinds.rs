//! Kinds of repositories, configurations and clones: what the project has, its workspaces have.

use std::fs;
use std::path::Path;

use batchprp::host::git::plumbing::repo::{GitPolicy, Repo};
use batchprp::host::git::workspace::{self, Prepare, scratch};

use super::{commit, commit_there, in_order, names, now, prepare, want};
use crate::fixture::{Fixture, git, try_git, write};

/// The whole way of an item: made, worked in by hand and with git, checkpoint, resumed, merged, removed.
fn works(fixture: &Fixture, what: &str) {
    let before = fixture.fingerprint();
    fixture.batch();
    let prepared = prepare(fixture, "47.1.1");
    in_order(fixture, &prepared, what);
    write(&prepared.path, "one.txt", "1");
    let made = commit(fixture, &prepared, 1);
    assert_eq!(made.files, ["one.txt"], "{what}");
    write(&prepared.path, "two.txt", "2");
    let theirs = commit_there(&prepared.path, "theirs");
    write(&prepared.path, "three.txt", "3");
    git(&prepared.path, &["stash", "-q", "-u"]);
    git(&prepared.path, &["stash", "pop", "-q"]);
    let made = commit(fixture, &prepared, 2);
    assert_eq!((made.files, made.agent_commits), (vec!["three.txt".to_owned(), "two.txt".to_owned()], 1), "{what}");
    fixture.git(&["merge-base", "--is-ancestor", &theirs, "prp-47-1-1"]);
    in_order(fixture, &prepared, what);
    git(&prepared.path, &["commit", "-q", "--amend", "--allow-empty", "-m", "rewritten"]);
    git(&prepared.path, &["switch", "-q", "-c", "own"]);
    write(&prepared.path, "unsaved.txt", "x");
    let next = prepare(fixture, "47.1.1");
    assert_eq!((names(&next.deviations), next.rescued.len()), (vec!["other branch", "rewritten"], 1), "{what}");
    in_order(fixture, &next, what);
    fixture.merge("47.1.1");

    let candidate = scratch::place(&fixture.repo(), &fixture.place("prp-47.candidate")).expect("a place");
    scratch::make(&fixture.repo(), &candidate, "prp-47").expect("made");
    assert!(candidate.join("three.txt").exists(), "{what}");
    scratch::go(&fixture.repo(), &candidate, "prp-47^").expect("gone");
    assert!(!candidate.join("three.txt").exists(), "{what}");
    assert_eq!(git(&candidate, &["status", "--porcelain"]), "", "{what}");
    scratch::discard(&fixture.repo(), &candidate).expect("discarded");

    git(&next.path, &["branch", "kept", "own"]);
    let order = workspace::remove::Remove {
        path: next.path.clone(),
        branch: next.branch.clone(),
        into: "prp-47".to_owned(),
        ..workspace::remove::Remove::default()
    };
    workspace::remove::remove(&fixture.repo(), &order).expect("removed");
    assert!(!next.path.exists(), "{what}");
    assert_eq!(fixture.git(&["for-each-ref", "refs/batchprp/kept"]), "", "{what}");
    assert_eq!(fixture.fingerprint(), before, "{what}");
    fixture.check();
}

#[test]
fn sha256_and_reftable_repositories_work_like_any_other() {
    works(&Fixture::new(), "sha1 and files");
    works(&Fixture::with(&["--object-format=sha256"]), "sha256");
    if let Some(tables) = Fixture::with_tables() {
        works(&tables, "reftable");
        let prepared = prepare(&tables, "47.1.2");
        assert_eq!(git(&prepared.path, &["rev-parse", "--show-ref-format"]), "reftable");
    }
    let sha256 = Fixture::with(&["--object-format=sha256"]);
    let prepared = prepare(&sha256, "47.1.2");
    assert_eq!(git(&prepared.path, &["rev-parse", "--show-object-format"]), "sha256");
}

#[test]
fn every_form_of_index_works() {
    for settings in [
        &["index.version=4"][..],
        &["core.splitIndex=true"],
        &["feature.manyFiles=true"],
        &["core.untrackedCache=true"],
    ] {
        let fixture = Fixture::new();
        for setting in settings {
            let (name, value) = setting.split_once('=').expect("a setting");
            fixture.git(&["config", name, value]);
        }
        works(&fixture, settings[0]);
    }
}

#[test]
fn a_checkout_that_is_a_linked_worktree_or_has_a_folder_of_its_own_works() {
    let fixture = Fixture::new();
    fixture.git(&["switch", "-q", "--detach"]);
    works(&fixture, "detached");

    let fixture = Fixture::new();
    let linked = fixture.folder().join("linked");
    fixture.git(&["worktree", "add", "-q", "-b", "mine", linked.to_str().expect("text")]);
    fixture.git(&["config", "core.bare", "true"]);
    let repo = Repo::open(&linked, GitPolicy::default()).expect("a repository");
    let prepared = workspace::prepare(&repo, &want_in(&fixture, &repo)).expect("a workspace");
    assert_eq!(git(&prepared.path, &["rev-parse", "mine"]), git(&linked, &["rev-parse", "HEAD"]));
    write(&prepared.path, "x", "x");
    assert_eq!(super::commit_in(&repo, &prepared, 1).files, ["x"]);
    assert_eq!(git(&linked, &["status", "--porcelain"]), "");

    let fixture = Fixture::new();
    let apart = fixture.folder().join("apart.git");
    fs::rename(fixture.root().join(".git"), &apart).expect("moved");
    fs::write(fixture.root().join(".git"), "gitdir: ../apart.git\n").expect("written");
    git(&apart, &["config", "core.worktree", "../app"]);
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "x", "x");
    assert_eq!(commit(&fixture, &prepared, 1).files, ["x"]);
    assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "");
    assert_eq!(git(&fixture.root(), &["status", "--porcelain"]), "");
}

fn want_in(fixture: &Fixture, repo: &Repo) -> Prepare {
    let branch = "prp-47-1-1".to_owned();
    let (path, start) = (fixture.place(&branch), repo.head().expect("a commit"));
    Prepare { path, branch, start, run: "r1".to_owned(), item: "PRP-47.1.1".to_owned(), ..Prepare::default() }
}

/// A clone of a project with some history, in the place of the project of a fixture.
fn cloned(options: &[&str]) -> (Fixture, Fixture) {
    let origin = Fixture::new();
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    for n in 1..=3 {
        origin.write("src/a.txt", &format!("version {n}\n"));
        origin.write(&format!("dir{n}/deep/file.txt"), "x\n");
        origin.git(&["add", "-A"]);
        origin.git(&["commit", "-q", "-m", &format!("change {n}")]);
    }
    let clone = Fixture::empty();
    let url = format!("file://{}", origin.root().display());
    let root = clone.root();
    let args = [&["clone", "-q"], options, &[&url, root.to_str().expect("text")]].concat();
    git(clone.folder(), &args);
    for (name, value) in [("user.name", "T"), ("user.email", "t@example.com")] {
        clone.git(&["config", name, value]);
    }
    (origin, clone)
}

#[test]
fn shallow_and_partial_clones_work_and_stay_what_they_are() {
    let (_origin, shallow) = cloned(&["--depth=1"]);
    works(&shallow, "shallow");
    let prepared = prepare(&shallow, "47.1.2");
    assert_eq!(git(&prepared.path, &["rev-parse", "--is-shallow-repository"]), "true");
    assert_eq!(git(&prepared.path, &["log", "--format=%s", "main"]), "change 3");

    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let (_origin, partial) = cloned(&[filter]);
        works(&partial, filter);
        let prepared = prepare(&partial, "47.1.2");
        // What is missing is fetched from where the project would fetch it.
        assert_eq!(git(&prepared.path, &["show", "main~1:src/a.txt"]), "version 2", "{filter}");
        assert_eq!(git(&prepared.path, &["remote"]), "origin", "{filter}");
        write(&prepared.path, "src/a.txt", "version 2\n");
        commit_there(&prepared.path, "back");
        let made = commit(&partial, &prepared, 1);
        assert_eq!((made.files, names(&made.deviations)), (vec!["src/a.txt".to_owned()], vec![]), "{filter}");
        in_order(&partial, &prepared, filter);
    }
}

#[test]
fn a_project_that_borrows_objects_lends_them_on() {
    let (_origin, clone) = cloned(&["--shared"]);
    works(&clone, "borrowed");
    let (origin, clone) = cloned(&["--shared"]);
    let alternates = clone.root().join(".git/objects/info/alternates");
    // As git writes it for clones beside each other.
    let relative =
        format!("../../../../{}/app/.git/objects\n", origin.folder().file_name().expect("a name").to_string_lossy());
    if clone.folder().parent() == origin.folder().parent() {
        fs::write(alternates, relative).expect("written");
        works(&clone, "borrowed by a relative path");
    }
}

#[test]
fn a_sparse_checkout_stays_sparse_and_loses_no_edit_outside() {
    for (filter, cone) in
        [("--filter=blob:none", "--cone"), ("--no-checkout", "--cone"), ("--no-checkout", "--no-cone")]
    {
        let (_origin, sparse) = cloned(&[filter]);
        sparse.git(&["sparse-checkout", "set", cone, "dir1"]);
        sparse.git(&["checkout", "-q", "main"]);
        assert!(!sparse.root().join("dir2").exists());
        sparse.batch();
        let prepared = prepare(&sparse, "47.1.1");
        assert!(prepared.path.join("dir1/deep/file.txt").exists() && !prepared.path.join("dir2").exists(), "{cone}");
        assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "", "{cone}");
        // An edit, a new file and a file in a new folder, all outside.
        write(&prepared.path, "dir2/deep/file.txt", "edited\n");
        write(&prepared.path, "dir3/deep/new.txt", "new\n");
        write(&prepared.path, "dir9/new.txt", "new\n");
        let made = commit(&sparse, &prepared, 1);
        assert_eq!(made.files, ["dir2/deep/file.txt", "dir3/deep/new.txt", "dir9/new.txt"], "{filter} {cone}");
        assert_eq!(sparse.git(&["show", "prp-47-1-1:dir2/deep/file.txt"]), "edited", "{cone}");
        assert_eq!(sparse.git(&["show", "prp-47-1-1:dir3/deep/file.txt"]), "x", "{cone}");
        assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "", "{cone}");
        write(&prepared.path, "dir2/deep/file.txt", "unsaved\n");
        let next = prepare(&sparse, "47.1.1");
        assert_eq!(
            next.rescued.iter().map(|saved| saved.files.clone()).collect::<Vec<_>>(),
            [["dir2/deep/file.txt"]],
            "{cone}"
        );
        in_order(&sparse, &next, cone);

        let declared = vec!["dir2/deep/file.txt".to_owned(), "dir3/**".to_owned()];
        let order = Prepare { declared, ..want(&sparse, "47.1.2") };
        let prepared = workspace::prepare(&sparse.repo(), &order).expect("a workspace");
        for dir in ["dir1", "dir2", "dir3"] {
            assert!(prepared.path.join(dir).join("deep/file.txt").exists(), "{dir} {cone}");
        }
        in_order(&sparse, &prepared, cone);
        assert_eq!(sparse.git(&["status", "--porcelain"]), "", "{cone}");
    }
}

#[test]
fn what_a_batch_made_outside_of_a_sparse_checkout_is_there_for_what_builds_on_it_and_where_it_is_tried_out() {
    for cone in ["--cone", "--no-cone"] {
        let (_origin, sparse) = cloned(&["--no-checkout"]);
        sparse.git(&["sparse-checkout", "set", cone, "dir1"]);
        sparse.git(&["checkout", "-q", "main"]);
        sparse.batch();
        let prepared = prepare(&sparse, "47.1.1");
        for made in ["dir2/deep/made.txt", "out/made.txt", "dir3/made.txt"] {
            write(&prepared.path, made, "made\n");
        }
        commit(&sparse, &prepared, 1);
        let repo = sparse.repo();
        let candidate = scratch::place(&repo, &sparse.place("prp-47.candidate")).expect("a place");
        scratch::make(&repo, &candidate, "prp-47").expect("made");
        assert!(!candidate.join("out").exists() && !candidate.join("dir3").exists(), "{cone}");
        sparse.merge("47.1.1");
        scratch::go(&repo, &candidate, "prp-47").expect("gone");
        let next = prepare(&sparse, "47.1.2");
        for place in [&candidate, &next.path] {
            for made in ["dir2/deep/made.txt", "out/made.txt", "dir3/made.txt", "dir1/deep/file.txt"] {
                assert!(place.join(made).exists(), "{made} in {} {cone}", place.display());
            }
            assert!(!place.join("src").exists(), "{cone}");
            assert_eq!(git(place, &["status", "--porcelain"]), "", "{cone}");
        }
        in_order(&sparse, &next, cone);
        scratch::discard(&repo, &candidate).expect("discarded");
        assert!(!sparse.root().join("dir2").exists(), "the checkout stays as it is");
    }
}

#[test]
fn filters_attributes_and_line_ends_of_the_user_hold_in_the_workspace_and_for_the_checkpoint() {
    let fixture = Fixture::new();
    let log = fixture.folder().join("filtered");
    let filter = |what: &str| format!("sh -c 'echo {what} >> \"{}\"; tr a-zA-Z n-za-mN-ZA-M'", log.display());
    fixture.git(&["config", "filter.rot.clean", &filter("clean")]);
    fixture.git(&["config", "filter.rot.smudge", &filter("smudge")]);
    fixture.git(&["config", "core.autocrlf", "true"]);
    fixture.git(&["config", "merge.ours2.driver", "true"]);
    write(&fixture.root(), ".git/info/attributes", "*.local diff=x\n");
    fixture.write(".gitattributes", "*.rot filter=rot\n*.bin -text\n");
    fixture.write("secret.rot", "hello\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "filtered"]);
    assert_eq!(fixture.git(&["show", "HEAD:secret.rot"]), "uryyb");
    let prepared = prepare(&fixture, "47.1.1");
    assert_eq!(fs::read_to_string(prepared.path.join("secret.rot")).expect("a file"), "hello\r\n");
    assert_eq!(fs::read_to_string(prepared.path.join("src/a.txt")).expect("a file"), "a1\r\na2\r\na3\r\n");
    assert_eq!(git(&prepared.path, &["check-attr", "diff", "x.local"]), "x.local: diff: x");
    in_order(&fixture, &prepared, "filtered");
    write(&prepared.path, "new.rot", "world\r\n");
    write(&prepared.path, "new.txt", "a\r\n");
    assert_eq!(commit(&fixture, &prepared, 1).files, ["new.rot", "new.txt"]);
    assert_eq!(fixture.git(&["show", "prp-47-1-1:new.rot"]), "jbeyq");
    assert_eq!(fixture.git(&["cat-file", "-s", "prp-47-1-1:new.txt"]), "2");
    in_order(&fixture, &prepared, "filtered");
}

#[test]
fn large_files_that_the_agent_committed_are_kept_with_its_commits() {
    let fixture = Fixture::new();
    // A stand-in for the filter of git-lfs: content goes into the store of the repository in which the filter runs.
    let clean = "sh -c 'd=$(git rev-parse --git-common-dir)/lfs/objects; t=$(mktemp); cat > \"$t\"; h=$(sha256sum < \"$t\" | cut -c1-64); \
                 p=$d/$(echo $h | cut -c1-2)/$(echo $h | cut -c3-4); mkdir -p \"$p\"; mv \"$t\" \"$p/$h\"; echo oid $h'";
    fixture.git(&["config", "filter.lfs.clean", clean]);
    fixture.git(&["config", "filter.lfs.smudge", "cat"]);
    fixture.write(".gitattributes", "*.big filter=lfs\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "lfs"]);
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "x.big", "first version");
    commit_there(&prepared.path, "first");
    write(&prepared.path, "x.big", "second version");
    write(&prepared.path, ".git/lfs/objects/ab/cd/abcd", "no object");
    let lie = format!("{}{}", "abcd", "0".repeat(60));
    write(&prepared.path, &format!(".git/lfs/objects/ab/cd/{lie}"), "a lie");
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(made.agent_commits, 1);
    for revision in ["prp-47-1-1", "prp-47-1-1^"] {
        let pointer = fixture.git(&["show", &format!("{revision}:x.big")]);
        let hash = pointer.strip_prefix("oid ").expect("a pointer");
        let stored = fixture.root().join(".git/lfs/objects").join(&hash[..2]).join(&hash[2..4]).join(hash);
        assert!(fs::read_to_string(stored).expect("kept").ends_with("version"), "{revision}");
    }
    assert!(!fixture.root().join(".git/lfs/objects/ab/cd").join(lie).exists());
}

#[test]
fn an_agent_can_commit_where_git_does_not_know_the_user() {
    let fixture = Fixture::new();
    for name in ["user.name", "user.email"] {
        fixture.git(&["config", "--unset", name]);
    }
    fixture.git(&["config", "user.useConfigOnly", "true"]);
    if fixture.repo().identity().is_empty() {
        return; // The machine's own configuration names somebody.
    }
    let prepared = prepare(&fixture, "47.1.1");
    write(&prepared.path, "x", "x");
    commit_there(&prepared.path, "theirs");
    commit(&fixture, &prepared, 1);
    assert_eq!(fixture.git(&["log", "-2", "--format=%an", "prp-47-1-1"]), "batchprp\nbatchprp");
}

#[test]
fn replaced_objects_are_shown_there_and_change_no_checkpoint() {
    let fixture = Fixture::new();
    let blob = fixture.git(&["rev-parse", "HEAD:src/a.txt"]);
    let file = fixture.folder().join("other");
    fs::write(&file, "replaced\n").expect("written");
    let other = fixture.git(&["hash-object", "-w", file.to_str().expect("text")]);
    fixture.git(&["replace", &blob, &other]);
    let prepared = prepare(&fixture, "47.1.1");
    assert_eq!(git(&prepared.path, &["show", "HEAD:src/a.txt"]), "replaced");
    assert_eq!(fs::read_to_string(prepared.path.join("src/a.txt")).expect("a file"), "a1\na2\na3\n");
    let before = now(&fixture, &prepared);
    assert_eq!(before.tree, fixture.git(&["--no-replace-objects", "rev-parse", "HEAD^{tree}"]));
}

#[test]
fn remotes_come_along_only_when_they_are_asked_for() {
    let (_origin, clone) = cloned(&[]);
    clone.git(&["config", "credential.helper", "store"]);
    let order = Prepare { remotes: vec!["origin".to_owned()], ..want(&clone, "47.1.1") };
    let prepared = workspace::prepare(&clone.repo(), &order).expect("a workspace");
    assert_eq!(git(&prepared.path, &["remote"]), "origin");
    git(&prepared.path, &["fetch", "-q"]);
    assert_eq!(git(&prepared.path, &["config", "--local", "credential.helper"]), "store");
    let without = prepare(&clone, "47.1.2");
    assert_eq!(git(&without.path, &["remote"]), "");
    assert!(!try_git(&without.path, &["config", "--local", "credential.helper"]).0);
    assert_eq!(git(&without.path, &["log", "-1", "--format=%s", "origin/main"]), "change 3");
    assert!(!Path::new(&without.path).join(".git/hooks").exists());
}
