//! Merging without a working tree: conflicts of every kind, races, landing, resolving.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use batchprp::host::git::merge::landing::{self, Advance, Combined};
use batchprp::host::git::merge::probe::{self, Touched};
use batchprp::host::git::merge::{self, DocumentEdit, Merge, MergeItem};
use batchprp::host::git::plumbing::diff;
use batchprp::host::git::upkeep::scan;
use batchprp::host::git::workspace::{branch, resolve};
use batchprp::model::landing::LandStrategy;

use crate::fixture::{Fixture, git, id, write};

/// Two items from the same base, each changed by its own function and checkpointed.
fn two(fixture: &Fixture, ours: impl Fn(&Path), theirs: impl Fn(&Path)) {
    fixture.batch();
    let first = fixture.prepare("47.1.1");
    let second = fixture.prepare("47.1.2");
    ours(&first.path);
    theirs(&second.path);
    fixture.commit(&first, "47.1.1", 1);
    fixture.commit(&second, "47.1.2", 1);
}

#[test]
fn conflicts_of_every_kind_are_parked_with_their_files_and_move_nothing() {
    type Deed = fn(&Path);
    let cases: [(&str, Deed, Deed, &str); 6] = [
        ("content", |p| write(p, "src/a.txt", "ours\n"), |p| write(p, "src/a.txt", "theirs\n"), "src/a.txt"),
        ("add/add", |p| write(p, "n", "ours\n"), |p| write(p, "n", "theirs\n"), "n"),
        ("binary", |p| write(p, "bin", "\0ours"), |p| write(p, "bin", "\0theirs"), "bin"),
        (
            "change/delete",
            |p| write(p, "src/a.txt", "a1\nours\na3\n"),
            |p| fs::remove_file(p.join("src/a.txt")).expect("removed"),
            "src/a.txt",
        ),
        ("file/directory", |p| write(p, "thing", "file\n"), |p| write(p, "thing/inner", "dir\n"), "thing"),
        (
            "rename/rename",
            |p| fs::rename(p.join("src/a.txt"), p.join("src/b.txt")).expect("renamed"),
            |p| fs::rename(p.join("src/a.txt"), p.join("src/c.txt")).expect("renamed"),
            "src/b.txt",
        ),
    ];
    for (name, ours, theirs, file) in cases {
        let fixture = Fixture::new();
        let before = fixture.fingerprint();
        two(&fixture, ours, theirs);
        assert!(matches!(fixture.merge("47.1.1"), Merge::Merged { .. }), "{name}");
        let tip = fixture.git(&["rev-parse", "prp-47"]);
        let Merge::Conflict { files } = fixture.merge("47.1.2") else { unreachable!("{name} must conflict") };
        assert!(files.iter().any(|found| found.starts_with(file)), "{name}: {files:?}");
        assert_eq!(fixture.git(&["rev-parse", "prp-47"]), tip, "{name}");
        let warned = probe::conflicts(&fixture.repo(), "prp-47", "prp-47-1-2").expect("a probe");
        assert!(!warned.is_empty(), "{name} is warned of");
        let touched = |branch| Touched::of_branch(&fixture.repo(), branch).expect("readable").expect("ours");
        assert!(touched("prp-47-1-1").meets(&touched("prp-47-1-2")), "{name} is looked for");
        assert_eq!(fixture.fingerprint(), before, "{name}");
        fixture.check();
    }
}

#[test]
fn changes_that_fit_together_merge_and_modes_survive() {
    let fixture = Fixture::new();
    two(
        &fixture,
        |p| fs::set_permissions(p.join("src/a.txt"), PermissionsExt::from_mode(0o755)).expect("executable"),
        |p| write(p, "src/a.txt", "a1\na2\na3\na4\n"),
    );
    assert_eq!(probe::conflicts(&fixture.repo(), "prp-47-1-1", "prp-47-1-2").expect("a probe"), Vec::<String>::new());
    fixture.merge("47.1.1");
    let merged = fixture.merge("47.1.2");
    assert!(matches!(merged, Merge::Merged { .. }));
    assert_eq!(fixture.git(&["ls-tree", "prp-47", "src/a.txt"]).split(' ').next(), Some("100755"));
    assert_eq!(fixture.git(&["log", "-1", "--format=%s", "prp-47"]), "Merge PRP-47.1.2: Title");
    let Merge::Merged { commit } = merged else { return };
    assert_eq!(fixture.merge("47.1.2"), Merge::Already { commit });
    fixture.check();
}

