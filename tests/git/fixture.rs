//! A scratch repository with a folder for workspaces beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use batchprp::host::git::merge::{self, Merge, MergeItem};
use batchprp::host::git::plumbing::repo::{GitPolicy, Repo};
use batchprp::host::git::workspace::branch::{self, BatchBranch};
use batchprp::host::git::workspace::checkpoint::{self, Made};
use batchprp::host::git::workspace::{self, Prepare, Prepared};
use batchprp::model::checkpoint::Checkpoint;
use batchprp::model::id::PrpId;

pub(crate) struct Fixture {
    folder: PathBuf,
    /// Removes the folder at the end, in the process that made it.
    _owned: Option<tempfile::TempDir>,
}

/// Runs git as a user would, without this machine's configuration.
pub(crate) fn try_git(cwd: &Path, args: &[&str]) -> (bool, String) {
    let output = Command::new("git")
        .args(args)
        .current_dir(cwd)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_SYSTEM", "/dev/null")
        .env("GIT_EDITOR", "true")
        .env("LC_ALL", "C")
        .output()
        .expect("git starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text.trim_end().to_owned())
}

pub(crate) fn git(cwd: &Path, args: &[&str]) -> String {
    let (ok, text) = try_git(cwd, args);
    assert!(ok, "git {args:?}: {text}");
    text
}

pub(crate) fn id(text: &str) -> PrpId {
    text.parse().expect("an id")
}

pub(crate) fn point(item: &str, phase: u32, key: &str) -> Checkpoint {
    Checkpoint {
        prp: id(item),
        phase,
        title: format!("Step {phase}"),
        run: "r1".to_owned(),
        key: key.to_owned(),
        by: None,
    }
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(&[])
    }

    /// Makes a repository whose references lie in tables; `None` where git is older than 2.45.
    pub(crate) fn with_tables() -> Option<Self> {
        let version = git(Path::new("."), &["--version"]);
        let mut numbers = version.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
        let is_new = (numbers.next()?, numbers.next()?) >= (2, 45);
        is_new.then(|| Self::with(&["--ref-format=reftable"]))
    }

    pub(crate) fn with(init: &[&str]) -> Self {
        let owned = tempfile::tempdir().expect("a folder");
        let folder = fs::canonicalize(owned.path()).expect("a path");
        let root = folder.join("app");
        fs::create_dir(&root).expect("a folder");
        git(&root, &[&["init", "-q", "-b", "main"], init].concat());
        for (name, value) in [("user.name", "T"), ("user.email", "t@example.com"), ("gc.auto", "0")] {
            git(&root, &["config", name, value]);
        }
        let fixture = Self { folder, _owned: Some(owned) };
        fixture.write("README.md", "one\n");
        fixture.write("src/a.txt", "a1\na2\na3\n");
        git(&root, &["add", "-A"]);
        git(&root, &["commit", "-q", "-m", "first"]);
        fixture
    }

    /// A folder without a repository yet.
    pub(crate) fn empty() -> Self {
        let owned = tempfile::tempdir().expect("a folder");
        let folder = fs::canonicalize(owned.path()).expect("a path");
        Self { folder, _owned: Some(owned) }
    }

    /// Uses the repository that another process made.
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self { folder, _owned: None }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.join("app")
    }

    pub(crate) fn place(&self, branch: &str) -> PathBuf {
        self.folder.join("app-worktrees").join(branch)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        write(&self.root(), path, text);
    }

    pub(crate) fn git(&self, args: &[&str]) -> String {
        git(&self.root(), args)
    }

    pub(crate) fn repo(&self) -> Repo {
        Repo::open(&self.root(), GitPolicy::default()).expect("a repository")
    }

    pub(crate) fn batch(&self) -> BatchBranch {
        branch::ensure_batch(&self.repo(), "prp-47", "HEAD").expect("a batch branch")
    }

    pub(crate) fn want(&self, item: &str, start: &str) -> Prepare {
        let branch = id(item).branch();
        let (run, item) = ("r1".to_owned(), id(item).to_string());
        Prepare {
            path: self.place(&branch),
            branch,
            start: start.to_owned(),
            run,
            item,
            attempt: 1,
            exclude: vec![".ce/tmp".to_owned()],
            batch: self.repo().tip("prp-47").expect("git answers").map(|_| "prp-47".to_owned()),
            ..Prepare::default()
        }
    }

    pub(crate) fn prepare(&self, item: &str) -> Prepared {
        let start = self.repo().tip("prp-47").expect("git answers").unwrap_or_else(|| "HEAD".to_owned());
        workspace::prepare(&self.repo(), &self.want(item, &start)).expect("a workspace")
    }

    pub(crate) fn commit(&self, prepared: &Prepared, item: &str, phase: u32) -> Made {
        checkpoint::commit(&self.repo(), prepared, &point(item, phase, "k")).expect("a checkpoint")
    }

    /// Prepares an item, writes one file per phase and makes the checkpoints.
    pub(crate) fn execute(&self, item: &str, phases: u32) -> Prepared {
        let prepared = self.prepare(item);
        for phase in 1..=phases {
            write(&prepared.path, &format!("{}/{phase}.txt", id(item).branch()), "work\n");
            self.commit(&prepared, item, phase);
        }
        prepared
    }

    pub(crate) fn merge(&self, item: &str) -> Merge {
        merge::item(&self.repo(), &Self::merging(item)).expect("a merge")
    }

    pub(crate) fn merging(item: &str) -> MergeItem {
        MergeItem {
            batch_branch: "prp-47".to_owned(),
            item_branch: id(item).branch(),
            judged: None,
            id: id(item),
            title: "Title".to_owned(),
            run: "r1".to_owned(),
            approved_by: None,
            status_edit: None,
        }
    }

    /// Everything about the user's checkout that nobody but the user may change.
    pub(crate) fn fingerprint(&self) -> BTreeMap<String, String> {
        let root = self.root();
        let mut found = BTreeMap::new();
        for file in ["HEAD", "index", "ORIG_HEAD", "config", "packed-refs"] {
            let bytes = fs::read(root.join(".git").join(file)).unwrap_or_default();
            let time = fs::metadata(root.join(".git").join(file)).and_then(|meta| meta.modified()).ok();
            found.insert(format!(".git/{file}"), format!("{time:?} {bytes:?}"));
        }
        found.insert("main".to_owned(), git(&root, &["rev-parse", "main"]));
        files(&root, &root, &mut found);
        found
    }

    /// What must hold in the repository whatever happened.
    pub(crate) fn check(&self) {
        let (ok, text) = try_git(&self.root(), &["fsck", "--strict", "--no-dangling"]);
        assert!(ok, "{text}");
        let mut stack = vec![self.root().join(".git")];
        while let Some(folder) = stack.pop() {
            for entry in fs::read_dir(folder).expect("a folder").flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                let ours = entry.path().components().any(|part| part.as_os_str() == "batchprp");
                if entry.path().is_dir() {
                    stack.push(entry.path());
                } else {
                    assert!(
                        ours || entry.path().extension().is_none_or(|ext| ext != "lock"),
                        "{} was left",
                        entry.path().display()
                    );
                    assert!(!name.starts_with("MERGE_"), "{} was left", entry.path().display());
                }
            }
        }
    }
}

pub(crate) fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder around")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn files(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.file_name().is_some_and(|name| name == ".git") {
            continue;
        }
        let meta = entry.metadata().expect("metadata");
        let name = path.strip_prefix(root).expect("below").display().to_string();
        found.insert(name, format!("{:?} {}", meta.modified().ok(), meta.len()));
        if meta.is_dir() {
            files(root, &path, found);
        }
    }
}
