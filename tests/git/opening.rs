//! Which repositories are worked with, and how the others are refused.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use batchprp::error::{Error, ExitCode};
use batchprp::host::git::merge::Merge;
use batchprp::host::git::plumbing::repo::{GitPolicy, Repo};
use batchprp::host::git::upkeep::guard::Guard;
use batchprp::host::git::upkeep::scan;

use crate::fixture::{Fixture, git, id, write};

fn refused(dir: &Path) -> Error {
    let error = Repo::open(dir, GitPolicy::default()).expect_err("a refusal");
    assert_eq!(error.code, ExitCode::GitRefuses);
    assert!(error.help.is_some(), "{error} needs a way out");
    error
}

#[test]
fn what_is_no_usable_repository_is_refused_by_its_exact_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(refused(folder.path()).message.contains("not in a git repository"));

    let empty = folder.path().join("empty");
    fs::create_dir(&empty).expect("a folder");
    git(&empty, &["init", "-q"]);
    assert!(refused(&empty).message.contains("no commit yet"));
    assert!(refused(&empty.join(".git")).message.contains("inside the git directory"));

    let bare = folder.path().join("bare.git");
    fs::create_dir(&bare).expect("a folder");
    git(&bare, &["init", "-q", "--bare"]);
    assert!(refused(&bare).message.contains("bare repository"));
}

/// The whole way of an item: branch, worktree, two checkpoints, scan, merge, scan of the merge.
fn works(fixture: &Fixture) {
    let before = fixture.fingerprint();
    let batch = fixture.batch();
    let prepared = fixture.execute("47.1.1", 2);
    let repo = fixture.repo();
    let found = scan::item(&repo, &prepared.branch, &prepared.base, &id("47.1.1")).expect("a scan");
    assert_eq!(found.phases.iter().map(|phase| phase.ordinal).collect::<Vec<_>>(), [1, 2]);
    let merge = fixture.merge("47.1.1");
    let commit = scan::merged(&repo, "prp-47", &batch.base, &id("47.1.1")).expect("a scan").expect("a merge");
    assert_eq!(merge, Merge::Merged { commit });
    assert_eq!(fixture.fingerprint(), before);
    fixture.check();
}

#[test]
fn sha256_and_reftable_repositories_work_like_any_other() {
    let sha256 = Fixture::with(&["--object-format=sha256"]);
    assert_eq!(sha256.repo().object_format(), "sha256");
    works(&sha256);
    if let Some(tables) = Fixture::with_tables() {
        works(&tables);
    }
    works(&Fixture::new());
}

#[test]
fn detached_head_linked_worktree_subfolder_and_shallow_clone_work() {
    let detached = Fixture::new();
    detached.git(&["switch", "-q", "--detach"]);
    works(&detached);

    let main = Fixture::new();
    let linked = main.place("mine");
    main.git(&["worktree", "add", "-q", "-b", "mine", linked.to_str().expect("text")]);
    let repo = Repo::open(&linked.join("src"), GitPolicy::default()).expect("a repository");
    assert_eq!(repo.root(), fs::canonicalize(&linked).expect("a path"));
    assert_eq!(repo.common_dir(), fs::canonicalize(main.root().join(".git")).expect("a path"));
    assert_eq!(repo.head_branch().expect("git answers").as_deref(), Some("mine"));

    main.write("b", "b");
    main.git(&["add", "-A"]);
    main.git(&["commit", "-q", "-m", "second"]);
    let shallow = main.place("shallow");
    let url = format!("file://{}", main.root().display());
    main.git(&["clone", "-q", "--depth=1", &url, shallow.to_str().expect("text")]);
    let repo = Repo::open(&shallow, GitPolicy::default()).expect("a repository");
    assert!(repo.is_clean().expect("git answers"));
}

#[test]
fn an_identity_is_made_up_only_where_the_user_has_none() {
    let fixture = Fixture::new();
    assert!(fixture.repo().identity().is_empty());
    fixture.git(&["config", "--unset", "user.email"]);
    fixture.git(&["config", "--unset", "user.name"]);
    fixture.git(&["config", "user.useConfigOnly", "true"]);
    if fixture.repo().identity().is_empty() {
        return; // The machine's own configuration names somebody.
    }
    let config = fs::read(fixture.root().join(".git/config")).expect("a file");
    works(&fixture);
    assert_eq!(fixture.git(&["log", "-1", "--format=%an <%ae>", "prp-47"]), "batchprp <batchprp@localhost>");
    assert_eq!(fs::read(fixture.root().join(".git/config")).expect("a file"), config);
}

