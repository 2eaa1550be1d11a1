//! The scripts that can be run here, and what they say about themselves.

use std::sync::Arc;

use crate::bridge::{Bridge, Origin, Request};
use crate::cli::start::context::Context;
use crate::cli::start::project;
use crate::config::{Config, Layers};
use crate::error::{Error, ExitCode, Result};
use crate::model::read::dialect::Readers;
use crate::script::search::{FoundScript, SearchPath};
use crate::script::spec::Spec;
use crate::script::{self, ScriptHost, reader};

/// Returns where scripts are looked for.
pub fn search_path(context: &Context) -> SearchPath {
    SearchPath {
        current: context.current.clone(),
        extra: context.globals.script_dir.clone(),
        project: Some(context.root.join(".ce/commands")),
        user: project::user_folder().map(|folder| folder.join("commands")),
    }
}

/// Returns the readers of formats that the project brings along.
pub fn readers(context: &Context, config: &Config) -> Result<Readers> {
    let folder = context.root.join(&config.paths.state).join("formats");
    // Most projects have none, and need no engine for them.
    if !folder.is_dir() {
        return Ok(Readers::default());
    }
    reader::load(&idle(context, config.clone()), &folder)
}

/// Returns a host that compiles and describes scripts but performs no request.
pub fn describer(context: &Context) -> ScriptHost {
    idle(context, Config::from_layers(Layers::default()))
}

fn idle(context: &Context, config: Config) -> ScriptHost {
    script::host(script::HostParts {
        bridge: Arc::new(NoEffects),
        root: context.root.clone(),
        config: Arc::new(config),
        cancel: Arc::default(),
        search: search_path(context),
    })
}

/// Returns what a script says about itself.
pub fn spec(host: &ScriptHost, found: &FoundScript) -> Result<Spec> {
    host.spec(&host.load_found(found)?)
}

/// Refuses every effect.
struct NoEffects;

impl Bridge for NoEffects {
    fn send(&self, _origin: Origin, request: Request) {
        let text = "nothing is run while scripts are described";
        request.refuse(Error::new(ExitCode::Internal, text).into());
    }
}
