//! Delivers messages, one after the other, each by the adapter of its kind.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, Write};
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::message::Message;
use crate::cli::batch::{launch, scripts};
use crate::cli::start::context::Context;
use crate::config::NotifyTarget;
use crate::error::{Error, ExitCode, Result};
use crate::run::execute::execute;
use crate::script;
use crate::script::library::ScriptPlace;
use crate::script::search::{FoundScript, ScriptOrigin};

/// How long it goes on behind the run that it tells about.
const LONGEST: Duration = Duration::from_secs(60);
/// Somebody who failed to take so many messages gets no more of them.
const PATIENCE: u32 = 3;

/// Who takes longer than this for a message gets the next one after everybody else.
const SLOW: Duration = Duration::from_secs(1);

/// What came of each message: whom it was for, and why it was not delivered.
pub(super) type Outcomes = Vec<(String, Option<String>)>;

/// Delivers what comes on standard input until its end; what went wrong is written to standard error.
pub(super) fn from_input(context: &mut Context) -> Result<()> {
    let (lines, messages) = channel();
    let ended = Arc::new(Mutex::new(None));
    let end = ended.clone();
    thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(std::result::Result::ok) {
            if let Ok(message) = serde_json::from_str::<Message>(&line)
                && lines.send(message).is_err()
            {
                break;
            }
        }
        *end.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    });
    let is_over = move || {
        let ended = *ended.lock().unwrap_or_else(PoisonError::into_inner);
        ended.is_some_and(|at| at.elapsed() > LONGEST)
    };
    for (name, failure) in all(context, messages, is_over)? {
        if let Some(failure) = failure {
            // Nobody may be there to read it.
            drop(writeln!(context.terminal.err, "{name}: {failure}"));
        }
    }
    Ok(())
}

/// Delivers messages, unless it takes too long.
pub(super) fn all(
    context: &Context,
    messages: Receiver<Message>,
    is_over: impl Fn() -> bool + Send + 'static,
) -> Result<Outcomes> {
    let config = context.config()?;
    let settings = launch::settings(context, &config)?;
    let (root, search) = (settings.root.clone(), scripts::search_path(context));
    let config = Arc::new(config);
    let outcomes = Arc::new(Mutex::new(Outcomes::new()));
    let kept = outcomes.clone();
    let exit = execute(settings, Vec::new(), move |bridge, cancel| {
        let host = script::host(script::HostParts { bridge, root, config, cancel, search });
        let place = ScriptPlace::BuiltIn("stdlib/notify.rhai".to_owned());
        let name = "notify".to_owned();
        let found = FoundScript { name, origin: ScriptOrigin::BuiltIn, place, shadows: Vec::new() };
        let script = host.load_found(&found)?;
        let mut failures: BTreeMap<String, u32> = BTreeMap::new();
        let mut queue = Queue { messages, late: VecDeque::new(), slow: BTreeSet::new() };
        while let Some(message) = queue.next() {
            let (who, key) = (who(&message.target), key(&message.target));
            let failed = failures.entry(key.clone()).or_default();
            let began = Instant::now();
            let outcome = if is_over() {
                Some("not sent: it took too long".to_owned())
            } else if *failed >= PATIENCE {
                Some(format!("not sent: {PATIENCE} messages before it could not be delivered"))
            } else {
                let sent = arguments(&message).and_then(|args| host.run_main(&script, &args));
                sent.err().map(|error| without_address(&error.message, &message.target))
            };
            *failed = if outcome.is_some() { *failed + 1 } else { 0 };
            if began.elapsed() > SLOW {
                queue.slow.insert(key);
            }
            kept.lock().unwrap_or_else(PoisonError::into_inner).push((who, outcome));
        }
        Ok(0)
    })?;
    if let Some(error) = exit.error {
        return Err(error);
    }
    let outcomes = std::mem::take(&mut *outcomes.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(outcomes)
}

/// What is to be delivered: for those who take long after all others.
struct Queue {
    messages: Receiver<Message>,
    late: VecDeque<Message>,
    /// Targets by their keys.
    slow: BTreeSet<String>,
}

impl Queue {
    fn next(&mut self) -> Option<Message> {
        loop {
            match self.messages.try_recv() {
                Ok(message) if self.slow.contains(&key(&message.target)) => self.late.push_back(message),
                Ok(message) => return Some(message),
                Err(TryRecvError::Empty) => return self.late.pop_front().or_else(|| self.messages.recv().ok()),
                Err(TryRecvError::Disconnected) => return self.late.pop_front(),
            }
        }
    }
}

/// Tells targets apart, also two on one host.
fn key(target: &NotifyTarget) -> String {
    serde_json::to_string(target).unwrap_or_default()
}

/// Names a target without what may be secret.
fn who(target: &NotifyTarget) -> String {
    let shown = target.shown();
    let place = shown.url.or(shown.url_env).or_else(|| shown.argv.first().cloned());
    place.map_or_else(|| shown.kind.clone(), |place| format!("{} ({place})", shown.kind))
}

/// Takes the address out of what went wrong: where services put messages, whoever knows it can write.
fn without_address(text: &str, target: &NotifyTarget) -> String {
    let url = target.url.clone().or_else(|| std::env::var(target.url_env.as_ref()?).ok());
    let path = url.as_ref().and_then(|url| Some(url.get(url.match_indices('/').nth(2)?.0 + 1..)?.to_owned()));
    let parts = path.iter().flat_map(|path| [path.as_str(), path.split(['?', '#']).next().unwrap_or_default()]);
    parts.filter(|part| !part.is_empty()).fold(text.to_owned(), |text, part| text.replace(part, "…"))
}

/// Returns what the script gets; an address in the environment is looked up only here.
fn arguments(message: &Message) -> Result<Value> {
    let mut target = message.target.clone();
    if let Some(name) = &target.url_env {
        let unset = || Error::new(ExitCode::Config, format!("the variable `{name}` is not set"));
        target.url = Some(std::env::var(name).map_err(|_| unset())?);
    }
    Ok(json!({ "target": target, "notice": message.notice }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_long_is_told_after_everybody_else() {
        let target = |url: &str| NotifyTarget {
            kind: "webhook".to_owned(),
            url: Some(format!("https://one.example.com/{url}")),
            ..NotifyTarget::default()
        };
        let (slow, quick) = (target("slow"), target("quick"));
        assert_eq!(who(&slow), who(&quick), "they are called alike");
        let (send, messages) = channel();
        for target in [&slow, &quick, &slow, &quick] {
            send.send(Message { target: target.clone(), notice: crate::report::notice::Notice::default() })
                .expect("taken");
        }
        drop(send);
        let mut queue = Queue { messages, late: VecDeque::new(), slow: BTreeSet::from([key(&slow)]) };
        let order: Vec<bool> = std::iter::from_fn(|| queue.next()).map(|message| message.target == slow).collect();
        assert_eq!(order, [false, false, true, true]);
    }
}
