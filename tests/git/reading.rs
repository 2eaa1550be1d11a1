//! Reads in process answer what the git program answers, also after other processes changed the repository.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use batchprp::host::git::plumbing::repo::{GitPolicy, Repo};
use batchprp::host::git::plumbing::{diff, notes};
use batchprp::host::git::upkeep::executed::{self, Facts, Query};
use batchprp::host::git::upkeep::scan;
use batchprp::model::validation::ValidationRecord;

use crate::fixture::{Fixture, git, id, point, try_git, write};

/// Makes a history with everything that makes reading hard.
fn tangled() -> Fixture {
    let fixture = Fixture::new();
    let run = |args: &[&str]| drop(fixture.git(args));
    let commit = |name: &str| {
        run(&["add", "-A"]);
        run(&["commit", "-q", "-m", name]);
    };
    run(&["switch", "-q", "-c", "side"]);
    fixture.write("side.txt", "1\n");
    commit("side");
    run(&["switch", "-q", "main"]);
    fixture.write("main.txt", "1\n");
    commit("main");
    // Two merges across each other: both parents are best common ancestors.
    run(&["branch", "-q", "old-main"]);
    run(&["merge", "-q", "--no-edit", "side"]);
    run(&["switch", "-q", "side"]);
    run(&["merge", "-q", "--no-edit", "old-main"]);
    fixture.write("side-2.txt", "2\n");
    commit("side again");
    run(&["switch", "-q", "main"]);
    // Files and folders change places.
    fs::remove_dir_all(fixture.root().join("src")).expect("removed");
    fixture.write("src", "a file\n");
    fs::remove_file(fixture.root().join("README.md")).expect("removed");
    fixture.write("README.md/deep/er.txt", "");
    fixture.write("src.d/x y", "sorted between `src` and `src/`\n");
    commit("places");
    fs::set_permissions(fixture.root().join("src"), fs::Permissions::from_mode(0o755)).expect("a mode");
    std::os::unix::fs::symlink("src", fixture.root().join("link")).expect("a link");
    let head = fixture.git(&["rev-parse", "HEAD"]);
    run(&["add", "-A"]);
    run(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},module")]);
    run(&["commit", "-q", "-m", "modes, a link and a module"]);
    run(&["tag", "-a", "-m", "a tag", "v1"]);
    run(&["tag", "-a", "-m", "a tag of a tag", "v1-again", "v1"]);
    run(&["tag", "a-tree", "HEAD^{tree}"]);
    // A tag goes before a branch of the same name.
    run(&["branch", "twofold", "HEAD~2"]);
    run(&["tag", "twofold", "HEAD~1"]);
    run(&["symbolic-ref", "refs/heads/alias", "refs/heads/side"]);
    run(&["symbolic-ref", "refs/heads/dangling", "refs/heads/nowhere"]);
    run(&["update-ref", "refs/remotes/origin/topic", "HEAD~1"]);
    fixture
}

/// Compares every answer with that of the git program.
fn agrees(fixture: &Fixture, repo: &Repo) {
    let root = fixture.root();
    let said = |args: &[&str]| Some(try_git(&root, args)).filter(|(ok, _)| *ok).map(|(_, text)| text);
    let head = fixture.git(&["rev-parse", "HEAD"]);
    let revisions = [
        "HEAD",
        "HEAD^",
        "HEAD~1",
        "HEAD^2",
        "HEAD~2^2",
        "HEAD~2^2~1",
        "HEAD^0",
        "HEAD~99",
        "HEAD^9",
        "main",
        "side",
        "heads/side",
        "refs/heads/side",
        "alias",
        "dangling",
        "twofold",
        "tags/twofold",
        "v1",
        "v1^",
        "v1-again",
        "a-tree",
        "topic",
        "origin/topic",
        "refs/remotes/origin/topic",
        "nothing",
        "refs/heads/nothing",
        "@",
        "@~1",
        "main@{0}",
        "HEAD^{commit}",
        "HEAD^{tree}",
        ":/side",
        "HEAD:src",
        "main..side",
        "refs/heads/",
        "a..b",
        &head,
        &head[..9],
        &format!("{head}~1"),
        &head.to_uppercase(),
        &"0".repeat(40),
        &"f".repeat(7),
    ]
    .map(str::to_owned);
    for revision in &revisions {
        let commit = format!("{revision}^{{commit}}");
        let expected = said(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]);
        assert_eq!(repo.resolve(revision).ok(), expected, "{revision}");
    }
    let commits: Vec<String> = fixture.git(&["rev-list", "--all"]).lines().map(str::to_owned).collect();
    for a in &commits {
        for b in &commits {
            let expected = try_git(&root, &["merge-base", "--is-ancestor", a, b]).0;
            assert_eq!(repo.is_ancestor(a, b).expect("an answer"), expected, "{a} {b}");
            let base = said(&["merge-base", a, b]).map(|text| text.lines().next().unwrap_or_default().to_owned());
            assert_eq!(repo.merge_base(a, b).expect("an answer"), base, "{a} {b}");
            let files = fixture.git(&["diff-tree", "-r", "--name-only", "--no-renames", a, b]);
            let mut files: Vec<&str> = files.lines().filter(|line| !line.is_empty()).collect();
            files.sort_unstable();
            assert_eq!(diff::files(repo, a, b).expect("an answer"), files, "{a} {b}");
        }
        for path in ["src", "src/a.txt", "README.md", "README.md/deep", "src.d/x y", "link", "module", "none", "src/"] {
            let listed = said(&["ls-tree", "--full-tree", a, "--", path.trim_end_matches('/')]).unwrap_or_default();
            assert_eq!(repo.tracked(a, Path::new(path)).expect("an answer"), !listed.is_empty(), "{a} {path}");
            let content = listed.contains(" blob ").then(|| fixture.git(&["cat-file", "blob", &listed[12..52]]));
            let shown = repo.show(a, Path::new(path)).expect("an answer");
            let shown = shown.map(|bytes| String::from_utf8(bytes).expect("text").trim_end().to_owned());
            assert_eq!(shown, content, "{a} {path}");
        }
    }
    assert_eq!(repo.head_branch().expect("an answer"), said(&["symbolic-ref", "--quiet", "--short", "HEAD"]));
}

