//! `worker`: carries out one attempt of one item, and tells about those on this machine.

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use etcetera::BaseStrategy as _;
use serde_json::json;

use super::attempt;
use super::job::{self, Home};
use super::supervise;
use super::trial;
use crate::cli::start::context::Context;
use crate::cli::start::failure::{CommandFailure, CommandResult};
use crate::error::{Error, ExitCode, Result};
use crate::model::worker::WorkerSpec;

/// Longest wait for the beginning of a job in the background.
const PATIENCE: Duration = Duration::from_secs(10);

/// Carry out one attempt of one item, for a run on another machine
///
/// An executor starts it: nobody types this. See docs/cluster.md.
#[derive(clap::Args)]
pub struct Args {
    /// What is to be carried out; `-` reads it from standard input
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    /// Go on in the background
    #[arg(long, requires = "spec")]
    detach: bool,
    /// Tell the jobs of a run on this machine, as JSON
    #[arg(long, value_name = "RUN", conflicts_with = "spec")]
    list: Option<String>,
    /// End a job on this machine
    #[arg(long, value_name = "NAME", conflicts_with_all = ["spec", "list"])]
    cancel: Option<String>,
    /// Tell what a job on this machine said, as JSON
    #[arg(long, value_name = "NAME", conflicts_with_all = ["spec", "list", "cancel"])]
    logs: Option<String>,
    /// Begin at this byte
    #[arg(long, value_name = "BYTE", default_value = "0", requires = "logs")]
    from: u64,
    /// Folder of workers on this machine
    #[arg(long, value_name = "DIR")]
    home: Option<PathBuf>,
    /// Only wait for some seconds, for the trial of an executor
    #[arg(long, value_name = "SECONDS", hide = true, requires = "spec")]
    trial: Option<u32>,
    /// Run the script of a job, whose folder this is
    #[arg(long, value_name = "DIR", hide = true)]
    inside: Option<PathBuf>,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    if let Some(folder) = &args.inside {
        return attempt::run(folder);
    }
    let home = Home(home(args)?);
    let out = &mut context.terminal.out;
    if let Some(run) = &args.list {
        writeln!(out, "{}", json!(job::list(&home, run)))?;
    } else if let Some(name) = &args.cancel {
        writeln!(out, "{}", if job::cancel(&home, name)? { "stopped" } else { "unconfirmed" })?;
    } else if let Some(name) = &args.logs {
        let (text, next) = job::logs(&home, name, args.from)?;
        writeln!(out, "{}", json!({ "text": text, "next": next }))?;
    } else if let Some(file) = &args.spec {
        let (text, spec) = read(file)?;
        let name = job::name(&spec);
        if args.detach {
            detach(&home, &name, &text, args.trial)?;
            writeln!(out, "{name}")?;
        } else if let Some(seconds) = args.trial {
            return trial::run(&home, &name, &text, seconds);
        } else {
            return supervise::run(&home, &name, &text, &spec);
        }
    } else {
        let error = Error::new(ExitCode::Usage, "nothing to do: an executor starts a worker with `--spec`");
        return Err(error.help("`batchprp exe --executor local` carries items out by workers on this machine").into());
    }
    Ok(ExitCode::Done)
}

/// Returns the folder of workers: that which was named, else one in the cache of the user.
fn home(args: &Args) -> Result<PathBuf> {
    if let Some(home) = &args.home {
        return Ok(std::path::absolute(home).unwrap_or_else(|_| home.clone()));
    }
    let strategy = etcetera::choose_base_strategy()
        .map_err(|error| Error::new(ExitCode::Config, format!("no folder for workers: {error}")))?;
    Ok(strategy.cache_dir().join("batchprp").join("worker"))
}

fn read(file: &PathBuf) -> Result<(String, WorkerSpec)> {
    let mut text = String::new();
    let read = match file.as_os_str().as_encoded_bytes() {
        b"-" => std::io::stdin().read_to_string(&mut text).map(drop),
        _ => fs::read_to_string(file).map(|read| text = read),
    };
    read.map_err(|e| Error::new(ExitCode::InvalidInput, format!("cannot read the spec `{}`: {e}", file.display())))?;
    let spec: WorkerSpec = serde_json::from_str(&text).map_err(|error| {
        Error::new(ExitCode::InvalidInput, format!("the spec `{}` is none: {error}", file.display()))
            .help("orchestrator and worker have to be of the same version; see docs/schemas/worker-spec.json")
    })?;
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    if !plain(&spec.run) || !plain(&spec.item) {
        return Err(Error::new(ExitCode::InvalidInput, "run and item of the spec are no names of files"));
    }
    Ok((text, spec))
}

/// Starts the worker in the background and waits until its job has begun.
fn detach(home: &Home, name: &str, text: &str, trial: Option<u32>) -> std::result::Result<(), CommandFailure> {
    let cannot = |error: std::io::Error| Error::new(ExitCode::Internal, format!("cannot start a worker: {error}"));
    let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
    command.args(["worker", "--home"]).arg(&home.0).args(["--spec", "-"]);
    if let Some(seconds) = trial {
        command.args(["--trial", &seconds.to_string()]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(cannot)?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).map_err(cannot)?;
    }
    let deadline = Instant::now() + PATIENCE;
    while !home.job(name).exists() {
        if let Some(status) = child.try_wait().map_err(cannot)?.filter(|status| !status.success()) {
            let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(ExitCode::Internal as u8);
            return Err(CommandFailure::Exit(code));
        }
        if Instant::now() > deadline {
            return Err(Error::new(ExitCode::Unfinished, format!("the job {name} has not begun yet")).into());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
