//! One batch in a repository of its own: three items in two stages, two phases each, and an agent that takes
//! milliseconds. Copied from a template for each case.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longest run of the program that is no hang.
const PATIENCE: Duration = Duration::from_secs(90);

const AGENT: &str = r#"
echo "start $BATCHPRP_ITEM $BATCHPRP_PHASE $BATCHPRP_RUN" >> "$LEDGER"
[ -d out ] || mkdir out
[ -z "$WORK" ] || sleep "$WORK"
echo "phase $BATCHPRP_PHASE" >> "out/$BATCHPRP_ITEM.txt"
echo "end $BATCHPRP_ITEM $BATCHPRP_PHASE $BATCHPRP_RUN" >> "$LEDGER"
"#;

const CONFIG: &str = r#"[agent]
name = "command"
env_pass = ["LEDGER", "WORK", "TOOLS"]

[adapter.command]
argv = ["sh", "-c", ". \"$TOOLS/agent.sh\""]
"#;

/// Ids of the items, each with what it depends on.
pub(crate) const ITEMS: [(&str, &[&str]); 3] =
    [("PRP-47.1.1", &[]), ("PRP-47.1.2", &[]), ("PRP-47.2.1", &["PRP-47.1.1", "PRP-47.1.2"])];

/// Phases of each item.
pub(crate) const PHASES: u32 = 2;

pub(crate) struct Scene {
    home: TempDir,
}

/// A line of the agent's ledger.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The agent begins; otherwise it ends.
    pub(crate) is_start: bool,
    pub(crate) item: String,
    pub(crate) phase: u32,
    /// Run of the program that called.
    pub(crate) run: String,
}

/// How a run of the program ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// `None` when a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) text: String,
}

impl Scene {
    /// Makes a fresh copy of the template.
    pub(crate) fn new() -> Self {
        static TEMPLATE: OnceLock<TempDir> = OnceLock::new();
        Self::copied(TEMPLATE.get_or_init(template).path())
    }

    /// Makes a copy of this scene as it is.
    pub(crate) fn copy(&self) -> Self {
        Self::copied(self.home.path())
    }

    fn copied(from: &Path) -> Self {
        let home = tempfile::Builder::new().prefix("batchprp-crash-").tempdir().expect("temporary folder");
        let copied = Command::new("cp").arg("-a").arg(from.join(".")).arg(home.path()).status().expect("cp");
        assert!(copied.success());
        Self { home }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.home.path().join("repo")
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn worktrees(&self) -> PathBuf {
        self.home.path().join("repo-worktrees")
    }

    /// Every call of the agent as it wrote it down itself.
    pub(crate) fn ledger(&self) -> Vec<Call> {
        let text = fs::read_to_string(self.home.path().join("ledger")).unwrap_or_default();
        let entry = |line: &str| {
            let mut words = line.split(' ').map(str::to_owned);
            let is_start = words.next()? == "start";
            Some(Call { is_start, item: words.next()?, phase: words.next()?.parse().ok()?, run: words.next()? })
        };
        text.lines().filter_map(entry).collect()
    }

    /// Returns a command that runs `arguments` here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_batchprp"));
        environment(&mut command, self.home.path());
        command.args(arguments);
        command
    }

    /// Starts the batch; `faults` is what the fail points do, `work` how long the agent takes.
    pub(crate) fn start(&self, faults: &str, work: &str) -> Child {
        self.start_command(&["exe", "--batch", "47"], faults, work)
    }

    /// Starts any command in the same way.
    pub(crate) fn start_command(&self, arguments: &[&str], faults: &str, work: &str) -> Child {
        let output = fs::File::options().append(true).create(true).open(self.home.path().join("output")).expect("file");
        let mut command = self.command(arguments);
        command.env("BATCHPRP_FAIL", faults).env("WORK", work);
        if faults.is_empty() {
            command.env("BATCHPRP_FAIL_LOG", self.home.path().join("points"));
        }
        command.stdout(output.try_clone().expect("file")).stderr(output).spawn().expect("batchprp starts")
    }

