//! Runs a script with its dispatcher from start to end.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::core::channel::ChannelBridge;
use super::core::effect::ProgramEnd;
use super::core::event_stream::{EventStream, Reporter};
use super::core::message::{Message, Signal};
use super::core::pending::Pending;
use super::core::state::{LoopState, Stage};
use super::dispatch::Dispatcher;
use super::settings::Settings;
use crate::bridge::{Bridge, Cancel, Failure};
use crate::error::{Error, ExitCode, Result};
use crate::host::clock;
use crate::host::process;
use crate::host::redact::Secrets;
use crate::host::stop::StopToken;

/// Stack of the thread that runs `main` of a script: deep recursion of scripts is limited by the engine, not by us.
const STACK: usize = 16 << 20;

/// How often reporters may redraw what changes with time alone.
const TICK: Duration = Duration::from_millis(100);

/// How the program ends after a script.
#[derive(Debug)]
pub struct ProgramExit {
    pub exit_code: u8,
    /// Why the script did not come to its end, for people.
    pub error: Option<Error>,
    /// What could not be written although the run went on.
    pub warning: Option<String>,
}

/// Runs `script` on a thread of its own while this thread serves its requests.
///
/// `script` gets the bridge and the flag that stops it, and returns the exit code of its `main`, or why it failed.
pub fn execute<F>(settings: Settings, reporters: Vec<Reporter>, script: F) -> Result<ProgramExit>
where
    F: FnOnce(Arc<dyn Bridge>, Arc<Cancel>) -> std::result::Result<u8, Failure> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ExitCode::Internal, format!("cannot start the runtime: {error}")))?;
    process::keep_together(settings.namespaces);
    process::limit_processes(settings.max_processes);
    // Adapters are scripts and stay on this thread, so their tasks are local ones.
    let ended = tokio::task::LocalSet::new().block_on(&runtime, serve(settings, reporters, script));
    // What git is still doing after a signal is finished, or undone by the next start.
    runtime.shutdown_background();
    ended
}

async fn serve<F>(settings: Settings, reporters: Vec<Reporter>, script: F) -> Result<ProgramExit>
where
    F: FnOnce(Arc<dyn Bridge>, Arc<Cancel>) -> std::result::Result<u8, Failure> + Send + 'static,
{
    let (tx, mut rx) = mpsc::unbounded_channel();
    watch_signals(&tx, settings.detached)?;
    let mut dispatcher = dispatcher(settings, reporters, tx.clone());
    let (bridge, cancel) = (ChannelBridge::new(tx.clone(), dispatcher.waiting.clone()), dispatcher.cancel.clone());
    let bridge: Arc<dyn Bridge> = Arc::new(bridge);
    let run = move || {
        let result = catch_unwind(AssertUnwindSafe(|| script(bridge, cancel)));
        let panicked = |_| Err(Error::new(ExitCode::Internal, "the script's thread panicked").into());
        drop(tx.send(Message::ScriptEnded(result.unwrap_or_else(panicked))));
    };
    thread::Builder::new()
        .name("script".to_owned())
        .stack_size(STACK)
        .spawn(run)
        .map_err(|error| Error::new(ExitCode::Internal, format!("cannot start the script's thread: {error}")))?;
    let mut clock = tokio::time::interval(TICK);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let end = loop {
        tokio::select! {
            message = rx.recv() => if let Some(end) = message.and_then(|message| dispatcher.take(message)) {
                break end;
            },
            _ = clock.tick() => dispatcher.stream.tick(),
        }
    };
    Ok(conclude(dispatcher, end))
}

fn dispatcher(settings: Settings, reporters: Vec<Reporter>, tx: mpsc::UnboundedSender<Message>) -> Dispatcher {
    let env = environment();
    let secrets = Secrets::of(env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let run = clock::run_id();
    let stream = EventStream::new(run.clone(), secrets.clone(), reporters);
    let state = LoopState {
        settings: Arc::new(settings),
        env: Arc::new(env),
        secrets,
        stop: StopToken::new(),
        run,
        new_run: clock::run_id,
        stage: Stage::Idle,
        pending: Pending::default(),
        signal: None,
        silent: 0,
        first_bad: 0,
        trouble: None,
    };
    Dispatcher { state, stream, tx, cancel: Arc::default(), waiting: Arc::default() }
}

fn conclude(mut dispatcher: Dispatcher, end: ProgramEnd) -> ProgramExit {
    let trouble = dispatcher.stream.broken.take().or(dispatcher.state.trouble);
    let warning = trouble.map(|reason| format!("the journal or the metrics are incomplete: {reason}"));
    ProgramExit { exit_code: end.exit_code, error: end.error, warning }
}

/// Returns our environment, without what an outer batchprp told us as its agent.
fn environment() -> BTreeMap<String, String> {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    let all = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
    all.filter(|(name, _)| !name.starts_with("BATCHPRP_")).collect()
}

/// Makes signals messages. A run without a terminal does not end because one is closed.
fn watch_signals(tx: &mpsc::UnboundedSender<Message>, detached: bool) -> Result<()> {
    let kinds = [
        (SignalKind::interrupt(), Signal::Interrupt),
        (SignalKind::terminate(), Signal::Terminate),
        (SignalKind::hangup(), Signal::HangUp),
    ];
    for (kind, meaning) in kinds {
        let mut stream =
            signal(kind).map_err(|error| Error::new(ExitCode::Internal, format!("cannot watch signals: {error}")))?;
        let tx = tx.clone();
        tokio::spawn(async move {
            while stream.recv().await.is_some() {
                if detached && meaning == Signal::HangUp {
                    continue;
                }
                if tx.send(Message::Signal(meaning)).is_err() {
                    break;
                }
            }
        });
    }
    Ok(())
}
