//! Checkpoint commits: exact, once, and right whatever the agent did to branches.

use std::fs;

use batchprp::host::git::plumbing::notes;
use batchprp::host::git::plumbing::repo::{Policy, Repo};
use batchprp::host::git::upkeep::scan;
use batchprp::host::git::worktree::checkpoint;
use batchprp::host::git::worktree::deviation::Deviation;
use batchprp::model::validation::{LevelResult, LevelVerdict, ValidationRecord};

use crate::fixture::{Fixture, git, id, point, write};

fn ordinals(fixture: &Fixture) -> Vec<u32> {
    let repo = fixture.repo();
    let base =
        batchprp::host::git::worktree::branch::base(&repo, "prp-47-1-1").expect("git answers").expect("a record");
    let scan = scan::item(&repo, "prp-47-1-1", &base, &id("47.1.1")).expect("a scan");
    scan.phases.iter().map(|phase| phase.ordinal).collect()
}

#[test]
fn a_checkpoint_has_the_exact_form_and_takes_everything_but_the_excluded() {
    let fixture = Fixture::new();
    fixture.batch();
    let before = fixture.fingerprint();
    let prepared = fixture.prepare("47.1.1");
    write(&prepared.path, "neu é\n.txt", "x");
    write(&prepared.path, "-f", "x");
    write(&prepared.path, ".ce/tmp/heartbeat.json", "{}");
    fs::remove_file(prepared.path.join("README.md")).expect("removed");
    let changed = checkpoint::changed(&fixture.repo(), &prepared, &prepared.base).expect("git answers");
    assert_eq!(changed, ["-f", ".ce/tmp/heartbeat.json", "README.md", "neu é\n.txt"]);
    let made = fixture.commit(&prepared, "47.1.1", 1);
    assert_eq!(made.files, ["-f", "README.md", "neu é\n.txt"]);
    let message = fixture.git(&["log", "-1", "--format=%B", "prp-47-1-1"]);
    assert_eq!(
        message,
        "PRP-47.1.1: Phase 1 - Step 1\n\nBatchprp-Prp: PRP-47.1.1\nBatchprp-Phase: 1\nBatchprp-Run: r1\nBatchprp-Key: k"
    );
    assert_eq!((made.agent_commits, made.already, made.deviations.len()), (0, false, 0));
    assert_eq!(fixture.fingerprint(), before);
    fixture.check();
}

#[test]
fn an_agent_that_commits_itself_gets_an_empty_checkpoint_on_top() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.prepare("47.1.1");
    write(&prepared.path, "new.txt", "x");
    git(&prepared.path, &["add", "-A"]);
    git(&prepared.path, &["commit", "-q", "-m", "PRP-47.1.1: Phase 7 - forged"]);
    let made = fixture.commit(&prepared, "47.1.1", 1);
    assert_eq!((made.agent_commits, made.files), (1, vec!["new.txt".to_owned()]));
    assert_eq!(ordinals(&fixture), [1]);
}

#[test]
fn a_checkpoint_that_a_killed_run_made_is_found_and_not_made_twice() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.execute("47.1.1", 1);
    let repo = fixture.repo();
    let again = checkpoint::commit(&repo, &prepared, &point("47.1.1", 1, "k"), &[]).expect("a checkpoint");
    assert!(again.already && again.files == ["prp-47-1-1/1.txt"]);
    let other = checkpoint::commit(&repo, &prepared, &point("47.1.1", 1, "other key"), &[]).expect("a checkpoint");
    assert!(!other.already && other.commit != again.commit);
    write(&prepared.path, "more", "x");
    assert!(!checkpoint::commit(&repo, &prepared, &point("47.1.1", 1, "other key"), &[]).expect("one").already);
    assert_eq!(ordinals(&fixture), [1]);
}

#[test]
fn work_on_other_branches_and_rewritten_history_lose_nothing() {
    type Deed = fn(&std::path::Path);
    let deeds: [(&str, Deed); 6] = [
        ("other branch", |p| drop(git(p, &["switch", "-q", "-c", "agents-own"]))),
        ("detached", |p| drop(git(p, &["switch", "-q", "--detach"]))),
        ("amended", |p| drop(git(p, &["commit", "-q", "--amend", "--allow-empty", "-m", "better"]))),
        ("reset", |p| drop(git(p, &["reset", "-q", "--soft", "HEAD^"]))),
        ("deleted", |p| {
            git(p, &["switch", "-q", "--detach"]);
            git(p, &["branch", "-q", "-D", "prp-47-1-1"]);
        }),
        ("orphan", |p| drop(git(p, &["switch", "-q", "--orphan", "empty"]))),
    ];
    for (name, deed) in deeds {
        let fixture = Fixture::new();
        fixture.batch();
        let prepared = fixture.execute("47.1.1", 1);
        deed(&prepared.path);
        write(&prepared.path, "two.txt", "x");
        let made = fixture.commit(&prepared, "47.1.1", 2);
        assert!(!made.deviations.is_empty(), "{name}");
        assert_eq!(ordinals(&fixture), [1, 2], "{name}");
        assert_eq!(git(&prepared.path, &["symbolic-ref", "HEAD"]), "refs/heads/prp-47-1-1", "{name}");
        assert_eq!(git(&prepared.path, &["status", "--porcelain"]), "", "{name}");
        let rewritten = made.deviations.iter().find_map(|deviation| match deviation {
            Deviation::Rewritten { reference } => Some(reference),
            Deviation::OtherBranch { .. } | Deviation::Detached | Deviation::BranchDeleted => None,
        });
        assert_eq!(rewritten.is_some(), matches!(name, "amended" | "reset"), "{name}: {:?}", made.deviations);
        if let Some(reference) = rewritten {
            fixture.git(&["rev-parse", "--verify", reference]);
        }
        fixture.check();
    }
}

