//! Checkpoints beside hooks and signing, and the records of their validation.

use std::fs;

use batchprp::host::git::plumbing::notes;
use batchprp::host::git::plumbing::repo::{GitPolicy, Repo};
use batchprp::host::git::upkeep::scan;
use batchprp::host::git::workspace::checkpoint;
use batchprp::model::validation::{LevelResult, LevelVerdict, ValidationRecord};

use crate::fixture::{Fixture, id, point, write};

fn ordinals(fixture: &Fixture) -> Vec<u32> {
    let repo = fixture.repo();
    let base =
        batchprp::host::git::workspace::branch::base(&repo, "prp-47-1-1").expect("git answers").expect("a record");
    let scan = scan::item(&repo, "prp-47-1-1", &base, &id("47.1.1")).expect("a scan");
    scan.phases.iter().map(|phase| phase.ordinal).collect()
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

    let hooked = Repo::open(&fixture.root(), GitPolicy { hooks: true, sign: false }).expect("a repository");
    fs::remove_file(fixture.root().join(".git/hooks/reference-transaction")).expect("removed");
    write(&prepared.path, "two", "x");
    let error = checkpoint::commit(&hooked, &prepared, &point("47.1.1", 2, "k")).expect_err("a refusal");
    assert!(error.help.expect("a way out").contains("git.hooks"));
    for hook in ["pre-commit", "commit-msg", "prepare-commit-msg", "post-commit"] {
        write(&fixture.root(), &format!(".git/hooks/{hook}"), "#!/bin/sh\nexit 0\n");
    }
    checkpoint::commit(&hooked, &prepared, &point("47.1.1", 2, "k")).expect("a checkpoint");
    assert_eq!(ordinals(&fixture), [1, 2]);
    let signing = Repo::open(&fixture.root(), GitPolicy { hooks: false, sign: true }).expect("a repository");
    write(&prepared.path, "three", "x");
    assert!(checkpoint::commit(&signing, &prepared, &point("47.1.1", 3, "k")).is_err(), "gpg refuses");
}

#[test]
fn validation_records_are_written_replaced_and_read_in_one_go() {
    let fixture = Fixture::new();
    fixture.batch();
    fixture.execute("47.1.1", 2);
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
            log: None,
            duration: 0.5,
        }],
        changed: Vec::new(),
    };
    assert_eq!(notes::read(&repo, &tip).expect("git answers"), None);
    for result in [LevelVerdict::Failed, LevelVerdict::Passed] {
        notes::write(&repo, &tip, &record(result)).expect("written");
    }
    assert_eq!(notes::read(&repo, &tip).expect("git answers"), Some(record(LevelVerdict::Passed)));
    fixture.git(&["notes", "--ref=batchprp", "add", "-m", "{broken", &first]);
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
