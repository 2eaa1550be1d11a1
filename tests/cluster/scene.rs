//! A batch in a repository of its own with a bare hub beside it, and workers on this machine.

use std::fmt::Display;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::engine::Daemon;

/// Longest wait for something that has to happen.
const PATIENCE: Duration = Duration::from_secs(180);

/// Notes each call, and waits where the file `hold` is there until it is gone.
const AGENT: &str = r#"
cat >/dev/null
echo "start $BATCHPRP_ITEM $BATCHPRP_PHASE" >> "$LEDGER"
mkdir -p out
while [ -e "$TOOLS/hold.$BATCHPRP_PHASE" ] || [ -e "$TOOLS/hold.$BATCHPRP_ITEM" ]; do sleep 0.02; done
echo "phase $BATCHPRP_PHASE" >> "out/$BATCHPRP_ITEM.txt"
echo "end $BATCHPRP_ITEM $BATCHPRP_PHASE" >> "$LEDGER"
"#;

pub(crate) struct Scene {
    /// Ends before the folder goes.
    pub(crate) daemon: Option<Daemon>,
    home: TempDir,
}

/// A run of the program, killed with the test.
pub(crate) struct Run(Child, PathBuf);

impl Drop for Run {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Run {
    /// Waits for the end of the run and returns its exit code and what it said.
    #[track_caller]
    pub(crate) fn ended(mut self) -> (Option<i32>, String) {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.0.try_wait().expect("a status") {
                return (status.code(), self.said());
            }
            assert!(Instant::now() < end, "it does not end:\n{}", self.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.1).unwrap_or_default()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn signal(&self, signal: &str) {
        send(signal, self.0.id());
    }
}

pub(crate) fn send(signal: &str, pid: u32) {
    let sent = Command::new("kill").args([signal, &pid.to_string()]).status().expect("kill");
    assert!(sent.success(), "no process {pid}");
}

impl Scene {
    /// Makes three items in two stages with two phases each.
    pub(crate) fn new() -> Self {
        let home = tempfile::Builder::new().prefix("batchprp-cluster-").tempdir().expect("temporary folder");
        let scene = Self { daemon: None, home };
        for name in ["repo", "home", "tools"] {
            fs::create_dir(scene.path(name)).expect("folder");
        }
        fs::write(scene.path("tools/agent.sh"), AGENT).expect("agent");
        scene.git(&["init", "-q", "-b", "main"]);
        scene.configure("2s");
        scene.trial();
        fs::write(scene.path("repo/README.md"), "# Scratch\n").expect("file");
        scene.git(&["add", "README.md"]);
        scene.git(&["commit", "-q", "-m", "Start"]);
        scene.git(&["init", "-q", "--bare", &scene.path("hub.git").display().to_string()]);
        for (id, needs) in [("PRP-47.1.1", ""), ("PRP-47.1.2", ""), ("PRP-47.2.1", "PRP-47.1.1")] {
            scene.prp(id, needs);
        }
        scene
    }