#[test]
fn hostile_revisions_and_paths_never_reach_git_as_options() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    for revision in ["--upload-pack=touch x", "-1", "", "main\n--all", "no-such", "HEAD^{tree}"] {
        let error = repo.resolve(revision).expect_err(revision);
        assert_eq!(error.code, ExitCode::GitRefuses, "{revision}");
    }
    let head = repo.head().expect("a commit");
    for path in ["../x", "/etc/passwd", "a/../../x", ""] {
        assert!(repo.show(&head, Path::new(path)).is_err(), "{path}");
    }
    assert_eq!(repo.show(&head, Path::new("./README.md")).expect("git answers").as_deref(), Some(&b"one\n"[..]));
    assert_eq!(repo.show(&head, Path::new("*.md")).expect("git answers"), None);
    assert_eq!(
        repo.show(&head, &fixture.root().join("src/a.txt")).expect("git answers").map(|text| text.len()),
        Some(9)
    );
}

#[test]
fn reading_the_checkout_changes_nothing_in_it() {
    let fixture = Fixture::new();
    fixture.write("README.md", "two\n");
    fixture.write("new file.md", "x");
    let touched = fixture.root().join("src/a.txt");
    let text = fs::read(&touched).expect("a file");
    fs::write(&touched, text).expect("a file"); // Same content, new time: a plain `git status` would write the index.
    let before = fixture.fingerprint();
    let repo = fixture.repo();
    let head = repo.head().expect("a commit");
    assert_eq!(repo.status().expect("git answers"), ["README.md", "new file.md"]);
    let differs = |path: &str| repo.differs(Path::new(path), &head).expect("git answers");
    assert_eq!(
        [differs("README.md"), differs("src/a.txt"), differs("new file.md"), differs("nothing")],
        [true, false, true, false]
    );
    assert_eq!(fixture.fingerprint(), before);
}

#[test]
fn a_change_in_the_very_moment_of_the_last_commit_is_seen() {
    let fixture = Fixture::new();
    fixture.git(&["config", "core.trustctime", "false"]);
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let set = |name: &str| {
        let file = fs::File::options().write(true).open(fixture.root().join(name)).expect("a file");
        file.set_modified(moment).expect("a time");
    };
    set("README.md");
    fixture.git(&["update-index", "--refresh"]);
    set(".git/index");
    fixture.write("README.md", "two\n");
    set("README.md");
    let repo = fixture.repo();
    assert!(repo.differs(Path::new("README.md"), &repo.head().expect("a commit")).expect("git answers"));
}

#[test]
fn excludes_are_entered_once_and_keep_what_is_there() {
    let fixture = Fixture::new();
    write(&fixture.root(), ".git/info/exclude", "# mine\n*.o");
    let repo = fixture.repo();
    for _ in 0..2 {
        repo.exclude(&[".ce/tmp/", ".ce/completed-batches/"]).expect("written");
    }
    let text = fs::read_to_string(fixture.root().join(".git/info/exclude")).expect("a file");
    assert_eq!(text, "# mine\n*.o\n.ce/tmp/\n.ce/completed-batches/\n");
}

#[test]
fn a_guard_names_what_an_agent_changed_outside_of_its_workspace() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.prepare("47.1.1");
    let before = Guard::take(&fixture.repo()).expect("a guard");
    write(&prepared.path, "x", "x");
    fixture.commit(&prepared, "47.1.1", 1);
    fixture.merge("47.1.1");
    assert_eq!(Guard::take(&fixture.repo()).expect("a guard").changes(&before), Vec::<String>::new());
    git(&prepared.path, &["config", "alias.own", "is its own"]);
    assert_eq!(Guard::take(&fixture.repo()).expect("a guard").changes(&before), Vec::<String>::new());
    fixture.git(&["config", "core.fsmonitor", "evil"]);
    write(&fixture.root(), ".git/hooks/pre-push", "evil");
    fixture.write("stray.txt", "x");
    fixture.git(&["commit", "-q", "--allow-empty", "-m", "in the wrong place"]);
    let changes = Guard::take(&fixture.repo()).expect("a guard").changes(&before);
    let named = [".git/config", ".git/hooks/pre-push", "HEAD of the checkout", "uncommitted files of the checkout"];
    assert!(named.iter().all(|name| changes.iter().any(|found| found == name)), "{changes:?}");
}