#[test]
fn a_merge_driver_of_the_repository_decides_as_it_would_for_the_user() {
    let fixture = Fixture::new();
    fixture.write(".gitattributes", "*.lst merge=union\n");
    fixture.write("all.lst", "base\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "attributes"]);
    two(&fixture, |p| write(p, "all.lst", "base\nours\n"), |p| write(p, "all.lst", "base\ntheirs\n"));
    fixture.merge("47.1.1");
    assert!(matches!(fixture.merge("47.1.2"), Merge::Merged { .. }));
    assert_eq!(fixture.git(&["show", "prp-47:all.lst"]), "base\nours\ntheirs");
}

#[test]
fn the_status_of_a_tracked_document_is_edited_in_the_merge_itself() {
    let fixture = Fixture::new();
    fixture.write("PRPs/x.md", "status: planning\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "document"]);
    fixture.batch();
    let prepared = fixture.prepare("47.1.1");
    write(&prepared.path, "PRPs/x.md", "status: planning\nadded by the agent\n");
    fixture.commit(&prepared, "47.1.1", 1);
    let edit = |old: &[u8]| Some(String::from_utf8_lossy(old).replace("planning", "executed").into_bytes());
    let with = |path: &str| MergeItem {
        status_edit: Some(DocumentEdit { path: PathBuf::from(path), edit: Box::new(edit), is_shared: false }),
        ..Fixture::merging("47.1.1")
    };
    assert!(matches!(merge::item(&fixture.repo(), &with("PRPs/x.md")).expect("a merge"), Merge::Merged { .. }));
    assert_eq!(fixture.git(&["show", "prp-47:PRPs/x.md"]), "status: executed\nadded by the agent");
    assert_eq!(fs::read_to_string(fixture.root().join("PRPs/x.md")).expect("a file"), "status: planning\n");
    fixture.execute("47.1.2", 1);
    let untracked = MergeItem { id: id("47.1.2"), item_branch: "prp-47-1-2".to_owned(), ..with("PRPs/none.md") };
    assert!(matches!(merge::item(&fixture.repo(), &untracked).expect("a merge"), Merge::Merged { .. }));
}

#[test]
fn only_a_list_of_several_items_is_no_conflict_when_two_of_them_wrote_in_it() {
    for is_shared in [false, true] {
        let fixture = Fixture::new();
        fixture.write("list.md", "status: planning\n");
        fixture.git(&["add", "-A"]);
        fixture.git(&["commit", "-q", "-m", "document"]);
        two(&fixture, |p| write(p, "list.md", "ours\n"), |p| write(p, "list.md", "theirs\n"));
        fixture.merge("47.1.1");
        let edit = |old: &[u8]| Some([old, b"done\n"].concat());
        let document = DocumentEdit { path: PathBuf::from("list.md"), edit: Box::new(edit), is_shared };
        let order = MergeItem { status_edit: Some(document), ..Fixture::merging("47.1.2") };
        let merged = merge::item(&fixture.repo(), &order).expect("a merge");
        assert_eq!(matches!(merged, Merge::Conflict { .. }), !is_shared, "{merged:?}");
        assert_eq!(fixture.git(&["show", "prp-47:list.md"]), if is_shared { "ours\ndone" } else { "ours" });
    }
}

#[test]
fn concurrent_merges_into_one_batch_branch_all_arrive() {
    let fixture = Fixture::new();
    fixture.batch();
    for order in 1..=4 {
        fixture.execute(&format!("47.1.{order}"), 1);
    }
    std::thread::scope(|scope| {
        for order in 1..=4 {
            let fixture = &fixture;
            scope.spawn(move || fixture.merge(&format!("47.1.{order}")));
        }
    });
    let base = fixture.git(&["rev-parse", "main"]);
    let merged = scan::all_merged(&fixture.repo(), "prp-47", &base).expect("a scan").merged;
    assert_eq!(merged.len(), 4);
    assert_eq!(fixture.git(&["rev-list", "--count", "--first-parent", "main..prp-47"]), "4");
    fixture.check();
}

#[test]
fn a_checked_out_batch_branch_and_a_reverted_merge_are_refused() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 1);
    fixture.git(&["switch", "-q", "prp-47"]);
    let attempt = || merge::item(&fixture.repo(), &Fixture::merging("47.1.1"));
    assert!(attempt().expect_err("a refusal").message.contains("checked out"));
    fixture.git(&["switch", "-q", "main"]);
    attempt().expect("a merge");
    fixture.git(&["switch", "-q", "prp-47"]);
    fixture.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    fixture.git(&["switch", "-q", "main"]);
    assert!(attempt().expect_err("a refusal").message.contains("was reverted"));
    let base = branch::base(&fixture.repo(), "prp-47").expect("git answers").expect("a base");
    assert_eq!(scan::merged(&fixture.repo(), "prp-47", &base, &id("47.1.1")).expect("a scan"), None);
}

