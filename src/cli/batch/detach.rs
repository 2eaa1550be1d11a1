//! `--detach`: the same command again in a session of its own, so that it outlives the shell or tool that called it.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::follow::runs;
use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::error::{Error, ExitCode};
use crate::host::clock;

/// Set for the command in the background.
const DETACHED: &str = "BATCHPRP_DETACHED";

/// How long a run may take until its journal is there; a script may read many documents before.
const PATIENCE: Duration = Duration::from_secs(60);

/// What `--detach --json` prints.
#[derive(Serialize, JsonSchema)]
pub struct Detached {
    pub run: String,
    pub pid: u32,
}

/// Tells whether this is the command in the background.
pub fn is_detached() -> bool {
    env::var_os(DETACHED).is_some()
}

/// Leaves the caller's session when this is the command in the background.
pub fn leave_session() {
    if is_detached() {
        // Fails only for the leader of a group, which has left already.
        nix::unistd::setsid().ok();
    }
}

/// Starts the command in the background, waits until its run is open, and says how to follow it.
pub fn start(context: &mut Context) -> CommandResult {
    let folder = runs::folder(context)?;
    let before = runs::ids(&folder);
    let log = folder.with_file_name(format!("detached-{}.log", clock::run_id()));
    let mut child = spawn(&log).map_err(|error| cannot(&error))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        let opened = runs::ids(&folder).into_iter().rev().find(|id| !before.contains(id) && is_of(&folder, id, &child));
        if let Some(run) = opened {
            // Beside the journal it goes with the run. Whoever writes it does not notice.
            fs::rename(&log, folder.join(&run).join("terminal.log")).ok();
            if context.globals.json {
                context.terminal.document(Detached { run, pid: child.id() })?;
                return Ok(ExitCode::Done);
            }
            let out = &mut context.terminal.out;
            writeln!(out, "run {run} goes on in the background (pid {})", child.id())?;
            writeln!(out, "batchprp status --run {run}\nbatchprp watch {run}\nbatchprp stop {run}")?;
            return Ok(ExitCode::Done);
        }
        // A command that ended at once had nothing to run, or something to complain about.
        if let Some(status) = child.try_wait().map_err(|error| cannot(&error))? {
            let said = fs::read_to_string(&log).unwrap_or_default();
            write!(context.terminal.err, "{said}")?;
            fs::remove_file(&log).ok();
            let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(ExitCode::Internal as u8);
            return if code == 0 {
                Ok(ExitCode::Done)
            } else {
                Err(crate::cli::start::failure::CommandFailure::Exit(code))
            };
        }
        if Instant::now() > deadline {
            return Err(Error::new(
                ExitCode::Unfinished,
                format!("the command (pid {}) opened no run yet", child.id()),
            )
            .help(format!("what it says is in `{}`", log.display()))
            .into());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Tells whether a journal was opened by the child.
fn is_of(folder: &Path, id: &str, child: &Child) -> bool {
    let Ok(events) = crate::host::journal::read(&folder.join(id)) else {
        return false;
    };
    crate::event::RunView::of(&events).pid == child.id()
}

fn spawn(log: &PathBuf) -> io::Result<Child> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder)?;
    }
    let file: File = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(log)?;
    let args = without_place(env::args_os().skip(1));
    Command::new(env::current_exe()?)
        .args(args)
        .env(DETACHED, "1")
        .env_remove("BATCHPRP_DETACH")
        // The folder was changed already.
        .env_remove("BATCHPRP_DIRECTORY")
        .stdin(Stdio::null())
        .stdout(file.try_clone()?)
        .stderr(file)
        .spawn()
}

/// Takes out `--detach`, and the flags of a folder: this process has changed to it already.
fn without_place(args: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut args = args.peekable();
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        if text == "--" {
            kept.push(arg);
            kept.extend(args.by_ref());
        } else if text == "-C" || text == "--directory" {
            drop(args.next());
        } else if text != "--detach" && !text.starts_with("--directory=") && !(text.starts_with("-C")) {
            kept.push(arg);
        }
    }
    kept
}

fn cannot(error: &io::Error) -> Error {
    Error::new(ExitCode::Internal, format!("cannot start the command in the background: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_background_command_is_the_same_without_place_and_detach() {
        let words = "-C dir exe --detach --batch 1 --directory=x --directory y -- --detach";
        let kept = without_place(words.split(' ').map(OsString::from));
        assert_eq!(kept, "exe --batch 1 -- --detach".split(' ').map(OsString::from).collect::<Vec<_>>());
    }
}
