//! What history says about phases and items, after everything people do to history.

use batchprp::host::git::plumbing::notes;
use batchprp::host::git::upkeep::executed::{self, Facts, Landed, Query};
use batchprp::host::git::upkeep::scan::{self, ItemScan};
use batchprp::host::git::workspace::remove::{self, Remove};
use batchprp::host::git::workspace::{self, branch};
use batchprp::model::validation::ValidationRecord;

use crate::fixture::{Fixture, git, id, write};

fn scan(fixture: &Fixture, item: &str) -> ItemScan {
    let repo = fixture.repo();
    let branch = id(item).branch();
    let base = branch::base(&repo, &branch).expect("git answers").expect("a record");
    scan::item(&repo, &branch, &base, &id(item)).expect("a scan")
}

fn ordinals(scan: &ItemScan) -> Vec<u32> {
    scan.phases.iter().map(|phase| phase.ordinal).collect()
}

fn facts(fixture: &Fixture, item: &str) -> Facts {
    let batch_branch = Some("prp-47".to_owned());
    let query = Query { batch_branch, ids: vec![id(item)], files: true, exclude: vec![".ce/".to_owned()] };
    executed::executed(&fixture.repo(), &query).expect("facts").remove(0)
}

fn phases(facts: &Facts) -> Vec<u32> {
    facts.phases.iter().map(|phase| phase.ordinal).collect()
}

/// Does something on the branch of an item as a person does in the project, who then goes back.
fn on_branch(fixture: &Fixture, args: &[&str]) {
    fixture.git(&["switch", "-q", "prp-47-1-1"]);
    fixture.git(args);
    fixture.git(&["switch", "-q", "main"]);
}

/// Deletes every reference that batchprp made: what a fresh clone after landing has.
fn forget(fixture: &Fixture) {
    for name in fixture.git(&["for-each-ref", "--format=%(refname)", "refs/batchprp", "refs/heads/prp-*"]).lines() {
        fixture.git(&["update-ref", "-d", name]);
    }
}

#[test]
fn forged_subjects_prefixes_and_other_branches_are_no_checkpoints() {
    let fixture = Fixture::new();
    fixture.git(&["commit", "-q", "--allow-empty", "-m", "PRP-47.1.1: Phase 1 - on main"]);
    fixture.batch();
    fixture.prepare("47.1.1");
    let trailers = |id: &str, phase: &str| {
        format!("Batchprp-Prp: {id}\nBatchprp-Phase: {phase}\nBatchprp-Run: r\nBatchprp-Key: k")
    };
    for (subject, trailers) in [
        ("PRP-47.1.1: Phase 1 - no trailers", "x".to_owned()),
        ("PRP-47.1.10: Phase 2 - the prefix of another id", trailers("PRP-47.1.10", "2")),
        ("PRP-47.1.1: Phase 3 - trailer of another", trailers("PRP-47.1.10", "3")),
        ("PRP-47.1.1: Phase 4 - other phase", trailers("PRP-47.1.1", "5")),
        ("fixup! PRP-47.1.1: Phase 6 - fixup", trailers("PRP-47.1.1", "6")),
        ("prp-47.1.1: Phase 7 - other case", trailers("PRP-47.1.1", "7")),
        ("PRP-47.1.1: Phase $(id) - x", trailers("PRP-47.1.1", "$(id)")),
        ("\u{1b}[31mPRP-47.1.1: Phase 8 - colour", trailers("PRP-47.1.1", "8")),
    ] {
        // By a person in the project: what is made in a workspace does not get onto the branch with such trailers.
        on_branch(&fixture, &["commit", "-q", "--allow-empty", "--cleanup=verbatim", "-m", subject, "-m", &trailers]);
    }
    let prepared = fixture.prepare("47.1.1");
    let found = scan(&fixture, "47.1.1");
    assert_eq!(ordinals(&found), Vec::<u32>::new());
    assert_eq!(found.ambiguous.len(), 3);
    fixture.commit(&prepared, "47.1.1", 9);
    let found = scan(&fixture, "47.1.1");
    assert_eq!((ordinals(&found), found.holes), (vec![9], (1..9).collect()));
}

#[test]
fn reverts_undo_a_phase_and_reverted_reverts_bring_it_back() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 3);
    let run = |args: &[&str]| on_branch(&fixture, args);
    run(&["revert", "--no-edit", "HEAD^"]);
    let found = scan(&fixture, "47.1.1");
    assert_eq!((ordinals(&found), found.holes, found.reverted), (vec![1, 3], vec![2], vec![2]));
    run(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(ordinals(&scan(&fixture, "47.1.1")), [1, 2, 3]);
    run(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(ordinals(&scan(&fixture, "47.1.1")), [1, 3]);
    let again = workspace::prepare(&fixture.repo(), &fixture.want("47.1.1", "HEAD")).expect("a workspace");
    fixture.commit(&again, "47.1.1", 2);
    assert_eq!(ordinals(&scan(&fixture, "47.1.1")), [1, 2, 3]);
    // The ids in the messages of reverts are the old ones after a rebase; the quoted subjects still fit.
    write(&fixture.root(), "main.txt", "x");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "main moves on"]);
    run(&["reset", "-q", "--hard", "HEAD^"]);
    run(&["rebase", "-q", "--no-keep-empty", "main"]);
    let found = scan(&fixture, "47.1.1");
    assert_eq!((ordinals(&found), found.reverted), (vec![1, 3], vec![2]));
}

