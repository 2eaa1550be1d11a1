//! What a workspace may contain to make the orchestrator run, read or write something: nothing of it happens.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use super::{administration, commit, commit_there, in_order, names, now, prepare, try_commit};
use crate::fixture::{Fixture, git, try_git, write};

/// A file that exists when something ran, and a script that makes it.
fn trap(fixture: &Fixture) -> (PathBuf, String) {
    let proof = fixture.folder().join("it-ran");
    let script = fixture.folder().join("trap.sh");
    fs::write(&script, format!("#!/bin/sh\ntouch {}\ncat\n", proof.display())).expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("executable");
    (proof, script.display().to_string())
}

#[test]
fn no_setting_hook_or_attribute_of_a_workspace_runs_anything() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    let (proof, script) = trap(&fixture);
    write(&prepared.path, ".gitattributes", "* filter=x diff=x merge=x\n");
    write(&prepared.path, "src/a.txt", "changed");
    commit_there(&prepared.path, "theirs");
    for name in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "core.sshCommand",
        "core.gitProxy",
        "core.askPass",
        "core.alternateRefsCommand",
        "filter.x.clean",
        "filter.x.smudge",
        "filter.x.process",
        "diff.x.textconv",
        "diff.x.command",
        "diff.external",
        "merge.x.driver",
        "gpg.program",
        "uploadpack.packObjectsHook",
        "credential.helper",
        "remote.origin.uploadpack",
        "remote.origin.vcs",
        "alias.add",
    ] {
        git(&prepared.path, &["config", "--replace-all", name, &script]);
    }
    fs::write(fixture.folder().join("included"), format!("[core]\n\tfsmonitor = {script}\n")).expect("written");
    git(&prepared.path, &["config", "include.path", fixture.folder().join("included").to_str().expect("text")]);
    git(&prepared.path, &["config", "filter.x.required", "true"]);
    git(&prepared.path, &["config", "commit.gpgSign", "true"]);
    git(&prepared.path, &["config", "extensions.worktreeConfig", "true"]);
    git(&prepared.path, &["config", "core.hooksPath", fixture.folder().to_str().expect("text")]);
    fs::write(prepared.path.join(".git/config.worktree"), format!("[core]\n\tfsmonitor = {script}\n"))
        .expect("written");
    for hook in ["pre-commit", "post-checkout", "post-index-change", "reference-transaction", "post-merge"] {
        let path = prepared.path.join(".git/hooks").join(hook);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        for place in [path, fixture.folder().join(hook)] {
            fs::copy(&script, &place).expect("copied");
        }
    }
    write(&prepared.path, "src/b.txt", "new");
    now(&fixture, &prepared);
    let made = commit(&fixture, &prepared, 1);
    assert_eq!((made.agent_commits, made.files.len()), (1, 3), "{:?}", made.deviations);
    assert_eq!(fixture.git(&["show", "prp-47-1-1:src/a.txt"]), "changed");
    write(&prepared.path, "src/a.txt", "unsaved");
    let next = prepare(&fixture, "47.1.1");
    assert_eq!(next.rescued.len(), 1);
    fixture.merge("47.1.1");
    let what = batchprp::host::git::workspace::remove::Remove {
        path: next.path,
        branch: next.branch,
        into: "prp-47".to_owned(),
        ..Default::default()
    };
    batchprp::host::git::workspace::remove::remove(&fixture.repo(), &what).expect("removed");
    assert!(!proof.exists());
    fixture.check();
}

#[test]
fn links_in_the_repository_of_a_workspace_are_never_followed() {
    let places =
        ["index", "HEAD", "refs", "refs/heads", "refs/heads/prp-47-1-1", "config", "objects", "objects/info", "info"];
    for place in places {
        let fixture = Fixture::new();
        fixture.batch();
        let prepared = prepare(&fixture, "47.1.1");
        let precious = fixture.folder().join("precious");
        fs::create_dir(&precious).expect("a folder");
        let file = precious.join("file");
        fs::write(&file, "precious").expect("written");
        let there = prepared.path.join(".git").join(place);
        let target = if there.is_dir() { precious.clone() } else { file.clone() };
        if there.is_dir() { fs::remove_dir_all(&there) } else { fs::remove_file(&there) }.expect("removed");
        symlink(&target, &there).expect("a link");
        write(&prepared.path, "work.txt", "x");
        // Whatever is refused or mended: the work is in the project, and nothing else was touched.
        let made = try_commit(&fixture, &prepared, 1);
        let next = prepare(&fixture, "47.1.1");
        let kept = made.is_ok() || !next.rescued.is_empty();
        assert!(kept, "{place}: {made:?}");
        assert_eq!(fs::read_to_string(&file).expect("a file"), "precious", "{place}");
        assert_eq!(fs::read_dir(&precious).expect("a folder").count(), 1, "{place}");
        fixture.check();
    }
}

