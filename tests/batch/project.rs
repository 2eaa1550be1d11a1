//! A scratch repository with PRPs, an agent and a ledger of its calls outside of the repository.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::UNIX_EPOCH;

use tempfile::TempDir;

#[path = "../support/processes.rs"]
mod processes;

/// A shell program that carries out one phase: it notes the call, works, and appends one line to its declared file. What
/// it is told to do may `await EVENT ITEM`: that the journal of its run says so.
const AGENT: &str = r#"
await() {
    run="${BATCHPRP_RESULT%/*}"
    until [ -e "$run/events.jsonl" ]; do run="$run/.."; done
    until grep "\"event\":\"$1\"" "$run/events.jsonl" | grep -q "\"item\":\"$2\""; do sleep 0.02; done
}
cat >/dev/null
echo "$(date +%s.%N) start $BATCHPRP_ITEM $BATCHPRP_PHASE $BATCHPRP_ATTEMPT" >> "$LEDGER"
mkdir -p out
[ -f "$TOOLS/$BATCHPRP_ITEM.$BATCHPRP_PHASE" ] && . "$TOOLS/$BATCHPRP_ITEM.$BATCHPRP_PHASE"
echo "phase $BATCHPRP_PHASE" >> "out/$BATCHPRP_ITEM.txt"
echo "$(date +%s.%N) end $BATCHPRP_ITEM $BATCHPRP_PHASE $BATCHPRP_ATTEMPT" >> "$LEDGER"
"#;

pub(crate) struct Project {
    /// Holds everything; removed at the end.
    home: TempDir,
}

pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Asserts the exit code, showing everything otherwise.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, text: &str) -> Self {
        let all = format!("{}{}", self.stdout, self.stderr);
        assert!(all.contains(text), "`{text}` is missing in stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}

/// One call of the agent, as the agent itself wrote it down.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    pub(crate) item: String,
    pub(crate) phase: String,
    pub(crate) start: f64,
    pub(crate) end: Option<f64>,
}

impl Project {
    /// Makes a repository with one commit and the shell agent.
    pub(crate) fn new() -> Self {
        Self::within(TempDir::new().expect("temporary folder"))
    }

    /// Makes one in a folder of the caller's choice.
    pub(crate) fn within(home: TempDir) -> Self {
        let project = Self { home };
        for name in ["repo", "home", "tools"] {
            fs::create_dir(project.home.path().join(name)).expect("folder");
        }
        fs::write(project.tools().join("agent.sh"), AGENT).expect("agent");
        project.git(&["init", "-q", "-b", "main"]);
        project.write("README.md", "# Scratch\n");
        let agent = project.tools().join("agent.sh");
        let config = format!(
            "[agent]\nname = \"command\"\nenv_pass = [\"LEDGER\", \"TOOLS\"]\n\n[adapter.command]\nargv = [\"sh\", \"{}\"]\n",
            agent.display()
        );
        project.write(".ce/batchprp.toml", &config);
        project.commit("Start");
        project
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.home.path().join("repo")
    }

    pub(crate) fn tools(&self) -> PathBuf {
        self.home.path().join("tools")
    }

    fn ledger(&self) -> PathBuf {
        self.home.path().join("ledger")
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> &Self {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(path, text).expect("file");
        self
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.root().join(name)).expect(name)
    }

    /// Adds lines to the configuration.
    pub(crate) fn configure(&self, lines: &str) -> &Self {
        let text = self.read(".ce/batchprp.toml") + "\n" + lines;
        self.write(".ce/batchprp.toml", &text)
    }

    /// Writes a PRP with so many phases that declares `out/<id>.txt` besides `files`.
    pub(crate) fn prp(&self, id: &str, dependencies: &[&str], files: &[&str], phases: u32) -> &Self {
        self.write(&format!("PRPs/feature-requests/{id}-work.md"), &prp(id, dependencies, files, phases))
    }

    /// Shell lines that the agent runs in a phase of an item before it writes its file.
    pub(crate) fn sabotage(&self, id: &str, phase: u32, lines: &str) -> &Self {
        fs::write(self.tools().join(format!("{id}.{phase}")), lines).expect("sabotage");
        self
    }

    pub(crate) fn mend(&self, id: &str, phase: u32) -> &Self {
        fs::remove_file(self.tools().join(format!("{id}.{phase}"))).expect("mended");
        self
    }

    pub(crate) fn commit(&self, message: &str) -> &Self {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self
    }

    fn environment(&self, command: &mut Command) {
        let path = std::env::var_os("PATH").unwrap_or_default();
        command
            .current_dir(self.root())
            .env_clear()
            .envs(std::env::var_os("BATCHPRP_COVERAGE").map(|folder| ("BATCHPRP_COVERAGE", folder)))
            .env("PATH", path)
            .env("HOME", self.home.path().join("home"))
            .env("LANG", "C.UTF-8")
            .env("LEDGER", self.ledger())
            .env("TOOLS", self.tools())
            // The checks of many of these projects are red at first; what that leads to has tests of its own.
            .env("BATCHPRP_VALIDATE_BASELINE", "off")
            // So are checks that become red; what goes back to an agent has tests of its own, too.
            .env("BATCHPRP_RUN_REPAIRS", "0")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .stdin(Stdio::null());
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "Tester").env(format!("GIT_{role}_EMAIL"), "tester@example.org");
        }
    }

    /// Returns a ready command of the program.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchprp"));
        self.environment(&mut command);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        ran(&self.command(arguments).output().expect("batchprp starts"))
    }

    /// Runs the program to its end with some variables set.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &OsStr)]) -> Ran {
        ran(&self.command(arguments).envs(variables.iter().copied()).output().expect("batchprp starts"))
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        self.environment(&mut command);
        let output = command.args(arguments).output().expect("git starts");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Returns the subjects of the checkpoints on a branch, oldest first.
    pub(crate) fn checkpoints(&self, branch: &str) -> Vec<String> {
        let log = self.git(&["log", "--reverse", "--first-parent", "--format=%s", &format!("main..{branch}")]);
        log.lines().filter(|line| line.contains(": Phase ")).map(str::to_owned).collect()
    }

    /// Returns the subjects of all merges on the batch branch, oldest first.
    pub(crate) fn merges(&self, branch: &str) -> Vec<String> {
        let log =
            self.git(&["log", "--reverse", "--first-parent", "--merges", "--format=%s", &format!("main..{branch}")]);
        log.lines().map(str::to_owned).collect()
    }

    /// Returns every call that the agent wrote down.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let text = fs::read_to_string(self.ledger()).unwrap_or_default();
        let mut calls: Vec<Call> = Vec::new();
        for line in text.lines() {
            let words = line.split(' ').collect::<Vec<_>>();
            let [time, what, item, phase, ..] = words.as_slice() else { continue };
            let time: f64 = time.parse().expect("time");
            if *what == "start" {
                calls.push(Call { item: (*item).to_owned(), phase: (*phase).to_owned(), start: time, end: None });
            } else if let Some(call) = calls.iter_mut().rev().find(|c| c.item == *item && c.phase == *phase) {
                call.end = Some(time);
            }
        }
        calls
    }

    pub(crate) fn calls_of(&self, item: &str) -> Vec<String> {
        self.calls().into_iter().filter(|call| call.item == item).map(|call| call.phase).collect()
    }

    /// Describes the user's checkout: HEAD, index, and every file with its time.
    pub(crate) fn fingerprint(&self) -> String {
        let mut text = format!("{}{}", self.git(&["symbolic-ref", "HEAD"]), self.git(&["rev-parse", "HEAD"]));
        let index = fs::read(self.root().join(".git/index")).expect("index");
        write!(text, "{} {:?}", index.len(), index).expect("text");
        let mut paths = Vec::new();
        files(&self.root(), &mut paths);
        paths.sort();
        for path in paths {
            let meta = fs::metadata(&path).expect("metadata");
            let time = meta.modified().expect("time").duration_since(UNIX_EPOCH).expect("time");
            let content = fs::read(&path).expect("content");
            writeln!(text, "{} {time:?} {content:?}", path.display()).expect("text");
        }
        text
    }

    /// Returns the pids of processes that carry the marker of any run of this project.
    pub(crate) fn processes(&self) -> Vec<u32> {
        processes::marked(self.home.path())
    }
}

fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Everything in the checkout but git's and batchprp's own folders.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("folder").flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        if name == ".git" || path.ends_with(".ce/tmp") || path.ends_with(".ce/completed-batches") {
            continue;
        }
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Returns the text of a PRP that declares `out/<id>.txt` besides `files`.
pub(crate) fn prp(id: &str, dependencies: &[&str], files: &[&str], phases: u32) -> String {
    let mut declared = vec![format!("out/{id}.txt")];
    declared.extend(files.iter().map(|file| (*file).to_owned()));
    let mut text = format!(
        "---\nprp_id: {id}\ntitle: Work of {id}\nstatus: planning\ncomplexity: low\nestimated_hours: 1\ndependencies: [{}]\nfiles_modified: [{}]\n---\n\n# {id}: Work of {id}\n\n## Problem\n\nNothing is there.\n\n## Solution\n\nMake it.\n\n## Implementation\n",
        dependencies.join(", "),
        declared.join(", "),
    );
    for phase in 1..=phases {
        write!(text, "\n### Phase {phase}: Part {phase} (10 minutes)\n\nDo part {phase}.\n").expect("text");
    }
    text += "\n## Validation\n\n### L1 Structure\n\n```bash\ntest -d out\n```\n\n## Acceptance Criteria\n\n- [ ] it is there\n";
    text
}
