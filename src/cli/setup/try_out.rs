//! What `doctor` and `init` try out: whether an agent can be started, what it gets, and what the checks come to on HEAD.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::bridge::{Baseline, Bridge, Failure, TryBaseline, ask};
use crate::cli::batch::{launch, scripts};
use crate::cli::start::context::Context;
use crate::config::Config;
use crate::error::{Error, ExitCode, Result};
use crate::run::execute::execute;
use crate::script::{self, AgentDescription, ExecutorFinding, ScriptHost, Session};

/// Tries out the agent that carries out PRPs. The outer `Err` when it was stopped, or cannot begin.
pub fn try_agent(context: &Context, config: Config) -> Result<Result<AgentDescription>> {
    within(context, config, |_, host| {
        let agent = text(host.clone(), "agent::ready(\"executor\", \"HEAD\")");
        Ok(agent.and_then(|name| described(host, &name)))
    })
}

/// Runs the checks on HEAD. The outer `Err` when it was stopped, or cannot begin.
pub fn try_checks(context: &Context, config: Config) -> Result<Result<Baseline>> {
    within(context, config, |bridge, _| {
        let order = TryBaseline { batch: None, base: None, level: 4, start: true };
        match ask(bridge, None, order) {
            Ok(baseline) => Ok(Ok(baseline)),
            Err(Failure::Error(error)) => Ok(Err(error)),
            Err(failure) => Err(failure),
        }
    })
}

/// What the agent that carries out PRPs gets from the environment beside what every agent gets: its name, then names and
/// patterns.
pub fn variables(context: &Context, config: Config) -> Result<(String, Vec<String>)> {
    let said = "agent::name() + \" \" + text::join(agent::variables(\"executor\"), \" \")";
    let words = within(context, config, move |_, host| Ok(text(host, said)))??;
    let mut words = words.split(' ').filter(|word| !word.is_empty()).map(str::to_owned);
    Ok((words.next().unwrap_or_default(), words.collect()))
}

/// Describes every agent that can be named, by name; several are asked for their versions at once.
pub fn all_agents(context: &Context, config: Config) -> Result<Vec<(String, Result<AgentDescription>)>> {
    within(context, config, |_, host| {
        let names: Vec<String> = Session::new(host.clone()).data("agent::names()").map_err(Failure::Error)?;
        let describe = |name: &str| (name.to_owned(), described(host.clone(), name));
        Ok(thread::scope(|scope| {
            let asked: Vec<_> = names.iter().map(|name| scope.spawn(|| describe(name))).collect();
            asked.into_iter().filter_map(|asked| asked.join().ok()).collect()
        }))
    })
}

/// Describes the agent with a name, else the one that carries out PRPs.
pub fn one_agent(context: &Context, config: Config, name: Option<&str>) -> Result<AgentDescription> {
    let name = name.map(str::to_owned);
    within(context, config, |_, host| {
        let used = || text(host.clone(), "agent::name()");
        Ok(name.map_or_else(used, Ok).and_then(|name| described(host.clone(), &name)))
    })?
}

/// Tries an executor out.
pub fn executor(context: &Context, config: Config, name: &str, patience: Duration) -> Result<Vec<ExecutorFinding>> {
    let name = name.to_owned();
    within(context, config, move |_, host| Ok(script::try_executor(&host, &name, patience)))?
}

/// Describes one agent.
fn described(host: ScriptHost, name: &str) -> Result<AgentDescription> {
    Session::new(host).data(&format!("agent::described({name:?})"))
}

/// Returns the text that an expression comes to.
fn text(host: ScriptHost, expression: &str) -> Result<String> {
    Session::new(host).eval(expression).map(|text| text.unwrap_or_default().trim_matches('"').to_owned())
}

/// Looks at something from within a run that carries out nothing.
fn within<T: Send + 'static>(
    context: &Context,
    config: Config,
    look: impl FnOnce(&dyn Bridge, ScriptHost) -> std::result::Result<T, Failure> + Send + 'static,
) -> Result<T> {
    let settings = launch::settings(context, &config)?;
    let (root, config, search) = (context.root.clone(), Arc::new(config), scripts::search_path(context));
    let found = Arc::new(Mutex::new(None));
    let place = found.clone();
    let ended = execute(settings, Vec::new(), move |bridge, cancel| {
        let host = script::host(script::HostParts { bridge: bridge.clone(), root, config, cancel, search });
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(look(bridge.as_ref(), host)?);
        Ok(0)
    })?;
    let seen = found.lock().unwrap_or_else(PoisonError::into_inner).take();
    seen.ok_or_else(|| ended.error.unwrap_or_else(|| Error::new(ExitCode::Interrupted, "stopped")))
}