#[test]
fn a_tangled_history_reads_the_same_in_process() {
    let fixture = tangled();
    let repo = fixture.repo();
    agrees(&fixture, &repo);
    // What others write is seen by a repository that was opened before.
    fixture.git(&["pack-refs", "--all"]);
    fixture.git(&["repack", "-q", "-a", "-d"]);
    agrees(&fixture, &repo);
    fixture.git(&["branch", "-q", "-D", "old-main"]);
    fixture.git(&["branch", "-q", "-f", "side", "main~1"]);
    fixture.git(&["commit", "-q", "--allow-empty", "-m", "new"]);
    fixture.git(&["gc", "-q", "--prune=now"]);
    agrees(&fixture, &repo);
    fixture.git(&["switch", "-q", "--detach"]);
    fixture.git(&["reflog", "expire", "--expire=now", "--all"]);
    agrees(&fixture, &repo);
}

#[test]
fn replaced_grafted_and_missing_history_is_what_git_says() {
    let fixture = tangled();
    let repo = fixture.repo();
    let graft = |line: &str| write(&fixture.root(), ".git/info/grafts", line);
    let (head, old) = (fixture.git(&["rev-parse", "HEAD"]), fixture.git(&["rev-parse", "old-main"]));
    let is_behind = || repo.is_ancestor(&old, &head).expect("an answer");
    assert!(is_behind());
    // Our own git looks past replacements.
    fixture.git(&["replace", "--graft", "HEAD"]);
    assert!(is_behind() && repo.resolve("HEAD~1").is_ok());
    fixture.git(&["replace", "-d", &head]);
    graft(&format!("{head}\n"));
    assert!(!is_behind() && repo.resolve("HEAD~1").is_err(), "a graft cuts history off");
    fs::remove_file(fixture.root().join(".git/info/grafts")).expect("removed");
    assert!(is_behind());

    let shallow = fixture.place("shallow");
    let url = format!("file://{}", fixture.root().display());
    fixture.git(&["clone", "-q", "--depth=2", &url, shallow.to_str().expect("text")]);
    let cut = Repo::open(&shallow, GitPolicy::default()).expect("a repository");
    assert!(cut.resolve("HEAD~1").is_ok() && cut.resolve("HEAD~2").is_err());
    assert_eq!(cut.merge_base("HEAD", "HEAD~1").expect("an answer"), cut.resolve("HEAD~1").ok());
    git(&shallow, &["fetch", "-q", "--unshallow"]);
    assert!(cut.resolve("HEAD~2").is_ok() && cut.is_ancestor(&old, &head).expect("an answer"));
}

#[test]
fn a_repository_of_somebody_else_is_refused_by_git_itself() {
    let fixture = Fixture::new();
    if !nix::unistd::geteuid().is_root() {
        return; // Only root can give files away.
    }
    let somebody = Some(nix::unistd::Uid::from_raw(12345));
    nix::unistd::chown(&fixture.root(), somebody, None).expect("given away");
    nix::unistd::chown(&fixture.root().join(".git"), somebody, None).expect("given away");
    let error = Repo::open(&fixture.root(), GitPolicy::default()).expect_err("a refusal");
    assert!(error.message.contains("belongs to another user"), "{error}");
    assert!(error.help.expect("a way out").contains("safe.directory"));
}

fn facts(repo: &Repo) -> Vec<Facts> {
    let ids = ["47.1.1", "47.1.2", "47.1.3"].map(id).to_vec();
    let query = Query { batch_branch: Some("prp-47".to_owned()), ids, files: true, exclude: Vec::new() };
    executed::executed(repo, &query).expect("facts")
}

