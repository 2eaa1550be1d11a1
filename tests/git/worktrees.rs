//! Branches and worktrees: foreign ones refused, half-made ones repaired, uncommitted work saved.

use std::fs;

use batchprp::host::git::merge::resolve;
use batchprp::host::git::upkeep::{clean, lease, restart};
use batchprp::host::git::worktree::branch;
use batchprp::host::git::worktree::{self, Prepare, Prepared};

use crate::fixture::{Fixture, git, id, try_git, write};

/// Prepares again as the next run would.
fn again(fixture: &Fixture, prepared: &Prepared) -> Prepared {
    let want = Prepare { run: "r2".to_owned(), ..fixture.want("47.1.1", &prepared.base) };
    worktree::prepare(&fixture.repo(), &want).expect("a worktree")
}

fn refusal(fixture: &Fixture) -> String {
    let error = worktree::prepare(&fixture.repo(), &fixture.want("47.1.1", "HEAD")).expect_err("a refusal");
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
fn directories_and_worktrees_of_others_are_left_alone() {
    let fixture = Fixture::new();
    let place = fixture.place("prp-47-1-1");
    write(&place, "mine.txt", "precious");
    assert!(refusal(&fixture).contains("is not a worktree of this repository"));
    assert_eq!(fs::read_to_string(place.join("mine.txt")).expect("a file"), "precious");

    fs::remove_dir_all(&place).expect("removed");
    fixture.git(&["worktree", "add", "-q", "-b", "mine", place.to_str().expect("text")]);
    assert!(refusal(&fixture).contains("did not make"));
    assert_eq!(git(&place, &["symbolic-ref", "HEAD"]), "refs/heads/mine");
}

#[test]
fn a_branch_checked_out_elsewhere_is_refused_by_the_name_of_the_place() {
    let fixture = Fixture::new();
    let prepared = fixture.prepare("47.1.1");
    let moved = fixture.place("elsewhere");
    fixture.git(&["worktree", "move", prepared.path.to_str().expect("text"), moved.to_str().expect("text")]);
    assert!(refusal(&fixture).contains("elsewhere"));
    // Deleted by hand, it stands in nobody's way.
    fs::remove_dir_all(&moved).expect("removed");
    assert_eq!(again(&fixture, &prepared).repaired.len(), 1);
    fixture.check();
}

#[test]
fn uncommitted_work_is_saved_to_a_reference_before_the_worktree_is_reset() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.execute("47.1.1", 1);
    write(&prepared.path, "src/a.txt", "half a thought\n");
    write(&prepared.path, "new dir/new.txt", "new\n");
    write(&prepared.path, "staged.txt", "staged\n");
    git(&prepared.path, &["add", "staged.txt"]);
    write(&prepared.path, ".git-ignored/cache", "kept");
    fixture.repo().exclude(&[".git-ignored/"]).expect("written");

    let kept = Prepare { keep_changes: true, ..fixture.want("47.1.1", "HEAD") };
    let adopted = worktree::prepare(&fixture.repo(), &kept).expect("a worktree");
    assert!(adopted.rescued.is_none() && adopted.path.join("staged.txt").exists());

    let next = again(&fixture, &prepared);
    let rescue = next.rescued.expect("a rescue");
    assert_eq!(rescue.reference, "refs/batchprp/rescue/r2/PRP-47.1.1/1");
    assert_eq!(rescue.files, ["new dir/new.txt", "src/a.txt", "staged.txt"]);
    assert_eq!(fixture.git(&["show", &format!("{}:src/a.txt", rescue.reference)]), "half a thought");
    assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "");
    assert!(prepared.path.join(".git-ignored/cache").exists(), "ignored files stay");
    assert_eq!(again(&fixture, &prepared).rescued, None);
    fixture.check();
}