#[test]
fn the_last_checkpoint_of_a_phase_counts_and_merged_main_does_not_disturb() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 1);
    fixture.git(&["commit", "-q", "--allow-empty", "-m", "main moves on"]);
    on_branch(&fixture, &["merge", "-q", "--no-edit", "main"]);
    let prepared = fixture.prepare("47.1.1");
    write(&prepared.path, "mended", "x");
    let made = fixture.commit(&prepared, "47.1.1", 1);
    let found = scan(&fixture, "47.1.1");
    assert_eq!(found.phases.iter().map(|phase| phase.commit.clone()).collect::<Vec<_>>(), [made.commit]);
}

#[test]
fn a_rebased_item_branch_keeps_its_phases_and_its_old_commits() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 2);
    let old = fixture.git(&["rev-parse", "prp-47-1-1"]);
    write(&fixture.root(), "main.txt", "x");
    fixture.git(&["add", "-A"]);
    fixture.git(&["commit", "-q", "-m", "main moves on"]);
    on_branch(&fixture, &["rebase", "-q", "main"]);
    let next = workspace::prepare(&fixture.repo(), &fixture.want("47.1.1", "HEAD")).expect("a workspace");
    assert!(next.repaired.iter().any(|text| text.contains("was rewritten")), "{:?}", next.repaired);
    assert_eq!(fixture.git(&["rev-parse", "refs/batchprp/rescue/rewritten/prp-47-1-1/1"]), old);
    assert_eq!(ordinals(&scan(&fixture, "47.1.1")), [1, 2]);
}

#[test]
fn an_item_is_found_after_its_branch_was_removed_and_after_everything_was_forgotten() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.execute("47.1.1", 2);
    fixture.execute("47.1.10", 1);
    let unmerged = facts(&fixture, "47.1.1");
    assert_eq!((phases(&unmerged), unmerged.merged, unmerged.landed), (vec![1, 2], None, None));
    fixture.merge("47.1.1");
    let merge = fixture.git(&["rev-parse", "prp-47"]);
    fixture.merge("47.1.10");
    let what = Remove { path: prepared.path, branch: prepared.branch, into: "prp-47".to_owned(), delete_branch: true };
    remove::remove(&fixture.repo(), &what).expect("removed");
    fixture.git(&["merge", "-q", "--ff-only", "prp-47"]);
    for round in 0..2 {
        let found = facts(&fixture, "47.1.1");
        assert_eq!(phases(&found), [1, 2], "{round}");
        assert_eq!((found.merged.as_ref(), found.landed), (Some(&merge), Some(Landed::Merge)), "{round}");
        assert_eq!(found.files.expect("known"), ["prp-47-1-1/1.txt", "prp-47-1-1/2.txt"], "{round}");
        assert!(found.first.is_some() && found.first <= found.last, "{round}");
        assert_eq!(phases(&facts(&fixture, "47.1.10")), [1], "{round}");
        assert_eq!(
            facts(&fixture, "47.1.2"),
            Facts { id: "PRP-47.1.2".to_owned(), files: Some(vec![]), ..Facts::default() }
        );
        forget(&fixture);
    }
}

#[test]
fn rebased_squashed_reverted_and_picked_history_is_told_apart() {
    // Rebased onto main: no merge commit is left.
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 2);
    fixture.execute("47.1.10", 1);
    fixture.merge("47.1.1");
    fixture.merge("47.1.10");
    let repo = fixture.repo();
    let record = ValidationRecord {
        schema_version: 1,
        prp: "PRP-47.1.1".to_owned(),
        phase: 1,
        level: 1,
        levels: vec![],
        changed: Vec::new(),
    };
    let first = fixture.git(&["rev-parse", "prp-47-1-1^"]);
    notes::write(&repo, &first, &record).expect("written");
    fixture.git(&["commit", "-q", "--allow-empty", "-m", "main moves on"]);
    fixture.git(&["switch", "-q", "-c", "copy", "prp-47"]);
    fixture.git(&["rebase", "-q", "main"]);
    fixture.git(&["branch", "-q", "-f", "main", "copy"]);
    fixture.git(&["switch", "-q", "main"]);
    fixture.git(&["branch", "-q", "-D", "copy", "prp-47"]);
    let found = facts(&fixture, "47.1.1");
    assert_eq!((phases(&found), found.landed), (vec![1, 2], Some(Landed::Linear)));
    assert_eq!(found.validations.keys().copied().collect::<Vec<_>>(), [1], "the record of the original commit counts");
    forget(&fixture);
    let found = facts(&fixture, "47.1.1");
    assert_eq!((phases(&found), found.landed), (vec![1, 2], Some(Landed::Linear)));
    assert_eq!(found.files.expect("known"), ["prp-47-1-1/1.txt", "prp-47-1-1/2.txt"]);
    assert_eq!(phases(&facts(&fixture, "47.1.10")), [1]);

    // One of the rebased checkpoints is reverted on main.
    let second = fixture.git(&["log", "-1", "--format=%H", "--fixed-strings", "--grep=PRP-47.1.1: Phase 2"]);
    fixture.git(&["revert", "--no-edit", &second]);
    assert_eq!(phases(&facts(&fixture, "47.1.1")), [1]);
}

