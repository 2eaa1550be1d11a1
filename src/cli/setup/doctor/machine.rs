//! What the machine has: git, a clock that can be believed, folders with room, and what keeps processes together.

use std::path::Path;
use std::process::{Command, Stdio};

use jiff::{SignedDuration, Timestamp};

use super::check::Check;
use crate::cli::batch::launch;
use crate::cli::start::context::Context;
use crate::config::Config;
use crate::host::disk;
use crate::host::git::plumbing::repo::OLDEST;
use crate::host::process::{self, orphan};

/// A commit may be so far in the future: clocks of two machines differ a little.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Asks git; `None` when it is missing or fails.
pub(super) fn output(folder: &Path, args: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    let output = git.env("LC_ALL", "C").arg("-C").arg(folder).args(args).stdin(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub(super) fn git() -> Check {
    let help = format!("install git {}.{} or newer", OLDEST.0, OLDEST.1);
    let Some(text) = output(Path::new("."), &["--version"]) else {
        return Check::bad("git", "not found", help);
    };
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(a), Some(b)) if (a, b) >= OLDEST => Check::good("git", text),
        _ => Check::bad("git", format!("{text} is too old"), help),
    }
}

/// Says when the clock is behind the last commit: times of runs, leases and limits would be wrong.
pub(super) fn clock(root: &Path) -> Option<Check> {
    let latest: i64 = output(root, &["log", "-1", "--format=%ct"])?.parse().ok()?;
    let ahead = Timestamp::from_second(latest).ok()?.duration_since(Timestamp::now());
    (ahead > AHEAD).then(|| {
        let minutes = ahead.as_mins();
        Check::warning("clock", format!("HEAD was committed {minutes}m in the future"), "set the clock of this machine")
    })
}

/// Tries to make a file in the folder, or in the nearest one above that exists, and looks how much room is left.
pub(super) fn folder(name: &'static str, folder: &Path, key: &str) -> Check {
    let shown = folder.display();
    match disk::usable(folder, key) {
        Ok(None) => Check::good(name, shown.to_string()),
        Ok(Some(free)) => Check::warning(
            name,
            format!("only {} MiB are free at `{shown}`", free >> 20),
            "every workspace is a checkout of its own: free some space, or use fewer `--jobs`",
        ),
        Err(error) => Check::refused(name, error),
    }
}

/// Says what agents and checks can reach.
pub(super) fn sandbox(context: &Context, config: &Config) -> Check {
    match launch::sandbox(config, context) {
        Ok(sandbox) if sandbox.is_on() => {
            let network = if config.run.network { "the network is there" } else { "there is no network" };
            let text = format!("agents and checks write nothing but their workspace and see no secrets; {network}");
            Check::good("sandbox", text)
        }
        Ok(_) => Check::good(
            "sandbox",
            "none: agents and checks can do what you can; `run.sandbox = \"bwrap\"` holds back also those that mean harm",
        ),
        Err(error) => Check::refused("sandbox", error),
    }
}

/// Says what keeps the processes of an attempt together on this machine.
pub(super) fn processes(config: &Config) -> Check {
    let whole = "nothing of an attempt outlives it";
    if config.run.sandbox == "bwrap" || config.run.namespaces && process::namespaces_work() {
        let text = format!("a PID namespace for each attempt: {whole}, also when this program is killed");
        return Check::good("processes", text);
    }
    process::become_subreaper();
    if !orphan::is_subreaper() {
        let text = "sessions and groups only: what leaves both is not found";
        return Check::warning("processes", text, "run agents on Linux");
    }
    let why = if config.run.namespaces { "the system allows no PID namespaces" } else { "`run.namespaces` is off" };
    let text = format!(
        "{why}; this program adopts every orphan: {whole} as long as this program lives, and the next start ends what a \
         killed one left"
    );
    Check::good("processes", text)
}
