//! Values that the shell offers: batches, PRPs, stages, agents, files. Nothing is run for them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use clap::{Arg, ValueHint};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::cli::start::globals::Globals;
use crate::cli::start::project;
use crate::config::{Config, Layer};
use crate::model::id::PrpId;
use crate::model::read::id_of_file_name;
use crate::script::built_in_agents;

/// Gives an argument the values of a provider.
pub fn attach(arg: Arg, provider: Option<&str>) -> Arg {
    let values: fn() -> BTreeSet<String> = match provider {
        Some("batch") => batches,
        Some("prp") => prps,
        Some("stage") => stages,
        Some("agent") => agents,
        Some("file") => return arg.value_hint(ValueHint::FilePath),
        _ => return arg,
    };
    arg.add(ArgValueCompleter::new(move |typed: &OsStr| offered(&values(), &typed.to_string_lossy())))
}

fn offered(values: &BTreeSet<String>, typed: &str) -> Vec<CompletionCandidate> {
    values.iter().filter(|value| value.starts_with(typed)).map(CompletionCandidate::new).collect()
}

fn batches() -> BTreeSet<String> {
    ids().iter().filter_map(|id| Some(id.batch()?.to_string())).collect()
}

fn prps() -> BTreeSet<String> {
    ids().iter().map(ToString::to_string).collect()
}

fn stages() -> BTreeSet<String> {
    ids().iter().filter_map(|id| id.bare().split('.').nth(1).map(str::to_owned)).collect()
}

/// Returns the ids in the names of the PRP files.
fn ids() -> Vec<PrpId> {
    let (root, config) = project();
    let folder = root.join(config.paths.requests);
    let files = walkdir::WalkDir::new(folder).max_depth(3).into_iter().flatten();
    files.filter_map(|file| id_of_file_name(file.path())).collect()
}

fn agents() -> BTreeSet<String> {
    let (root, config) = project();
    let own = std::fs::read_dir(root.join(config.paths.state).join("agents")).into_iter().flatten().flatten();
    let stem = |path: &Path| Some(path.file_stem()?.to_str()?.to_owned());
    let own = own.filter_map(|entry| stem(&entry.path()));
    built_in_agents().into_iter().map(str::to_owned).chain(own).collect()
}

fn project() -> (std::path::PathBuf, Config) {
    let found = project::find(&std::env::current_dir().unwrap_or_default(), &Globals::default());
    let config = project::load_config(&found, &Globals::default(), Layer::default());
    (found.root, config.unwrap_or_else(|_| Config::from_layers(crate::config::Layers::default())))
}