    /// Makes an executor of the project: that of this machine, whose engine lies about first attempts where the file `lie` is
    /// there.
    /// Workers do not die at the fail points of the orchestrator.
    fn trial(&self) {
        let text = r#"//! Jobs on this machine, with an engine that may be wrong.

import "std/executors/local" as local;

fn capacity() { if files::exists("full") { 0 } }

fn submit(job) {
    process::detach(#{ argv: ["env", "-u", "BATCHPRP_FAIL"] + job.argv, stdin: job.stdin });
    job.name
}

fn list(run) {
    if files::exists("down") { throw failure::of("remote", "the engine is down", ()); }
    let jobs = local::list(run);
    if !files::exists("lie") { return jobs; }
    jobs.map(|job| if job.name.ends_with(".a1") { job + #{ state: "lost" } } else { job })
}

fn cancel(name) { if files::exists("lie") { "unconfirmed" } else { local::cancel(name) } }

fn logs(name, from) { local::logs(name, from) }
"#;
        fs::create_dir_all(self.path("repo/.ce/executors")).expect("folder");
        fs::write(self.path("repo/.ce/executors/trial.rhai"), text).expect("executor");
    }

    /// Says how long a lease holds.
    pub(crate) fn configure(&self, lease: &str) {
        let agent = self.path("tools/agent.sh").display().to_string();
        let hub = self.path("hub.git").display().to_string();
        let text = format!(
            "[agent]\nname = \"command\"\nenv_pass = [\"LEDGER\", \"TOOLS\"]\n\n[adapter.command]\nargv = [\"sh\", \"{agent}\"]\n\n\
             [executor]\nhub = \"{hub}\"\nlease = \"{lease}\"\npoll = \"100ms\"\n"
        );
        fs::create_dir_all(self.path("repo/.ce")).expect("folder");
        fs::write(self.path("repo/.ce/batchprp.toml"), text).expect("configuration");
    }

    /// Adds lines to the section of executors.
    pub(crate) fn append(&self, lines: &str) {
        let path = self.path("repo/.ce/batchprp.toml");
        let text = fs::read_to_string(&path).expect("configuration");
        fs::write(path, text + lines).expect("configuration");
    }

    pub(crate) fn prp(&self, id: &str, needs: &str) {
        let head = format!(
            "---\nprp_id: {id}\ntitle: Work of {id}\nstatus: planning\ncomplexity: low\nestimated_hours: 1\n\
             dependencies: [{needs}]\nfiles_modified: [out/{id}.txt]\n---\n\n# {id}: Work of {id}\n\n"
        );
        let body = "## Problem\n\nNothing is there.\n\n## Solution\n\nMake it.\n\n## Implementation\n\n\
             ### Phase 1: Part 1 (10 minutes)\n\nDo part 1.\n\n### Phase 2: Part 2 (10 minutes)\n\nDo part 2.\n\n\
             ## Validation\n\n### L1 Structure\n\n```bash\ntest -d out\n```\n\n## Acceptance Criteria\n\n- [ ] it is there\n";
        let folder = self.path("repo/PRPs/feature-requests");
        fs::create_dir_all(&folder).expect("folder");
        fs::write(folder.join(format!("{id}-work.md")), head + body).expect("document");
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Returns the program, ready to start.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchprp"));
        command.args(args).current_dir(self.path("repo"));
        self.clean(&mut command);
        command
    }

    fn clean(&self, command: &mut Command) {
        command
            .env_clear()
            .envs(std::env::var_os("BATCHPRP_COVERAGE").map(|folder| ("BATCHPRP_COVERAGE", folder)))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("LANG", "C.UTF-8")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("LEDGER", self.path("ledger"))
            .env("TOOLS", self.path("tools"))
            .env("BATCHPRP_EXECUTOR_DIR", self.path("workers"))
            .stdin(Stdio::null());
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Tester").env(format!("GIT_{role}_EMAIL"), "tester@example.org");
        }
    }

    /// Starts the program with further variables.
    pub(crate) fn start(&self, args: &[&str], variables: &[(&str, &str)]) -> Run {
        let log = self.path("output");
        let file = fs::File::create(&log).expect("file");
        let mut command = self.command(args);
        for (name, value) in variables {
            // What is empty is not there.
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
        command.stdout(file.try_clone().expect("a handle")).stderr(file);
        Run(command.spawn().expect("the program starts"), log)
    }

    /// Carries the batch out by workers.
    pub(crate) fn exe(&self, variables: &[(&str, &str)]) -> Run {
        self.start(&["exe", "--batch", "47", "--no-auto-review", "--executor", "local"], variables)
    }

    /// Carries the batch out by workers of an engine that may be wrong.
    pub(crate) fn trial_exe(&self, variables: &[(&str, &str)]) -> Run {
        self.start(&["exe", "--batch", "47", "--no-auto-review", "--executor", "trial"], variables)
    }

    /// Carries one item out so.
    pub(crate) fn trial_one(&self, variables: &[(&str, &str)]) -> Run {
        self.start(&["exe", "PRP-47.1.1", "--no-auto-review", "--executor", "trial"], variables)
    }

    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.path("repo"), args)
    }

    #[track_caller]
    pub(crate) fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(args).current_dir(folder);
        self.clean(&mut command);
        let Output { status, stdout, stderr } = command.output().expect("git");
        assert!(status.success(), "{args:?}: {}", String::from_utf8_lossy(&stderr));
        String::from_utf8_lossy(&stdout).trim_end().to_owned()
    }

    /// Lets the agents of a phase wait.
    pub(crate) fn hold(&self, phase: impl Display) {
        fs::write(self.path(&format!("tools/hold.{phase}")), "").expect("file");
    }

    pub(crate) fn let_go(&self, phase: impl Display) {
        fs::remove_file(self.path(&format!("tools/hold.{phase}"))).expect("no file");
    }

    /// Returns the lines of the ledger.
    pub(crate) fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.path("ledger")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Counts the calls of a phase that began.
    pub(crate) fn begun(&self, item: &str, phase: u32) -> usize {
        let line = format!("start {item} {phase}");
        self.calls().iter().filter(|call| **call == line).count()
    }

