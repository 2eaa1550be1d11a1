//! A repository of its own for trying an agent out: two PRPs, the configuration of agents as it is here, nothing else.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use etcetera::BaseStrategy;
use tempfile::TempDir;

use crate::cli::start::context::Context;
use crate::config::{Config, ConfigValue, SettingOrigin};
use crate::error::{Error, ExitCode, Result};

/// The PRP whose phases edit, run a command, and remember.
pub(super) const WORK: &str = "PRP-1.1.1";
/// The PRP that takes too long.
pub(super) const WAIT: &str = "PRP-1.1.2";

/// Sections of the configuration that say how agents are started; everything else keeps its defaults.
const SECTIONS: [&str; 3] = ["agent.", "adapter.", "run."];
const ADAPTERS: &str = "agents";

pub(super) struct Scratch {
    folder: TempDir,
    this: PathBuf,
}

impl Scratch {
    /// Makes the repository. Not in the folder for temporary files: some agents refuse to work there, and a sandbox has a
    /// private one.
    pub(super) fn make(context: &Context, config: &Config) -> Result<Self> {
        let base = etcetera::choose_base_strategy().map_err(|error| failed(&error))?;
        let place = base.state_dir().unwrap_or_else(|| base.data_dir()).join("batchprp");
        std::fs::create_dir_all(&place).map_err(|error| failed(&error))?;
        let folder = tempfile::Builder::new().prefix("try-").tempdir_in(&place).map_err(|error| failed(&error))?;
        let this = std::env::current_exe().map_err(|error| failed(&error))?;
        let scratch = Self { folder, this };
        scratch.write(".gitignore", ".ce/\n")?;
        scratch.write(".ce/batchprp.toml", &configuration(config, &context.root))?;
        let own = context.root.join(&config.paths.state).join(ADAPTERS);
        for entry in std::fs::read_dir(own).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(entry.path()).unwrap_or_default();
            scratch.write(&format!(".ce/{ADAPTERS}/{name}"), &text)?;
        }
        scratch.write(&format!("PRPs/feature-requests/{WORK}-try.md"), include_str!("work.md"))?;
        scratch.write(&format!("PRPs/feature-requests/{WAIT}-wait.md"), include_str!("wait.md"))?;
        for arguments in [
            &["init", "-q", "-b", "main"][..],
            &["config", "user.name", "batchprp agents test"],
            &["config", "user.email", "agents-test@localhost"],
            &["add", "-A"],
            &["commit", "-q", "-m", "A tiny task"],
        ] {
            let made = scratch.git(arguments)?;
            if !made.status.success() {
                return Err(failed(&String::from_utf8_lossy(&made.stderr).trim()));
            }
        }
        Ok(scratch)
    }

    /// Returns the folder of the repository.
    pub(super) fn root(&self) -> PathBuf {
        self.folder.path().join("repo")
    }

    /// Carries one PRP out, and returns exit code and what was said.
    pub(super) fn execute(&self, prp: &str, flags: &[&str]) -> Result<(Option<i32>, String)> {
        let mut command = Command::new(&self.this);
        command.args(["exe", prp, "--yes", "--no-merge", "--no-auto-review", "--retries", "0", "--repairs", "0"]);
        let output = self.ended(command.args(flags))?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
    }

    /// Returns a file as an item's branch has it.
    pub(super) fn file(&self, prp: &str, name: &str) -> Result<Option<String>> {
        let branch = prp.to_lowercase().replace('.', "-");
        let output = self.git(&["show", &format!("{branch}:{name}")])?;
        let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(output.status.success().then_some(text))
    }

    /// Keeps the repository, and returns where it is.
    pub(super) fn keep(self) -> PathBuf {
        let root = self.root();
        drop(self.folder.keep());
        root
    }

    fn write(&self, name: &str, text: &str) -> Result<()> {
        let path = self.root().join(name);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text));
        made.map_err(|error| failed(&error))
    }

    fn git(&self, arguments: &[&str]) -> Result<Output> {
        self.ended(Command::new("git").args(arguments))
    }

    fn ended(&self, command: &mut Command) -> Result<Output> {
        command.current_dir(self.root()).stdin(Stdio::null()).output().map_err(|error| failed(&error))
    }
}

/// Writes down what is configured about agents; paths that mean a file of the project become whole ones.
fn configuration(config: &Config, root: &Path) -> String {
    let mut lines = Vec::new();
    for (key, entry) in config.entries() {
        let is_ours = SECTIONS.iter().any(|section| key.starts_with(section)) && key != "run.jobs";
        if is_ours && !matches!(entry.origin, SettingOrigin::Default) {
            let name: Vec<String> = key.split('.').map(|part| format!("\"{part}\"")).collect();
            lines.push(format!("{} = {}", name.join("."), whole(&entry.value, root)));
        }
    }
    lines.extend((1..=4).map(|level| format!("validate.l{level} = []")));
    lines.extend(["worktree.setup = []", "worktree.copy = []", ""].map(str::to_owned));
    lines.join("\n")
}

fn whole(value: &ConfigValue, root: &Path) -> ConfigValue {
    let word = |word: &String| {
        let word = word.replace("{root}", &root.display().to_string());
        let file = root.join(&word);
        if word.contains('/') && file.is_file() { file.display().to_string() } else { word }
    };
    match value {
        ConfigValue::Text(text) => ConfigValue::Text(word(text)),
        ConfigValue::List(words) => ConfigValue::List(words.iter().map(word).collect()),
        other => other.clone(),
    }
}

fn failed(reason: &dyn std::fmt::Display) -> Error {
    Error::new(ExitCode::Internal, format!("cannot make a repository for the trial: {reason}"))
}
