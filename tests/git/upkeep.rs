//! Branches over several runs: foreign ones refused, finished ones removed, set aside for a new start, leased.

use batchprp::host::git::upkeep::{clean, lease, restart};
use batchprp::host::git::workspace::{self, branch};

use crate::fixture::{Fixture, id, write};

fn refusal(fixture: &Fixture) -> String {
    let error = workspace::prepare(&fixture.repo(), &fixture.want("47.1.1", "HEAD")).expect_err("a refusal");
    assert!(error.help.is_some(), "{error} needs a way out");
    error.message
}

#[test]
fn branches_that_batchprp_did_not_make_are_refused_and_stay_as_they_are() {
    let fixture = Fixture::new();
    fixture.git(&["branch", "prp-47-1-1"]);
    fixture.git(&["branch", "prp-47"]);
    assert!(refusal(&fixture).contains("that batchprp did not make"));
    let error = branch::ensure_batch(&fixture.repo(), "prp-47", "HEAD").expect_err("a refusal");
    assert!(error.help.expect("a way out").contains("git branch -m prp-47"));
    assert_eq!(fixture.git(&["for-each-ref", "refs/batchprp"]), "");
}

#[test]
fn a_batch_branch_is_adopted_with_its_base_and_refused_while_it_is_checked_out() {
    let fixture = Fixture::new();
    let first = fixture.batch();
    assert!(!first.existed);
    fixture.execute("47.1.1", 1);
    fixture.merge("47.1.1");
    fixture.git(&["commit", "-q", "--allow-empty", "-m", "later"]);
    let second = fixture.batch();
    assert!(second.existed && second.base == first.base && second.tip != first.tip);
    fixture.git(&["switch", "-q", "prp-47"]);
    let error = branch::ensure_batch(&fixture.repo(), "prp-47", "HEAD").expect_err("a refusal");
    assert!(error.message.contains("checked out in the main checkout"), "{error}");
}

#[test]
fn clean_takes_finished_items_and_says_why_the_others_stay() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 1);
    fixture.merge("47.1.1");
    fixture.execute("47.1.2", 1);
    fixture.prepare("47.1.3");
    let run = |dry| clean::clean(&fixture.repo(), std::time::Duration::ZERO, dry).expect("cleaned");
    let planned = run(true);
    assert!(fixture.place("prp-47-1-1").exists());
    let done = run(false);
    assert_eq!(planned, done);
    assert_eq!(done.removed.iter().map(|removed| removed.branch.as_str()).collect::<Vec<_>>(), ["prp-47-1-1"]);
    let kept: Vec<_> = done.kept.iter().map(|(branch, why)| (branch.as_str(), why.as_str())).collect();
    assert_eq!(kept, [("prp-47-1-2", "it is not merged"), ("prp-47-1-3", "it has no commits yet")]);
    assert!(!fixture.place("prp-47-1-1").exists() && fixture.place("prp-47-1-2").exists());
    fixture.check();
}

#[test]
fn restart_keeps_everything_under_other_names() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.execute("47.1.1", 2);
    let tip = fixture.git(&["rev-parse", "prp-47-1-1"]);
    write(&prepared.path, "unsaved.txt", "x");
    let branches = ["prp-47-1-1".to_owned(), "prp-47-1-2".to_owned()];
    let aside = restart::restart(&fixture.repo(), Some("prp-47"), &branches, "r9").expect("set aside");
    assert_eq!(aside.len(), 2);
    assert_eq!(fixture.git(&["rev-parse", "refs/batchprp/old/r9/heads/prp-47-1-1"]), tip);
    assert_eq!(aside[0].rescued.iter().map(|rescue| rescue.files.clone()).collect::<Vec<_>>(), [["unsaved.txt"]]);
    fixture.batch();
    let fresh = fixture.prepare("47.1.1");
    assert_eq!(fresh.base, fresh.tip);
    assert!(!fresh.path.join("prp-47-1-1/1.txt").exists());
    fixture.check();
}

#[test]
fn restart_changes_nothing_when_one_branch_is_foreign() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 1);
    fixture.git(&["branch", "prp-47-1-2"]);
    let before = fixture.git(&["for-each-ref"]);
    let branches = ["prp-47-1-1".to_owned(), "prp-47-1-2".to_owned()];
    assert!(restart::restart(&fixture.repo(), Some("prp-47"), &branches, "r9").is_err());
    assert_eq!(fixture.git(&["for-each-ref"]), before);
}

#[test]
fn a_lease_is_held_by_one_run_at_a_time() {
    let fixture = Fixture::new();
    let repo = fixture.repo();
    let first = lease::take(&repo, &id("47.1.1"), 1, "r1").expect("a lease");
    let error = lease::take(&repo, &id("47.1.1"), 1, "r2").expect_err("a refusal");
    assert!(error.message.contains("run r1"), "{error}");
    let second = lease::take(&repo, &id("47.1.1"), 1, "r1").expect("the next attempt of the same run");
    assert_eq!(second.attempt, 2);
    lease::take(&repo, &id("47.1.10"), 1, "r2").expect("another item");
    for lease in [first, second] {
        assert!(lease::is_held(&repo, &lease).expect("git answers"));
        lease::release(&repo, &lease).expect("released");
    }
    lease::take(&repo, &id("47.1.1"), 3, "r2").expect("a lease");
}
