//! Runs a script with its dispatcher from start to end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::channel::ChannelBridge;
use super::close;
use super::dispatcher::Dispatcher;
use super::events::{Events, Reporter};
use super::internal::{Internal, Signal};
use super::settings::Settings;
use crate::bridge::door::{Bridge, Failure};
use crate::error::{Error, ExitCode, Result};
use crate::host::clock;
use crate::host::process;
use crate::host::redact::Secrets;
use crate::host::stop::StopToken;

/// Stack of the thread that runs `main` of a script: deep recursion of scripts is limited by the engine, not by us.
const STACK: usize = 16 << 20;

/// How often reporters may redraw what changes with time alone.
const TICK: Duration = Duration::from_millis(250);

/// How the program ends after a script.
#[derive(Debug)]
pub struct Ended {
    pub exit_code: u8,
    /// Why the script did not come to its end, for people.
    pub error: Option<Error>,
    /// What could not be written although the run went on.
    pub warning: Option<String>,
}

/// Runs `script` on a thread of its own while this thread serves its requests.
///
/// `script` gets the bridge and the flag that stops it, and returns the exit code of its `main`, or why it failed.
pub fn execute<F>(settings: Settings, reporters: Vec<Reporter>, script: F) -> Result<Ended>
where
    F: FnOnce(Arc<dyn Bridge>, Arc<AtomicBool>) -> std::result::Result<u8, Failure> + Send + 'static,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Error::new(ExitCode::Internal, format!("cannot start the runtime: {error}")))?;
    process::become_subreaper();
    process::limit_processes(settings.max_processes);
    // Adapters are scripts and stay on this thread, so their tasks are local ones.
    tokio::task::LocalSet::new().block_on(&runtime, serve(settings, reporters, script))
}

async fn serve<F>(settings: Settings, reporters: Vec<Reporter>, script: F) -> Result<Ended>
where
    F: FnOnce(Arc<dyn Bridge>, Arc<AtomicBool>) -> std::result::Result<u8, Failure> + Send + 'static,
{
    let env = environment();
    let cancel = Arc::new(AtomicBool::new(false));
    let (tx, mut rx) = mpsc::unbounded_channel();
    let detached = settings.detached;
    let secrets = Secrets::of(env.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let mut dispatcher = Dispatcher {
        settings: Arc::new(settings),
        events: Events::new(clock::run_id(), secrets.clone(), reporters),
        secrets,
        env,
        tx: tx.clone(),
        stop: StopToken::new(),
        cancel: cancel.clone(),
        active: None,
        signal: None,
        ended: false,
    };
    watch_signals(&tx, detached)?;
    let bridge: Arc<dyn Bridge> = Arc::new(ChannelBridge::new(tx.clone()));
    let thread = thread::Builder::new()
        .name("script".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let result = script(bridge, cancel);
            drop(tx.send(Internal::ScriptEnded));
            result
        })
        .map_err(|error| Error::new(ExitCode::Internal, format!("cannot start the script's thread: {error}")))?;
    let mut clock = tokio::time::interval(TICK);
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while !dispatcher.ended {
        tokio::select! {
            message = rx.recv() => match message {
                Some(message) => dispatcher.handle(message),
                None => break,
            },
            _ = clock.tick() => dispatcher.events.tick(),
        }
    }
    let result = thread
        .join()
        .unwrap_or_else(|_| Err(Failure::Error(Error::new(ExitCode::Internal, "the script's thread panicked"))));
    Ok(conclude(&mut dispatcher, result))
}

/// Returns our environment, without what an outer batchprp told us as its agent.
fn environment() -> BTreeMap<String, String> {
    let text = |value: std::ffi::OsString| value.to_string_lossy().into_owned();
    let all = std::env::vars_os().map(|(name, value)| (text(name), text(value)));
    all.filter(|(name, _)| !name.starts_with("BATCHPRP_")).collect()
}

fn conclude(dispatcher: &mut Dispatcher, result: std::result::Result<u8, Failure>) -> Ended {
    let (mut exit_code, error) = match result {
        Ok(code) => (code, None),
        Err(Failure::Cancelled) => (interrupted(dispatcher), None),
        Err(Failure::Error(error)) => (error.code as u8, Some(error)),
    };
    if dispatcher.signal.is_some() {
        exit_code = interrupted(dispatcher);
    }
    match &dispatcher.active {
        Some(active) if active.closed.is_none() => close::finish(dispatcher, exit_code),
        Some(_) => {}
        None => dispatcher.events.flush(),
    }
    let warning =
        dispatcher.events.broken.take().map(|reason| format!("the journal or the metrics are incomplete: {reason}"));
    Ended { exit_code, error, warning }
}

fn interrupted(dispatcher: &Dispatcher) -> u8 {
    match dispatcher.signal {
        Some(Signal::Terminate | Signal::HangUp) => ExitCode::Terminated as u8,
        Some(Signal::Interrupt) | None => ExitCode::Interrupted as u8,
    }
}

/// Makes signals messages. A run without a terminal does not end because one is closed.
fn watch_signals(tx: &mpsc::UnboundedSender<Internal>, detached: bool) -> Result<()> {
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
                if tx.send(Internal::Signal(meaning)).is_err() {
                    break;
                }
            }
        });
    }
    Ok(())
}