#[test]
fn everything_a_kill_or_an_agent_leaves_in_a_worktree_is_mended() {
    type Damage = fn(&Fixture, &Prepared);
    let damages: [(&str, Damage); 12] = [
        ("registered but missing", |_, p| fs::remove_dir_all(&p.path).expect("removed")),
        ("administration gone", |f, _| {
            fs::remove_dir_all(f.root().join(".git/worktrees/prp-47-1-1")).expect("removed");
        }),
        ("empty directory", |f, p| {
            f.git(&["worktree", "remove", p.path.to_str().expect("text")]);
            fs::create_dir(&p.path).expect("a folder");
        }),
        (".git file deleted", |_, p| fs::remove_file(p.path.join(".git")).expect("removed")),
        (".git leads elsewhere", |f, p| write(&p.path, ".git", &format!("gitdir: {}/.git\n", f.root().display()))),
        (".git replaced by a repository", |_, p| {
            fs::remove_file(p.path.join(".git")).expect("removed");
            git(&p.path, &["init", "-q"]);
        }),
        ("detached", |_, p| drop(git(&p.path, &["switch", "-q", "--detach"]))),
        ("other branch", |_, p| drop(git(&p.path, &["switch", "-q", "-c", "agents-own"]))),
        ("index damaged", |f, _| write(&f.root(), ".git/worktrees/prp-47-1-1/index", "garbage")),
        ("index gone", |f, _| fs::remove_file(f.root().join(".git/worktrees/prp-47-1-1/index")).expect("removed")),
        ("merge in progress", |f, p| {
            f.write("work-1.txt", "theirs");
            write(&p.path, "work-1.txt", "ours");
            for (cwd, name) in [(f.root(), "theirs"), (p.path.clone(), "ours")] {
                git(&cwd, &["add", "-A"]);
                git(&cwd, &["commit", "-q", "-m", name]);
            }
            assert!(!try_git(&p.path, &["merge", "-q", "main"]).0);
        }),
        ("rebase in progress", |f, p| {
            f.write("work-1.txt", "theirs");
            write(&p.path, "work-1.txt", "ours");
            for (cwd, name) in [(f.root(), "theirs"), (p.path.clone(), "ours")] {
                git(&cwd, &["add", "-A"]);
                git(&cwd, &["commit", "-q", "-m", name]);
            }
            assert!(!try_git(&p.path, &["rebase", "-q", "main"]).0);
        }),
    ];
    for (name, damage) in damages {
        let fixture = Fixture::new();
        fixture.batch();
        let prepared = fixture.execute("47.1.1", 1);
        damage(&fixture, &prepared);
        let next = again(&fixture, &prepared);
        assert_eq!(git(&next.path, &["symbolic-ref", "HEAD"]), "refs/heads/prp-47-1-1", "{name}");
        assert_eq!(git(&next.path, &["status", "--porcelain"]), "", "{name}");
        assert!(next.path.join("prp-47-1-1/1.txt").exists(), "{name}: the checkpoint is there");
        assert_eq!(fixture.git(&["log", "--format=%s", "--grep=Phase 1", "prp-47-1-1"]).lines().count(), 1, "{name}");
        fixture.check();
    }
}

#[test]
fn a_worktree_that_git_was_killed_in_the_middle_of_making_is_made_again() {
    let fixture = Fixture::new();
    for stage in 0..4 {
        let prepared = fixture.prepare("47.1.1");
        let admin = fixture.root().join(".git/worktrees/prp-47-1-1");
        fs::remove_file(admin.join("batchprp.json")).expect("removed");
        write(&admin, "locked", "initializing");
        match stage {
            0 => fs::remove_dir_all(&prepared.path).expect("removed"),
            1 => fs::remove_file(prepared.path.join("README.md")).expect("removed"),
            2 => {
                fs::remove_file(admin.join("HEAD")).expect("removed");
                fs::remove_file(admin.join("commondir")).expect("removed");
            }
            _ => {
                fs::remove_dir_all(&prepared.path).expect("removed");
                fs::remove_file(admin.join("gitdir")).expect("removed");
            }
        }
        let next = again(&fixture, &prepared);
        assert!(next.repaired.iter().any(|text| text.contains("half made")), "{stage}: {:?}", next.repaired);
        assert!(next.path.join("README.md").exists(), "{stage}");
        assert!(!admin.join("locked").exists(), "{stage}");
        fixture.check();
    }
}

