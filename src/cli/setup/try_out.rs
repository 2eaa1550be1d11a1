//! What `doctor` and `init` try out: whether an agent can be started, and what the checks come to on HEAD.

use std::sync::{Arc, Mutex, PoisonError};

use crate::bridge::{Baseline, Failure, TryBaseline, ask};
use crate::cli::batch::{launch, scripts};
use crate::cli::start::context::Context;
use crate::config::Config;
use crate::error::{Error, ExitCode, Result};
use crate::run::execute::execute;
use crate::script::{self, Session};

/// What came of it.
pub struct Tried {
    /// The name of the agent that carries out PRPs.
    pub agent: Result<String>,
    pub baseline: Result<Baseline>,
}

/// Tries out. `Err` when it was stopped, or cannot begin.
pub fn try_out(context: &Context, config: Config) -> Result<Tried> {
    let settings = launch::settings(context, &config)?;
    let (root, config, search) = (context.root.clone(), Arc::new(config), scripts::search_path(context));
    let found = Arc::new(Mutex::new(None));
    let place = found.clone();
    let ended = execute(settings, Vec::new(), move |bridge, cancel| {
        let host = script::host(script::HostParts { bridge: bridge.clone(), root, config, cancel, search });
        let agent = Session::new(host).eval("agent::ready(\"executor\", \"HEAD\")");
        let agent = agent.map(|name| name.unwrap_or_default().trim_matches('"').to_owned());
        let order = TryBaseline { batch: None, base: None, level: 4, start: true };
        let baseline = match ask(bridge.as_ref(), None, order) {
            Ok(baseline) => Ok(baseline),
            Err(Failure::Error(error)) => Err(error),
            Err(failure) => return Err(failure),
        };
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(Tried { agent, baseline });
        Ok(0)
    })?;
    let tried = found.lock().unwrap_or_else(PoisonError::into_inner).take();
    tried.ok_or_else(|| ended.error.unwrap_or_else(|| Error::new(ExitCode::Interrupted, "stopped")))
}
