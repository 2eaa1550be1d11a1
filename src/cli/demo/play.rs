//! Makes a repository with a plan and runs gen, review, exe and context-update on it, printing every command.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::error::{Error, ExitCode, Result};

const PLAN: &str = include_str!("PLAN.md");

const CONFIG: &str = "\
# The embedded agent carries out the shell blocks of each phase: no model, no key, no cost.
[agent]
name = \"runbook\"

[run]
jobs = 4
";

const README: &str = "# A playground of batchprp\n\nMade by `batchprp demo`.\n";

/// Runs the demonstration and leaves its repository: in `./batchprp-demo` with `keep`, else in a temporary folder.
pub(crate) fn play(keep: bool, out: &mut dyn Write) -> Result<ExitCode> {
    let started = Instant::now();
    let home = place(keep)?;
    let this = std::env::current_exe().map_err(|error| failed(&format!("cannot find this program: {error}")))?;
    let mut stage = Stage { home: &home, this: &this, out };
    stage.say(&format!("A repository with a plan of seven phases: {}", home.display()));
    stage.write("PLAN.md", PLAN)?;
    stage.write("README.md", README)?;
    stage.write(".ce/batchprp.toml", CONFIG)?;
    stage.git(&["init", "-q", "-b", "main"])?;
    stage.git(&["add", "-A"])?;
    stage.git(&["commit", "-q", "-m", "Plan of the word tools"])?;
    stage.say("1. The plan becomes PRPs.");
    stage.batchprp(&["gen", "PLAN.md", "--agent", "template"])?;
    stage.git(&["add", "PRPs"])?;
    stage.git(&["commit", "-q", "-m", "PRPs of batch 1"])?;
    stage.say("2. The PRPs are reviewed before anything is spent.");
    stage.batchprp(&["review", "--batch", "1", "--mode", "structural"])?;
    stage.say("3. The PRPs are carried out, each in a branch and worktree of its own.");
    stage.batchprp(&["exe", "--batch", "1", "--land"])?;
    stage.say("4. The documents are told what git shows.");
    stage.batchprp(&["context-update", "--batch", "1"])?;
    stage.git(&["add", "-A"])?;
    stage.git(&["commit", "-q", "-m", "Context after batch 1"])?;
    stage.say("What git holds now:");
    stage.git(&["--no-pager", "log", "--graph", "--oneline", "--no-decorate"])?;
    stage.say(&format!("Done in {:.1} s. Look around in {}", started.elapsed().as_secs_f64(), home.display()));
    Ok(ExitCode::Done)
}

fn place(keep: bool) -> Result<PathBuf> {
    let home = if keep {
        let home = std::env::current_dir().map_err(|e| failed(&e.to_string()))?.join("batchprp-demo");
        std::fs::create_dir(&home).map_err(|error| {
            Error::new(ExitCode::Policy, format!("cannot create `{}`: {error}", home.display()))
                .help("remove it, or run the demo without `--keep`")
        })?;
        home
    } else {
        let parent = tempfile::Builder::new().prefix("batchprp-demo-").tempdir().map_err(|e| failed(&e.to_string()))?;
        let home = parent.keep().join("word-tools");
        std::fs::create_dir(&home).map_err(|e| failed(&e.to_string()))?;
        home
    };
    home.canonicalize().map_err(|error| failed(&error.to_string()))
}

/// Where the demonstration plays.
struct Stage<'a> {
    home: &'a Path,
    this: &'a Path,
    out: &'a mut dyn Write,
}

impl Stage<'_> {
    fn say(&mut self, text: &str) {
        // A closed pipe ends the reader's interest, not the demonstration.
        drop(writeln!(self.out, "\n{text}"));
        drop(self.out.flush());
    }

    fn write(&mut self, name: &str, text: &str) -> Result<()> {
        let path = self.home.join(name);
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text));
        made.map_err(|error| failed(&format!("cannot write `{}`: {error}", path.display())))
    }

    fn git(&mut self, arguments: &[&str]) -> Result<()> {
        let mut command = Command::new("git");
        // The demonstration must not depend on who runs it.
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "batchprp demo").env(format!("GIT_{role}_EMAIL"), "demo@localhost");
        }
        self.run(command, "git", arguments)
    }

    fn batchprp(&mut self, arguments: &[&str]) -> Result<()> {
        self.run(Command::new(self.this), "batchprp", arguments)
    }

    fn run(&mut self, mut command: Command, name: &str, arguments: &[&str]) -> Result<()> {
        drop(writeln!(self.out, "$ {name} {}", arguments.iter().map(|a| shown(a)).collect::<Vec<_>>().join(" ")));
        drop(self.out.flush());
        let status = command.args(arguments).current_dir(self.home).status();
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(failed(&format!("`{name} {}` ended with {status}", arguments.join(" ")))),
            Err(error) => Err(failed(&format!("cannot start `{name}`: {error}"))),
        }
    }
}

fn shown(argument: &str) -> String {
    if argument.contains(' ') { format!("'{argument}'") } else { argument.to_owned() }
}

fn failed(reason: &str) -> Error {
    Error::new(ExitCode::Internal, format!("the demonstration failed: {reason}"))
}