#[test]
fn what_is_remembered_of_a_history_never_changes_what_is_found_in_it() {
    let fixture = Fixture::new();
    let memory = fixture.root().join(".git/batchprp/history.json");
    let repo = fixture.repo();
    // Asks with what the repository and the file remember, then without either.
    let same = |what: &str| {
        let before = fs::read(&memory).ok();
        let remembered = facts(&fixture.repo());
        assert_eq!(facts(&repo), remembered, "{what}");
        fs::remove_file(&memory).ok();
        assert_eq!(facts(&fixture.repo()), remembered, "{what}");
        (remembered, before)
    };
    assert!(same("nothing was done").1.is_none() && !memory.exists(), "who only looks leaves nothing behind");
    fixture.batch();
    fixture.execute("47.1.1", 2);
    same("one item is done");
    assert!(memory.exists());
    fixture.merge("47.1.1");
    fixture.execute("47.1.2", 1);
    let (found, before) = same("one is merged");
    assert!(before.is_some() && found[0].merged.is_some() && found[1].phases.len() == 1);
    fixture.git(&["switch", "-q", "-c", "landed", "prp-47"]);
    fixture.git(&["revert", "--no-edit", "-m", "1", "HEAD"]);
    assert!(same("its merge is reverted where it landed").0[0].merged.is_none());
    fixture.git(&["switch", "-q", "main"]);
    assert!(same("the checkout is behind that again").0[0].merged.is_some());
    // History is rewritten: what was remembered is not there any more.
    fixture.git(&["update-ref", "refs/heads/prp-47", "main"]);
    assert!(same("the batch branch was moved back").0[0].merged.is_none());
    for damage in
        ["", "{", "{\"version\":1,\"tips\":[\"x\"],\"commits\":[]}", "{\"version\":2,\"tips\":[],\"commits\":[]}"]
    {
        fs::write(&memory, damage).expect("written");
        same(damage);
    }
    let gone = format!("{{\"version\":1,\"tips\":[\"{0}\"],\"commits\":[\"{0}\"]}}", "1".repeat(40));
    fs::write(&memory, gone).expect("written");
    same("commits that are not there");
}

#[test]
fn records_in_folders_of_notes_are_found_like_those_in_one() {
    let fixture = Fixture::new();
    fixture.batch();
    let prepared = fixture.execute("47.1.1", 1);
    let repo = fixture.repo();
    let tip = repo.resolve("prp-47-1-1").expect("a commit");
    let record = ValidationRecord {
        schema_version: 1,
        prp: "PRP-47.1.1".to_owned(),
        phase: 1,
        level: 1,
        levels: vec![],
        changed: Vec::new(),
    };
    notes::write(&repo, &tip, &record).expect("written");
    // Git makes folders when there are many notes.
    let blob = fixture.git(&["rev-parse", &format!("refs/notes/batchprp:{tip}")]);
    let nested = format!("100644 {blob}\t{}/{}/{}\n", &tip[..2], &tip[2..4], &tip[4..]);
    let list = fixture.folder().join("list");
    fs::write(&list, nested).expect("written");
    let script = format!(
        "export GIT_INDEX_FILE='{0}.index'; git update-index --index-info < '{0}' && \
         git update-ref refs/notes/batchprp \"$(git commit-tree -m folders \"$(git write-tree)\")\"",
        list.display()
    );
    let done = std::process::Command::new("sh").args(["-c", &script]).current_dir(fixture.root()).status();
    assert!(done.expect("a shell").success());
    assert_eq!(notes::read(&repo, &tip).expect("an answer"), Some(record));
    let base = repo.resolve(&prepared.base).expect("a commit");
    assert_eq!(notes::read(&repo, &base).expect("an answer"), None);
}

#[test]
fn commits_made_in_process_are_those_that_git_would_make() {
    let by = |settings: &[(&str, &str)]| {
        let fixture = Fixture::new();
        for (name, value) in settings {
            fixture.git(&["config", name, value]);
        }
        fixture.batch();
        fixture.execute("47.1.1", 1);
        fixture.merge("47.1.1");
        fixture.check();
        let raw = fixture.git(&["cat-file", "commit", "prp-47"]);
        let found = scan::item(&fixture.repo(), "prp-47-1-1", &fixture.batch().base, &id("47.1.1")).expect("a scan");
        assert_eq!(found.phases.len(), 1);
        let message = fixture.git(&["log", "-1", "--format=%B", "prp-47-1-1"]);
        assert_eq!(message, point("47.1.1", 1, "k").message().trim_end());
        let people = raw.lines().filter(|line| line.starts_with("author ") || line.starts_with("committer "));
        // Without the time.
        let people: Vec<String> = people.map(|line| line.split('>').next().unwrap_or_default().to_owned()).collect();
        (people, raw.split(' ').nth(1).map(|tree| tree.lines().next().unwrap_or_default().to_owned()))
    };
    // Durable objects are left to git: the same commit comes of it.
    let name = ("user.name", "Ánn  de O'Neil Jr");
    let ours = by(&[name, ("author.email", "author@example.org")]);
    let gits = by(&[name, ("author.email", "author@example.org"), ("core.fsync", "loose-object")]);
    assert_eq!(ours, gits);
    assert!(ours.0[0].starts_with("author Ánn  de O'Neil Jr <author@example.org"), "{ours:?}");
}