#[test]
fn a_squash_of_the_batch_shows_its_items_but_not_whose_file_is_whose() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 2);
    fixture.merge("47.1.1");
    fixture.git(&["merge", "-q", "--squash", "prp-47"]);
    fixture.git(&["commit", "-q", "--no-edit"]);
    forget(&fixture);
    let found = facts(&fixture, "47.1.1");
    assert_eq!((phases(&found), found.landed), (vec![1, 2], Some(Landed::Squash)));
    assert_eq!(found.files.expect("one item only").len(), 2);

    let fixture = Fixture::new();
    fixture.batch();
    for item in ["47.1.1", "47.1.2"] {
        fixture.execute(item, 1);
        fixture.merge(item);
    }
    fixture.git(&["merge", "-q", "--squash", "prp-47"]);
    fixture.git(&["commit", "-q", "--no-edit"]);
    fixture.git(&["branch", "-q", "-D", "prp-47"]);
    assert_eq!(facts(&fixture, "47.1.1").files.expect("its own branch knows"), ["prp-47-1-1/1.txt"]);
    forget(&fixture);
    let found = facts(&fixture, "47.1.1");
    assert_eq!((phases(&found), found.files), (vec![1], None));
}

#[test]
fn a_merge_reverted_after_landing_and_a_picked_phase_are_not_executed() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 2);
    fixture.merge("47.1.1");
    fixture.git(&["merge", "-q", "--ff-only", "prp-47"]);
    fixture.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    let found = facts(&fixture, "47.1.1");
    assert_eq!((found.merged, found.landed), (None, None));
    fixture.git(&["branch", "-q", "-D", "prp-47"]);
    forget(&fixture);
    let found = facts(&fixture, "47.1.1");
    assert_eq!((phases(&found), found.merged), (vec![], None));
    fixture.git(&["revert", "--no-edit", "HEAD"]);
    assert_eq!(facts(&fixture, "47.1.1").landed, Some(Landed::Merge));

    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 2);
    fixture.git(&["commit", "-q", "--allow-empty", "-m", "main moves on"]);
    fixture.git(&["cherry-pick", "prp-47-1-1^"]);
    let found = facts(&fixture, "47.1.1");
    assert_eq!((phases(&found), found.merged), (vec![1, 2], None));
}

#[test]
fn a_fresh_clone_with_the_references_resumes_where_the_batch_was() {
    let fixture = Fixture::new();
    let batch = fixture.batch();
    fixture.execute("47.1.1", 2);
    fixture.merge("47.1.1");
    let prepared = fixture.execute("47.1.2", 1);
    let elsewhere = Fixture::empty();
    let url = fixture.root().display().to_string();
    git(elsewhere.folder(), &["clone", "-q", &url, "app"]);
    elsewhere.git(&["branch", "-q", "prp-47", "origin/prp-47"]);
    let error = branch::ensure_batch(&elsewhere.repo(), "prp-47", "HEAD").expect_err("a refusal");
    assert!(error.help.expect("a way out").contains("refs/batchprp/*"));
    let all = ["refs/batchprp/*:refs/batchprp/*", "refs/heads/prp-*:refs/heads/prp-*"];
    elsewhere.git(&[&["fetch", "-q", "origin"][..], &all].concat());
    let resumed = elsewhere.batch();
    assert!(resumed.existed && resumed.base == batch.base);
    let next = elsewhere.prepare("47.1.2");
    assert_eq!((next.base, next.path.join("prp-47-1-2/1.txt").exists()), (prepared.base, true));
    assert_eq!(ordinals(&scan(&elsewhere, "47.1.2")), [1]);
    let merged = scan::merged(&elsewhere.repo(), "prp-47", &resumed.base, &id("47.1.1")).expect("a scan");
    assert!(merged.is_some());
}