#[test]
fn an_unfinished_merge_and_a_repository_inside_are_refused_with_a_way_out() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.prepare("47.1.1");
    let inner = prepared.path.join("inner");
    fs::create_dir(&inner).expect("a folder");
    git(&inner, &["init", "-q"]);
    let attempt =
        || checkpoint::commit(&fixture.repo(), &prepared, &point("47.1.1", 1, "k"), &[]).expect_err("a refusal");
    assert!(attempt().help.is_some());
    git(&inner, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"]);
    let error = attempt();
    assert!(error.message.contains("`inner` is a git repository of its own"), "{error}");
    fs::remove_dir_all(inner).expect("removed");
    write(&prepared.path, "src/a.txt", "ours");
    git(&prepared.path, &["commit", "-q", "-a", "-m", "ours"]);
    fixture.write("src/a.txt", "theirs");
    fixture.git(&["commit", "-q", "-a", "-m", "theirs"]);
    assert!(!crate::fixture::try_git(&prepared.path, &["merge", "-q", "main"]).0);
    assert!(attempt().message.contains("unfinished merge"));
}

#[test]
fn hooks_signing_and_hostile_settings_are_off_unless_wanted() {
    let fixture = Fixture::new();
    fixture.batch();
    for hook in
        ["pre-commit", "commit-msg", "post-checkout", "reference-transaction", "prepare-commit-msg", "post-commit"]
    {
        let path = fixture.root().join(".git/hooks").join(hook);
        write(
            &fixture.root(),
            &format!(".git/hooks/{hook}"),
            "#!/bin/sh\ntouch \"$(git rev-parse --git-common-dir)/hook-ran\"\nexit 1\n",
        );
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(path, mode).expect("executable");
    }
    for (name, value) in [
        ("commit.gpgSign", "true"),
        ("gpg.program", "/bin/false"),
        ("core.fsmonitor", "/bin/false"),
        ("core.pager", "/bin/false"),
        ("core.editor", "/bin/false"),
        ("merge.ff", "only"),
        ("log.showSignature", "true"),
        ("core.quotePath", "true"),
        ("color.ui", "always"),
        ("diff.external", "/bin/false"),
        ("status.showUntrackedFiles", "no"),
        ("log.showRoot", "false"),
    ] {
        fixture.git(&["config", name, value]);
    }
    let prepared = fixture.execute("47.1.1", 1);
    fixture.merge("47.1.1");
    assert!(!fixture.root().join(".git/hook-ran").exists());

    let hooked = Repo::open(&fixture.root(), Policy { hooks: true, sign: false }).expect("a repository");
    fs::remove_file(fixture.root().join(".git/hooks/reference-transaction")).expect("removed");
    write(&prepared.path, "two", "x");
    let error = checkpoint::commit(&hooked, &prepared, &point("47.1.1", 2, "k"), &[]).expect_err("a refusal");
    assert!(error.help.expect("a way out").contains("git.hooks"));
    for hook in ["pre-commit", "commit-msg", "prepare-commit-msg", "post-commit"] {
        write(&fixture.root(), &format!(".git/hooks/{hook}"), "#!/bin/sh\nexit 0\n");
    }
    checkpoint::commit(&hooked, &prepared, &point("47.1.1", 2, "k"), &[]).expect("a checkpoint");
    assert_eq!(ordinals(&fixture), [1, 2]);
    let signing = Repo::open(&fixture.root(), Policy { hooks: false, sign: true }).expect("a repository");
    write(&prepared.path, "three", "x");
    assert!(checkpoint::commit(&signing, &prepared, &point("47.1.1", 3, "k"), &[]).is_err(), "gpg refuses");
}

#[test]
fn validation_records_are_written_replaced_and_read_in_one_go() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.execute("47.1.1", 2);
    let repo = fixture.repo();
    let tip = repo.resolve("prp-47-1-1").expect("a commit");
    let first = repo.resolve("prp-47-1-1^").expect("a commit");
    let record = |result| ValidationRecord {
        schema_version: 1,
        prp: "PRP-47.1.1".to_owned(),
        phase: 1,
        level: 2,
        levels: vec![LevelResult {
            level: 1,
            result,
            commands: vec!["a  b".to_owned()],
            errors: vec!["é\n\n# x".to_owned()],
            duration: 0.5,
        }],
    };
    assert_eq!(notes::read(&repo, &tip).expect("git answers"), None);
    for result in [LevelVerdict::Failed, LevelVerdict::Passed] {
        notes::write(&repo, &tip, &record(result)).expect("written");
    }
    assert_eq!(notes::read(&repo, &tip).expect("git answers"), Some(record(LevelVerdict::Passed)));
    git(&prepared.path, &["notes", "--ref=batchprp", "add", "-m", "{broken", &first]);
    let all = notes::read_many(&repo, &[&tip, &first, &"0".repeat(40)]).expect("git answers");
    assert_eq!(all.len(), 1);
    std::thread::scope(|scope| {
        for commit in [&tip, &first, &tip, &first] {
            scope.spawn(|| notes::write(&fixture.repo(), commit, &record(LevelVerdict::Skipped)).expect("written"));
        }
    });
    assert_eq!(notes::read_many(&repo, &[&tip, &first]).expect("git answers").len(), 2);
    fixture.check();
}