    /// Waits for a run that was started.
    pub(crate) fn wait(&self, mut child: Child) -> Ended {
        let begin = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("wait") {
                let text = fs::read_to_string(self.home.path().join("output")).unwrap_or_default();
                return Ended { code: status.code(), text };
            }
            if begin.elapsed() > PATIENCE {
                child.kill().expect("kill");
                child.wait().expect("gone");
                return Ended { code: Some(-1), text: "it hangs".to_owned() };
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Names of the places that runs without faults passed.
    pub(crate) fn points(&self) -> Vec<String> {
        let text = fs::read_to_string(self.home.path().join("points")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        let said = self.try_git(arguments);
        assert!(said.is_ok(), "git {arguments:?}: {said:?}");
        said.unwrap_or_default()
    }

    /// Runs git in the repository; the error holds what it said.
    pub(crate) fn try_git(&self, arguments: &[&str]) -> Result<String, String> {
        let mut command = Command::new("git");
        environment(&mut command, self.home.path());
        let output = command.args(arguments).output().expect("git starts");
        let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        if output.status.success() { Ok(text) } else { Err(text + &String::from_utf8_lossy(&output.stderr)) }
    }

    /// Returns the phases that have a checkpoint on the branch of their item.
    pub(crate) fn committed(&self) -> Vec<(String, u32)> {
        let mut found = Vec::new();
        for (item, _) in ITEMS {
            let range = format!("main..{}", branch(item));
            let log = self.try_git(&["log", "--first-parent", "--format=%s", &range]).unwrap_or_default();
            let prefix = format!("{item}: Phase ");
            let phases = log.lines().filter_map(|line| line.strip_prefix(&prefix)?.split(' ').next()?.parse().ok());
            found.extend(phases.map(|phase| (item.to_owned(), phase)));
        }
        found
    }
}

pub(crate) fn branch(item: &str) -> String {
    item.to_lowercase().replace('.', "-")
}

fn environment(command: &mut Command, home: &Path) {
    command.current_dir(home.join("repo")).env_clear().stdin(Stdio::null());
    for name in ["PATH", "TMPDIR", "BATCHPRP_COVERAGE"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.env("HOME", home.join("home")).env("LANG", "C.UTF-8").env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("LEDGER", home.join("ledger")).env("TOOLS", home.join("tools"));
}

fn template() -> TempDir {
    let home = TempDir::new().expect("temporary folder");
    let write = |name: &str, text: &str| {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        fs::write(path, text).expect("file");
    };
    write("tools/agent.sh", AGENT);
    write("repo/.ce/batchprp.toml", CONFIG);
    write("repo/README.md", "# Scratch\n");
    write("home/.gitconfig", "[user]\n\tname = Tester\n\temail = tester@example.org\n");
    for (id, dependencies) in ITEMS {
        write(&format!("repo/PRPs/feature-requests/{id}-work.md"), &prp(id, dependencies));
    }
    for arguments in [&["init", "-q", "-b", "main"][..], &["add", "-A"], &["commit", "-q", "-m", "Start"]] {
        let mut command = Command::new("git");
        environment(&mut command, home.path());
        assert!(command.args(arguments).status().expect("git").success());
    }
    home
}

fn prp(id: &str, dependencies: &[&str]) -> String {
    let mut text = format!(
        "---\nprp_id: {id}\ntitle: Work of {id}\nstatus: planning\ncomplexity: low\nestimated_hours: 1\ndependencies: [{}]\nfiles_modified: [out/{id}.txt]\n---\n\n# {id}: Work of {id}\n\n## Problem\n\nNothing is there.\n\n## Solution\n\nMake it.\n\n## Implementation\n",
        dependencies.join(", ")
    );
    for phase in 1..=PHASES {
        write!(text, "\n### Phase {phase}: Part {phase} (10 minutes)\n\nDo part {phase}.\n").expect("text");
    }
    text + "\n## Validation\n\n### L1 Structure\n\n```bash\ntest -d out\n```\n\n## Acceptance Criteria\n\n- [ ] it is there\n"
}
