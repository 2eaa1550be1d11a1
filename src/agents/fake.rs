//! A stand-in for an agent that does what its script says: for tests of scripts and of this program, at no cost.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Component, Path};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, raise};

use super::fake_script::{self, FakeStep};
use super::journal;
use super::ledger;
use super::speaker::Speaker;
use super::task::{variable, write_heartbeat, write_result};
use crate::host::clock;
use crate::model::agent::{AgentEvent, Scope};
use crate::model::agent_files::task::TaskResult;
use crate::model::usage::Tokens;

/// Set when this process already ignores the signals that its script names.
const IGNORING: &str = "BATCHPRP_FAKE_IGNORES";

/// Plays the script; returns the exit code.
pub(crate) fn run(args: &[String], speaker: &mut Speaker) -> Result<u8, String> {
    let text = |name: &str| variable(name).unwrap_or_default();
    let (item, phase, attempt) = (text("BATCHPRP_ITEM"), text("BATCHPRP_PHASE"), text("BATCHPRP_ATTEMPT"));
    let steps = fake_script::read(args)?.steps(&item, &phase, &attempt);
    let ignores = steps.iter().any(|step| matches!(step, FakeStep::IgnoreTerm));
    if ignores && variable(IGNORING).is_none() {
        return Err(ignoring());
    }
    ledger::enter("start")?;
    speaker.say(&AgentEvent::Started {
        session: Some(format!("fake-{item}")),
        model: Some("fake".to_owned()),
        version: None,
    });
    let mut code = None;
    for step in &steps {
        code = play(step, &item, speaker)?;
        if code.is_some() {
            break;
        }
    }
    let code = code.unwrap_or_else(|| succeed(&item, "", speaker));
    ledger::enter("end")?;
    Ok(code)
}

/// Starts this program again with the signals ignored; comes back only when that failed.
fn ignoring() -> String {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error.to_string(),
    };
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' TERM INT HUP; exec \"$@\"", "sh"]).arg(program).args(std::env::args_os().skip(1));
    format!("cannot start again: {}", command.env(IGNORING, "1").exec())
}

/// Plays one step; returns the exit code when the call ends with it.
fn play(step: &FakeStep, item: &str, speaker: &mut Speaker) -> Result<Option<u8>, String> {
    let failed = |error: io::Error| format!("the step {step:?} failed: {error}");
    match step {
        FakeStep::Write { files, append } => {
            for (name, text) in files {
                write(name, text, *append).map_err(failed)?;
            }
        }
        FakeStep::Work { seconds } => work(*seconds, speaker),
        FakeStep::Sleep { seconds } => std::thread::sleep(duration(*seconds)),
        FakeStep::Await { event, item } => journal::wait_for(event, item.as_deref())?,
        FakeStep::Stall => loop {
            std::thread::park();
        },
        FakeStep::Say { text } => speaker.say(&AgentEvent::Message { text: text.clone() }),
        FakeStep::Progress { text, percent } => speaker.progress(text, *percent),
        FakeStep::Heartbeat { progress, step } => write_heartbeat(item, "working", *progress, step),
        FakeStep::IgnoreTerm => {}
        FakeStep::Orphan { seconds, double } => orphan(*seconds, *double).map_err(failed)?,
        FakeStep::Commit { message } => commit(message).map_err(failed)?,
        FakeStep::Usage { input, output, usd } => usage(*input, *output, *usd, speaker),
        FakeStep::Flood { lines, bytes } => flood(*lines, *bytes, speaker),
        FakeStep::Raw { text } => speaker.raw(format!("{text}\n").as_bytes()),
        FakeStep::Deny { tool } => speaker.say(&AgentEvent::PermissionDenied { tool: tool.clone() }),
        FakeStep::Fail { code, reason, text } => {
            speaker.finished(false, reason, text);
            return Ok(Some(*code));
        }
        FakeStep::Die { signal } => {
            let signal = Signal::try_from(*signal).map_err(|_| format!("{signal} is no signal"))?;
            raise(signal).map_err(|error| failed(error.into()))?;
        }
        FakeStep::Limit { seconds } => {
            let until = seconds.map(|seconds| clock::epoch_seconds() + seconds);
            speaker.say(&AgentEvent::RateLimited { until });
            speaker.finished(false, "rate_limited", "usage limit reached");
            return Ok(Some(1));
        }
        FakeStep::Lie { text } => return Ok(Some(succeed(item, text, speaker))),
        FakeStep::Succeed { text, linger } => {
            let code = succeed(item, text, speaker);
            std::thread::sleep(duration(*linger));
            return Ok(Some(code));
        }
    }
    Ok(None)
}

fn succeed(item: &str, text: &str, speaker: &mut Speaker) -> u8 {
    write_result(&TaskResult {
        work_item_id: Some(item.to_owned()),
        status: "success".to_owned(),
        ..TaskResult::default()
    });
    speaker.finished(true, "done", text);
    0
}

fn write(name: &str, text: &str, append: bool) -> io::Result<()> {
    use std::io::Write;
    let path = Path::new(name);
    if !path.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("`{name}` is not below the working directory"),
        ));
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create(true).write(true).append(append).truncate(!append);
    options.open(path)?.write_all(text.as_bytes())
}

fn work(seconds: f64, speaker: &mut Speaker) {
    let begin = Instant::now();
    while begin.elapsed() < duration(seconds) {
        let part = begin.elapsed().as_secs_f64() / seconds;
        speaker.progress("working", Some((100.0 * part).round()));
        std::thread::sleep(Duration::from_millis(100).min(duration(seconds)));
    }
}

fn orphan(seconds: u32, double: bool) -> io::Result<()> {
    let sleep = format!("exec sleep {seconds}");
    let script = if double { format!("(setsid sh -c '{sleep}' &)") } else { format!("setsid sh -c '{sleep}' &") };
    Command::new("sh").args(["-c", &script]).stdin(Stdio::null()).status().map(drop)
}

fn commit(message: &str) -> io::Result<()> {
    let git = |args: &[&str]| Command::new("git").args(args).stdout(Stdio::null()).status();
    git(&["add", "--all"])?;
    git(&["-c", "user.name=fake", "-c", "user.email=fake@localhost", "commit", "--quiet", "--message", message])
        .map(drop)
}

fn usage(input: u64, output: u64, usd: Option<f64>, speaker: &mut Speaker) {
    let tokens = Tokens { input, output, ..Tokens::default() };
    speaker.say(&AgentEvent::Usage { scope: Scope::Run, model: Some("fake".to_owned()), tokens });
    if let Some(usd) = usd {
        speaker.say(&AgentEvent::Cost { scope: Scope::Run, usd });
    }
}

fn flood(lines: u64, bytes: u64, speaker: &mut Speaker) {
    for _ in 0..lines {
        speaker.raw(&[b'x'; 79]);
        speaker.raw(b"\n");
    }
    let piece = vec![b'x'; 64 * 1024];
    let mut left = usize::try_from(bytes).unwrap_or(usize::MAX);
    while left > 0 {
        let length = left.min(piece.len());
        speaker.raw(&piece[..length]);
        left -= length;
    }
    if bytes > 0 {
        speaker.raw(b"\n");
    }
}

fn duration(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
