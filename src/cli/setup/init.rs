//! `init`: writes the project's configuration file, and commands for agents in which people work.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::slash::{self, Agent, CommandFile};
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::config::project_file;
use crate::error::{Error, ExitCode};

/// Write `.ce/batchprp.toml`, with every key and its default commented out
#[derive(clap::Args)]
pub struct Args {
    /// Write slash commands for Claude Code (`.claude/commands/`)
    #[arg(long)]
    claude: bool,
    /// Write skills for Codex (`.agents/skills/`)
    #[arg(long)]
    codex: bool,
    /// Write commands for Gemini CLI (`.gemini/commands/`)
    #[arg(long)]
    gemini: bool,
}

/// What became of one file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Wrote,
    Renewed,
    Same,
    Kept,
}

/// Runs the subcommand. A file of somebody else is never touched.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let config = CommandFile { path: ".ce/batchprp.toml".to_owned(), text: project_file() };
    let agents = [(args.claude, Agent::Claude), (args.codex, Agent::Codex), (args.gemini, Agent::Gemini)];
    let wanted = agents.into_iter().filter(|(on, _)| *on).flat_map(|(_, agent)| slash::files(agent));
    for file in std::iter::once(config).chain(wanted) {
        let path = context.root.join(&file.path);
        let fate = place(&path, &file.text)
            .map_err(|error| Error::new(ExitCode::Config, format!("cannot write `{}`: {error}", path.display())))?;
        let out = &mut context.terminal.out;
        match fate {
            Fate::Wrote => writeln!(out, "wrote {}", path.display())?,
            Fate::Renewed => writeln!(out, "renewed {}", path.display())?,
            Fate::Same => writeln!(out, "{} is up to date", path.display())?,
            Fate::Kept => writeln!(out, "kept {}, which exists", path.display())?,
        }
    }
    writeln!(context.terminal.out, "next: batchprp doctor")?;
    Ok(ExitCode::Done)
}

/// Writes a file where there is none. One that carries our mark is renewed; any other stays as it is.
fn place(path: &Path, text: &str) -> io::Result<Fate> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map(|()| Fate::Wrote),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let ours = path.symlink_metadata()?.is_file() && fs::read_to_string(path).is_ok_and(|old| is_ours(&old));
            if !ours {
                return Ok(Fate::Kept);
            }
            if fs::read_to_string(path)? == text {
                return Ok(Fate::Same);
            }
            fs::write(path, text).map(|()| Fate::Renewed)
        }
        Err(error) => Err(error),
    }
}

fn is_ours(text: &str) -> bool {
    text.lines().any(|line| (line.starts_with("<!--") || line.starts_with('#')) && line.contains(slash::MARKER))
}