    /// Waits until something holds.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let end = Instant::now() + PATIENCE;
        while !holds() {
            let said = fs::read_to_string(self.path("output")).unwrap_or_default();
            assert!(Instant::now() < end, "{what}: not so\n{said}\n{:?}", self.calls());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Returns the process of the worker of an item.
    #[track_caller]
    pub(crate) fn worker(&self, item: &str, attempt: u32) -> u32 {
        let end = format!(".{item}.a{attempt}");
        let all = walkdir::WalkDir::new(self.home.path()).into_iter().flatten();
        let is_it = |job: &walkdir::DirEntry| {
            let path = job.path().display().to_string();
            path.ends_with(&end) && path.contains("/jobs/") && !path.contains("/jobs/.")
        };
        let job = all.filter(is_it).map(walkdir::DirEntry::into_path).next().expect("a job");
        let owner = fs::read_to_string(job.join("owner.json")).expect("an owner");
        let owner: serde_json::Value = serde_json::from_str(&owner).expect("JSON");
        u32::try_from(owner["pid"].as_u64().expect("a pid")).expect("a pid")
    }

    /// Returns the subjects of all commits of the batch, sorted: merges may come in any order.
    pub(crate) fn subjects(&self) -> Vec<String> {
        let text = self.git(&["log", "--format=%s", "main..prp-47"]);
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// Returns what was merged, in order; nothing where there is no batch branch yet.
    pub(crate) fn merged(&self) -> Vec<String> {
        let mut command = Command::new("git");
        command.args(["log", "--first-parent", "--format=%s", "main..prp-47"]).current_dir(self.path("repo"));
        self.clean(&mut command);
        let output = command.output().expect("git");
        String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
    }

    /// Returns the calls of the programs of an engine that have a word in them.
    pub(crate) fn engine_calls(&self, word: &str) -> Vec<String> {
        let text = fs::read_to_string(self.path("fake/calls")).unwrap_or_default();
        text.lines().filter(|line| line.contains(word)).map(str::to_owned).collect()
    }

    pub(crate) fn tree(&self) -> String {
        self.git(&["rev-parse", "prp-47^{tree}"])
    }

    /// Notes every push that the hub takes, with the references that it moves.
    pub(crate) fn count_pushes(&self) {
        let hook = self.path("hub.git/hooks/post-receive");
        let log = self.path("pushes").display().to_string();
        let text = format!(
            "#!/bin/sh\n{{ printf 'push'; while read -r _ _ name; do printf ' %s' \"$name\"; done; echo; }} >>'{log}'\n"
        );
        fs::create_dir_all(self.path("hub.git/hooks")).expect("folder");
        fs::write(&hook, text).expect("hook");
        fs::set_permissions(hook, fs::Permissions::from_mode(0o755)).expect("mode");
    }

    /// Counts the pushes by which the lease of an item was moved.
    pub(crate) fn pushes(&self, item: &str) -> usize {
        let lease = format!("refs/batchprp/lease/{item}");
        let text = fs::read_to_string(self.path("pushes")).unwrap_or_default();
        text.lines().filter(|line| line.split(' ').any(|word| word == lease)).count()
    }

    /// Returns what a command that follows runs says.
    #[track_caller]
    pub(crate) fn says(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("the program starts");
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
    }

    /// Returns the references at the hub that begin with something.
    pub(crate) fn at_hub(&self, prefix: &str) -> Vec<String> {
        let text = self.git_in(&self.path("hub.git"), &["for-each-ref", "--format=%(refname)", prefix]);
        text.lines().map(str::to_owned).collect()
    }

    /// Fails unless all is done as it should be: each phase once, everything merged, nothing left at work.
    #[track_caller]
    pub(crate) fn is_complete(&self) {
        for item in ["PRP-47.1.1", "PRP-47.1.2", "PRP-47.2.1"] {
            for phase in [1, 2] {
                assert_eq!(self.begun(item, phase), 1, "{item} {phase}: {:?}", self.calls());
            }
        }
        self.is_merged();
    }

    /// Fails unless every item is merged once, with each checkpoint once, and no lease is left.
    #[track_caller]
    pub(crate) fn is_merged(&self) {
        let wanted: Vec<String> = ["PRP-47.1.1", "PRP-47.1.2", "PRP-47.2.1"]
            .iter()
            .flat_map(|item| {
                [
                    format!("Merge {item}: Work of {item}"),
                    format!("{item}: Phase 1 - Part 1"),
                    format!("{item}: Phase 2 - Part 2"),
                ]
            })
            .collect();
        let mut wanted = wanted;
        wanted.sort();
        assert_eq!(self.subjects(), wanted);
        assert_eq!(self.at_hub("refs/batchprp/lease/"), Vec::<String>::new());
        self.git(&["fsck", "--strict", "--no-dangling"]);
    }
}