#[test]
fn a_parked_conflict_is_resolved_by_hand_and_then_merges() {
    let fixture = Fixture::new();
    two(&fixture, |p| write(p, "src/a.txt", "ours\n"), |p| write(p, "src/a.txt", "theirs\n"));
    fixture.merge("47.1.1");
    let repo = fixture.repo();
    let parked = resolve::find(&repo, "prp-47-1-2").expect("a workspace");
    assert_eq!(resolve::start(&repo, &parked, "prp-47").expect("started"), ["src/a.txt"]);
    assert_eq!(resolve::start(&repo, &parked, "prp-47").expect("started again"), ["src/a.txt"]);
    assert!(resolve::finish(&repo, &parked).expect_err("a refusal").message.contains("conflict markers"));
    write(&parked.path, "src/a.txt", "half done\n");
    let saved = resolve::abort(&repo, &parked).expect("aborted").expect("a rescue");
    assert_eq!(saved.files, ["src/a.txt"]);
    assert_eq!(fs::read_to_string(parked.path.join("src/a.txt")).expect("a file"), "theirs\n");
    resolve::start(&repo, &parked, "prp-47").expect("started");
    write(&parked.path, "src/a.txt", "both\n");
    resolve::finish(&repo, &parked).expect("finished");
    assert!(matches!(fixture.merge("47.1.2"), Merge::Merged { .. }));
    assert_eq!(fixture.git(&["show", "prp-47:src/a.txt"]), "both");
    let found = scan::item(&repo, "prp-47-1-2", &parked.base, &id("47.1.2")).expect("a scan");
    assert_eq!(found.phases.len(), 1);
    fixture.check();
}

#[test]
fn a_diff_is_bounded_and_an_items_range_is_its_own_work() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 2);
    fixture.merge("47.1.1");
    fixture.execute("47.2.1", 1);
    let repo = fixture.repo();
    let (from, to) = diff::range(&repo, "prp-47", "prp-47-2-1", None).expect("git answers").expect("a range");
    assert_eq!(diff::files(&repo, &from, &to).expect("files"), ["prp-47-2-1/1.txt"]);
    let merge = fixture.git(&["rev-parse", "prp-47"]);
    let (from, to) = diff::range(&repo, "prp-47", "gone", Some(&merge)).expect("git answers").expect("a range");
    assert_eq!(diff::files(&repo, &from, &to).expect("files"), ["prp-47-1-1/1.txt", "prp-47-1-1/2.txt"]);
    let whole = diff::patch(&repo, &from, &to, 1 << 20).expect("a diff");
    let part = diff::patch(&repo, &from, &to, 100).expect("a diff");
    assert!(!whole.truncated && part.truncated && part.text.len() <= 100 && whole.text.starts_with(&part.text));
    assert!(git(&fixture.root(), &["status", "--porcelain"]).is_empty());
}

#[test]
fn landing_overwrites_nothing_that_git_ignores_in_the_checkout() {
    // What the batch brings, what lies in the checkout, and what is named.
    for (made, mine, named) in [
        ("secret.env", "secret.env", "secret.env"),
        ("build/out.o", "build/out.o", "build/out.o"),
        ("build/out.o", "build", "build"),
        ("build", "build/out.o", "build"),
        ("deep/build/out.o", "deep/build", "deep/build"),
        ("with space.env", "with space.env", "with space.env"),
    ] {
        let fixture = Fixture::new();
        fixture.write(".gitignore", "*.env\nbuild\n");
        fixture.git(&["add", ".gitignore"]);
        fixture.git(&["commit", "-q", "-m", "Ignore"]);
        fixture.batch();
        fixture.execute("47.1.1", 1);
        fixture.merge("47.1.1");
        fixture.git(&["switch", "-q", "prp-47"]);
        fixture.write(made, "of the batch");
        fixture.git(&["add", "-f", made]);
        fixture.git(&["commit", "-q", "-m", "Made"]);
        fixture.git(&["switch", "-q", "main"]);
        fixture.write(mine, "the only copy");
        let land = || {
            let repo = fixture.repo();
            match landing::combine(&repo, "prp-47", "main", LandStrategy::Auto).expect("git answers") {
                Combined::Ready(plan) => landing::advance(&repo, "prp-47", "main", &plan, "true"),
                other => panic!("{other:?}"),
            }
        };
        let refusal = land().expect_err("a refusal");
        let root = fixture.root().display().to_string();
        let reason = format!("`{named}` lies in `{root}`, where git does not track it, and would be overwritten");
        assert_eq!(refusal.message, reason);
        let command = refusal.help.expect("a way out").replace("put it aside: ", "");
        assert_eq!(fs::read_to_string(fixture.root().join(mine)).expect("there"), "the only copy");
        let shell = Command::new("sh").args(["-c", &command]).current_dir(fixture.root()).output().expect("a shell");
        assert!(shell.status.success(), "{command}: {}", String::from_utf8_lossy(&shell.stderr));
        let kept = mine.replacen(named, &format!("{named}.mine"), 1);
        assert_eq!(fs::read_to_string(fixture.root().join(kept)).expect("kept"), "the only copy");
        assert_eq!(land().expect("landed"), Advance::Done);
    }
}