#[test]
fn concurrent_preparation_makes_every_worktree_exactly_once() {
    let fixture = Fixture::new();
    fixture.git(&["config", "branch.autoSetupMerge", "always"]);
    fixture.batch();
    std::thread::scope(|scope| {
        for order in 1..=6 {
            let fixture = &fixture;
            scope.spawn(move || fixture.prepare(&format!("47.1.{order}")));
        }
    });
    assert_eq!(fixture.git(&["worktree", "list"]).lines().count(), 7);
    assert!(!fixture.git(&["config", "--list", "--local"]).contains("branch.prp"), "no upstream is configured");
    fixture.check();
}

#[test]
fn only_merged_clean_and_empty_worktrees_are_removed() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.execute("47.1.1", 1);
    let what = clean::Remove {
        path: prepared.path.clone(),
        branch: prepared.branch.clone(),
        into: "prp-47".to_owned(),
        delete_branch: true,
    };
    let refused = |what: &clean::Remove| clean::remove(&fixture.repo(), what).expect_err("a refusal").message;
    assert!(refused(&what).contains("does not have"));
    fixture.merge("47.1.1");
    write(&prepared.path, "unsaved", "x");
    assert!(refused(&what).contains("`unsaved`"));
    fs::remove_file(prepared.path.join("unsaved")).expect("removed");
    if cfg!(target_os = "linux") {
        let mut sleeper =
            std::process::Command::new("sleep").arg("30").current_dir(&prepared.path).spawn().expect("a process");
        assert!(refused(&what).contains("works in"));
        sleeper.kill().expect("killed");
        sleeper.wait().expect("gone");
    }
    assert!(prepared.path.exists());
    clean::remove(&fixture.repo(), &what).expect("removed");
    assert!(!prepared.path.exists());
    assert_eq!(fixture.git(&["branch", "--list", "prp-47-1-1"]), "");
    fixture.check();
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
    let aside = restart::restart(&fixture.repo(), "prp-47", &branches, "r9").expect("set aside");
    assert_eq!(aside.len(), 2);
    assert_eq!(fixture.git(&["rev-parse", "refs/batchprp/old/r9/heads/prp-47-1-1"]), tip);
    assert_eq!(aside[0].rescued.as_ref().map(|rescue| rescue.files.clone()), Some(vec!["unsaved.txt".to_owned()]));
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
    assert!(restart::restart(&fixture.repo(), "prp-47", &branches, "r9").is_err());
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

#[test]
fn a_worktree_with_a_merge_under_resolution_is_not_touched() {
    let fixture = Fixture::new();
    fixture.batch();
    for item in ["47.1.1", "47.1.2"] {
        let prepared = fixture.prepare(item);
        write(&prepared.path, "src/a.txt", item);
        fixture.commit(&prepared, item, 1);
    }
    fixture.merge("47.1.1");
    let parked = resolve::find(&fixture.repo(), "prp-47-1-2").expect("a worktree");
    assert_eq!(resolve::start(&fixture.repo(), &parked, "prp-47").expect("started"), ["src/a.txt"]);
    let want = fixture.want("47.1.2", "HEAD");
    let error = worktree::prepare(&fixture.repo(), &want).expect_err("a refusal");
    assert!(error.help.expect("a way out").contains("resolve 47.1.2 --continue"));
    let text = fs::read_to_string(parked.path.join("src/a.txt")).expect("a file");
    assert!(text.contains("<<<<<<< "), "{text}");
}
