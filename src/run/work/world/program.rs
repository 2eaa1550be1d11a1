//! Programs that scripts run, by argument vector.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::bridge::{Failure, ProcessOutput, RunProgram};
use crate::error::{Error, ExitCode};
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
    let cwd = order.cwd.map_or_else(|| settings.root.clone(), |path| settings.root.join(path));
    let name = order.argv.first().cloned().unwrap_or_default();
    let mut env = env.clone();
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

/// Reads a number of seconds.
pub(crate) fn seconds(value: f64) -> Duration {
    Duration::try_from_secs_f64(value).ok().filter(|time| !time.is_zero()).unwrap_or(TIMEOUT)
}
