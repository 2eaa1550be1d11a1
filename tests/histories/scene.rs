//! One batch in a repository of its own, with things of the user in it that nobody else may touch.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::plan::Item;

/// Longest run of the program that is no hang.
const PATIENCE: Duration = Duration::from_secs(120);

/// What every tree must pass: what is fine alone may not be fine together.
pub(crate) const CHECK: &str =
    "! grep -rqx BROKEN src && test $(cat $(find src -name '*.txt' -type f) | grep -cx EXCLUSIVE) -le 1";

/// A repository and everything around it.
pub(crate) struct Scene {
    home: TempDir,
}

/// What belongs to the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Belongings {
    /// References that are not of batchprp, and the entries of the stash.
    pub(crate) refs: BTreeMap<String, String>,
    /// Files of the checkout, the configuration and the hooks.
    pub(crate) files: BTreeMap<String, String>,
}

impl Scene {
    pub(crate) fn new(items: &[Item]) -> Self {
        let home = tempfile::Builder::new().prefix("batchprp-histories-").tempdir().expect("temporary folder");
        let scene = Self { home };
        for name in ["repo", "home", "tools"] {
            fs::create_dir(scene.home.path().join(name)).expect("folder");
        }
        fs::write(scene.tools().join("agent.sh"), include_str!("agent.sh")).expect("agent");
        fs::write(scene.tools().join("deeds.sh"), include_str!("deeds.sh")).expect("deeds");
        for item in items {
            for (phase, calls) in (1..).zip(&item.calls) {
                for (call, deeds) in (1..).zip(calls) {
                    let name = format!("deeds.{}.{phase}.{call}", item.id);
                    fs::write(scene.tools().join(name), deeds.join(" ")).expect("deeds");
                }
            }
            scene.write(&format!("PRPs/feature-requests/{}-work.md", item.id), &item.document());
        }
        scene.write(
            ".ce/batchprp.toml",
            &format!(
                "[agent]\nname = \"command\"\nenv_pass = [\"TOOLS\", \"MARKS\"]\n\n[adapter.command]\nargv = [\"sh\", \"{}\"]\n\n[run]\ngrace = \"2s\"\nretries = 0\n\n[validate]\nbaseline = \"off\"\nl2 = [\"{CHECK}\"]\n",
                scene.tools().join("agent.sh").display()
            ),
        );
        scene.write("README.md", "# Scratch\n");
        scene.write("src/base.txt", "base\n");
        scene.git(&["init", "-q", "-b", "main"]);
        scene.git(&["config", "user.name", "User"]);
        scene.git(&["config", "user.email", "user@example.org"]);
        scene.commit("Start");
        scene.belong();
        scene
    }

    /// Things of the user: a branch, a tag, a stash, a hook, a remote, a file that is in no commit.
    fn belong(&self) {
        self.git(&["switch", "-q", "-c", "aside"]);
        self.write("src/aside.txt", "of the user\n");
        self.commit("of the user, aside");
        self.git(&["switch", "-q", "main"]);
        self.git(&["tag", "-m", "of the user", "v0"]);
        self.write("README.md", "# Scratch\n\nstashed\n");
        self.git(&["stash", "-q"]);
        self.git(&["remote", "add", "origin", "https://example.invalid/x.git"]);
        self.write(".git/hooks/post-checkout", "#!/bin/sh\necho hook\n");
        self.write("notes.txt", "of the user\n");
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.home.path().join("repo")
    }

    pub(crate) fn tools(&self) -> PathBuf {
        self.home.path().join("tools")
    }

    pub(crate) fn workspaces(&self) -> PathBuf {
        self.home.path().join("repo-worktrees")
    }

    pub(crate) fn marks_file(&self) -> PathBuf {
        self.home.path().join("marks")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(path, text).expect("file");
    }

    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A", "--", ".", ":!notes.txt"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// Starts the program; what it says goes into a file.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let output = fs::File::options().append(true).create(true).open(self.home.path().join("output")).expect("file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchprp"));
        self.environment(&mut command);
        command.args(arguments).stdout(output.try_clone().expect("file")).stderr(output);
        command.spawn().expect("batchprp starts")
    }

    /// Runs the program to its end; `meanwhile` is called again and again, and may say that it is to be killed.
    pub(crate) fn run(&self, arguments: &[&str], mut meanwhile: impl FnMut() -> bool) -> Option<i32> {
        let mut child = self.start(arguments);
        let begin = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("wait") {
                return status.code();
            }
            let hangs = begin.elapsed() > PATIENCE;
            if meanwhile() || hangs {
                child.kill().expect("kill");
                child.wait().expect("gone");
                return hangs.then_some(-1);
            }
            std::thread::sleep(Duration::from_millis(4));
        }
    }

    /// Leaves everything where it is when that is wanted; returns where.
    pub(crate) fn keep(self) -> Option<String> {
        let is_wanted = std::env::var_os("BATCHPRP_KEEP").is_some();
        is_wanted.then(|| self.home.keep().display().to_string())
    }

    /// Returns all that runs said.
    pub(crate) fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.home.path().join("output")).unwrap_or_default()).into_owned()
    }

    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let said = self.git_in(&self.root(), arguments);
        assert!(said.is_ok(), "git {arguments:?}: {said:?}");
        said.unwrap_or_default()
    }

    /// Runs git somewhere; the error holds what it said.
    pub(crate) fn git_in(&self, folder: &Path, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new("git");
        self.environment(&mut command);
        let output = command.current_dir(folder).args(arguments).output().expect("git starts");
        let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        if output.status.success() { Ok(text) } else { Err(text + &String::from_utf8_lossy(&output.stderr)) }
    }

    fn environment(&self, command: &mut Command) {
        command.current_dir(self.root()).env_clear().stdin(Stdio::null());
        for name in ["PATH", "TMPDIR", "BATCHPRP_COVERAGE"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", self.home.path().join("home")).env("LANG", "C.UTF-8").env("GIT_CONFIG_NOSYSTEM", "1");
        command.env("TOOLS", self.tools()).env("MARKS", self.marks_file());
    }

    /// Looks at what belongs to the user.
    pub(crate) fn belongings(&self) -> Belongings {
        let list = self.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
        let pairs = list.lines().filter_map(|line| line.split_once(' '));
        let ours = |name: &str| {
            name.starts_with("refs/batchprp/")
                || name.starts_with("refs/notes/batchprp")
                || name.starts_with("refs/heads/prp-47")
        };
        let users = pairs.filter(|(name, _)| !ours(name)).map(|(name, id)| (name.to_owned(), id.to_owned()));
        let mut refs: BTreeMap<String, String> = users.collect();
        let stashes = self.git(&["stash", "list", "--format=%H"]);
        refs.insert("the stash".to_owned(), stashes.replace('\n', " "));
        refs.insert("HEAD".to_owned(), self.git(&["symbolic-ref", "HEAD"]));
        let root = self.root();
        let entries = walkdir::WalkDir::new(&root).into_iter().flatten();
        let below = entries.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
        let users = below.filter(|path| {
            let path = path.strip_prefix(&root).expect("below");
            let own = [".ce/tmp", ".ce/completed-batches"].iter().any(|own| path.starts_with(own));
            let git = path.starts_with(".git") && path != Path::new(".git/config") && !path.starts_with(".git/hooks");
            !own && !git
        });
        let name = |path: &Path| path.strip_prefix(&root).expect("below").display().to_string();
        let text = |path: &Path| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        Belongings { refs, files: users.map(|path| (name(&path), text(&path))).collect() }
    }
}