#[test]
fn objects_from_elsewhere_and_objects_that_lie_are_not_taken() {
    let fixture = Fixture::new();
    fixture.batch();
    // Somebody else's repository with something that nobody here may have.
    let other = Fixture::new();
    other.write("secret.txt", "secret\n");
    other.git(&["add", "-A"]);
    other.git(&["commit", "-q", "-m", "secret"]);
    let tree = other.git(&["rev-parse", "HEAD^{tree}"]);
    let prepared = prepare(&fixture, "47.1.1");
    let alternates = prepared.path.join(".git/objects/info/alternates");
    let list = format!("{}{}/.git/objects\n", fs::read_to_string(&alternates).expect("a file"), other.root().display());
    fs::write(&alternates, list).expect("written");
    let theirs = git(&prepared.path, &["commit-tree", "-p", "HEAD", "-m", "borrowed", &tree]);
    git(&prepared.path, &["update-ref", "HEAD", &theirs]);
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(names(&made.deviations), ["unreadable"], "{:?}", made.deviations);
    assert!(!try_git(&fixture.root(), &["cat-file", "-e", &tree]).0);
    in_order(&fixture, &prepared, "borrowed");

    // A file that has the name of another content.
    write(&prepared.path, "x.txt", "honest");
    let theirs = commit_there(&prepared.path, "honest");
    let objects = prepared.path.join(".git/objects");
    let object = |id: &str| objects.join(&id[..2]).join(&id[2..]);
    let blob = git(&prepared.path, &["rev-parse", "HEAD:x.txt"]);
    write(&prepared.path, "lie.txt", "a lie");
    let lie = git(&prepared.path, &["hash-object", "-w", "lie.txt"]);
    fs::remove_file(object(&blob)).expect("removed");
    fs::copy(object(&lie), object(&blob)).expect("copied");
    let made = commit(&fixture, &prepared, 2);
    assert_eq!(names(&made.deviations), ["unreadable"], "{:?}", made.deviations);
    assert_eq!(fixture.git(&["show", "prp-47-1-1:x.txt"]), "honest", "from the file itself");
    assert!(!fixture.git(&["rev-list", "--all"]).contains(&theirs));
    in_order(&fixture, &prepared, "lied");
}

#[test]
fn commits_that_git_would_not_make_are_not_taken() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    let there = |args: &[&str]| git(&prepared.path, args);
    let blob = there(&["hash-object", "-w", "README.md"]);
    let file = fixture.folder().join("raw");
    let trees = [
        format!("100644 blob {blob}\t.git\n"),
        format!("100644 blob {blob}\ta\n100644 blob {blob}\ta\n"),
        format!("120000 blob {blob}\t.gitmodules\n"),
    ];
    for (round, lines) in trees.iter().enumerate() {
        fs::write(&file, lines).expect("written");
        let input = fs::File::open(&file).expect("a file");
        let output = std::process::Command::new("git").arg("mktree").current_dir(&prepared.path).stdin(input).output();
        let output = output.expect("git starts");
        let tree = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if tree.is_empty() {
            continue; // This git does not even make it.
        }
        let bad = there(&["commit-tree", "-p", "HEAD", "-m", "bad", &tree]);
        there(&["update-ref", "HEAD", &bad]);
        write(&prepared.path, "work.txt", &round.to_string());
        let made = commit(&fixture, &prepared, u32::try_from(round).expect("small") + 1);
        assert_eq!(names(&made.deviations), ["unreadable"], "{round}: {:?}", made.deviations);
        assert!(!try_git(&fixture.root(), &["cat-file", "-e", &bad]).0, "{round}");
        in_order(&fixture, &prepared, "bad tree");
    }
}

#[test]
fn pipes_devices_and_endless_files_hold_nobody_up() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    for name in
        ["HEAD", "index", "packed-refs", "refs/stash", "MERGE_HEAD", "objects/info/alternates", "batchprp-workspace"]
    {
        let path = prepared.path.join(".git").join(name);
        fs::remove_file(&path).ok();
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo");
        assert!(made.success());
    }
    let made = std::process::Command::new("mkfifo").arg(prepared.path.join("pipe")).status().expect("mkfifo");
    assert!(made.success());
    symlink("/dev/zero", prepared.path.join("zero")).expect("a link");
    write(&prepared.path, "work.txt", "x");
    let made = commit(&fixture, &prepared, 1);
    assert_eq!(made.files, ["work.txt", "zero"]);
    fs::remove_file(prepared.path.join("pipe")).expect("removed");
    in_order(&fixture, &prepared, "pipes");
}

#[test]
fn names_of_branches_and_files_are_only_names() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = prepare(&fixture, "47.1.1");
    git(&prepared.path, &["switch", "-q", "-c", "a;touch>it-ran"]);
    for name in ["--upload-pack=x", ":(exclude)work.txt", ":!x", "a\tb", "$(touch it-ran)", "dir/-rf"] {
        write(&prepared.path, name, "x");
    }
    write(&prepared.path, "work.txt", "x");
    let made = commit(&fixture, &prepared, 1);
    assert_eq!((made.files.len(), names(&made.deviations)), (7, vec!["other branch"]));
    fs::write(prepared.path.join(".git/HEAD"), "ref: refs/heads/../../../../app/.git/refs/heads/main\n")
        .expect("written");
    write(&prepared.path, "work.txt", "y");
    assert_eq!(names(&commit(&fixture, &prepared, 2).deviations), ["unreadable"]);
    assert!(!Path::new(&prepared.path).join("it-ran").exists());
    in_order(&fixture, &prepared, "names");
    assert_eq!(fs::metadata(administration(&fixture, "")).expect("a folder").permissions().mode() & 0o777, 0o700);
}
