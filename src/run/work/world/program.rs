//! Programs that scripts run, by argument vector.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::bridge::{Failure, ProcessOutput, RunProgram, StartDetached};
use crate::error::{Error, ExitCode};
use crate::evidence::environment::for_gates;
use crate::host::process::{self, Marker};
use crate::host::stop::StopToken;
use crate::run::settings::Settings;

/// Most bytes of output that a script gets of a program.
const MAX_OUTPUT: usize = 16 << 20;
/// Time of a program for which the script asks for none.
const TIMEOUT: Duration = Duration::from_secs(600);

/// Runs a program to its end.
pub(crate) async fn run(
    order: RunProgram,
    settings: Arc<Settings>,
    marker: Marker,
    env: &BTreeMap<String, String>,
    stop: StopToken,
) -> Result<ProcessOutput, Failure> {
    let cwd = match order.cwd {
        None => settings.root.clone(),
        Some(path) if order.outside => settings.root.join(path),
        Some(path) => below(&settings, &path)?,
    };
    let name = order.argv.first().cloned().unwrap_or_default();
    let mut env = for_gates(env, &order.pass).variables;
    env.extend(order.env);
    let command = process::Command {
        argv: order.argv,
        cwd,
        env,
        stdin: order.stdin,
        timeout: seconds(order.timeout),
        marker,
        max_output: MAX_OUTPUT,
        grace: settings.timers.grace,
        is_sandboxed: false,
    };
    let output = process::run(command, stop).await.map_err(|error| {
        Failure::Error(
            Error::new(ExitCode::AgentMissing, format!("cannot start `{name}`: {error}"))
                .help(format!("is `{name}` installed and on PATH?")),
        )
    })?;
    if output.cancelled {
        return Err(Failure::Cancelled);
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(ProcessOutput {
        code: output.code,
        signal: output.signal,
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        timed_out: output.timed_out,
    })
}

/// Returns a working directory below the project or in the folder of its worktrees.
fn below(settings: &Settings, path: &Path) -> Result<PathBuf, Failure> {
    let refuse = |reason: String| {
        let error = Error::new(ExitCode::InvalidInput, reason);
        Failure::Error(error.help("a program works below the project or in the worktree of its item; `const NEEDS = [\"outside\"];` asks for more"))
    };
    let real = settings.root.join(path);
    let real = real.canonicalize().map_err(|error| refuse(format!("cannot work in `{}`: {error}", path.display())))?;
    let is_below = |folder: &Path| folder.canonicalize().is_ok_and(|folder| real.starts_with(folder));
    if [&settings.root, &settings.worktrees, &settings.state].into_iter().any(|folder| is_below(folder)) {
        return Ok(real);
    }
    Err(refuse(format!("`{}` is not below the project", path.display())))
}

/// Reads a number of seconds.
pub(crate) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).ok().filter(|time| !time.is_zero()).unwrap_or(TIMEOUT)
}

/// Starts a program that goes on when this one ends.
pub(crate) fn start_detached(settings: &Settings, order: &StartDetached) -> crate::error::Result<u32> {
    let name = order.argv.first().cloned().unwrap_or_default();
    process::outliving::start(&order.argv, &settings.root, &order.stdin).map_err(|error| {
        Error::new(ExitCode::AgentMissing, format!("cannot start `{name}`: {error}"))
            .help(format!("is `{name}` installed and on PATH?"))
    })
}
