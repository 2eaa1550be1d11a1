//! The project that a command works on, and its configuration files.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use super::globals::Globals;
use super::trusted;
use crate::config::{Config, Layer, Layers, SettingOrigin, from_environment, from_toml};
use crate::error::{Error, ExitCode, Result};
use crate::host::project::{self, Project};
use crate::model::problem::Problem;

/// Configuration is short; what is longer is no configuration.
const LARGEST: u64 = 1024 * 1024;

/// Finds the project of the folder in which the user stands.
pub fn find(start: &Path, globals: &Globals) -> Project {
    project::find(start, globals.directory.is_some(), trusted::is_trusted)
}

/// Returns the user's configuration folder of batchprp.
pub fn user_folder() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|base| base.config_dir().join("batchprp"))
}

/// Reads all layers of the configuration; every problem of every source is reported at once.
pub fn load_config(project: &Project, globals: &Globals, flags: Layer) -> Result<Config> {
    project.obeyed()?;
    let root = &project.root;
    let mut error = Error::new(ExitCode::Config, "the configuration has problems")
        .help("`batchprp config show --origin` shows every key and where its value comes from");
    let mut layers = Vec::new();
    let own = globals.config.clone().unwrap_or_else(|| root.join(".ce/batchprp.toml"));
    let sources = [
        user_folder()
            .map(|folder| (folder.join("config.toml"), false, SettingOrigin::UserFile as fn(String) -> SettingOrigin)),
        Some((own, globals.config.is_some(), SettingOrigin::ProjectFile as fn(String) -> SettingOrigin)),
    ];
    for (path, is_required, origin) in sources.into_iter().flatten() {
        let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        let Some(text) = read(&path, is_required)? else { continue };
        let (layer, problems) = from_toml(&text, &origin(shown.clone()));
        layers.push(layer);
        if !problems.is_empty() {
            error = error.findings(shown, text, problems);
        }
    }
    let variables =
        env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let (layer, problems) = from_environment(variables);
    layers.push(layer);
    if !problems.is_empty() {
        error = error.findings("environment", "", problems);
    }
    layers.push(flags);
    if !error.findings.is_empty() {
        return Err(error);
    }
    let config = Config::from_layers(Layers(layers));
    project.documents_obeyed(&[Path::new(&config.paths.requests), Path::new(&config.paths.executed)])?;
    Ok(config)
}

fn read(path: &Path, is_required: bool) -> Result<Option<String>> {
    let refuse = |reason: String| {
        Error::new(ExitCode::Config, format!("cannot read the configuration `{}`: {reason}", path.display()))
    };
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !is_required => return Ok(None),
        Err(error) => return Err(refuse(error.to_string())),
        Ok(metadata) if !metadata.is_file() => return Err(refuse("it is not a regular file".to_owned())),
        Ok(metadata) if metadata.len() > LARGEST => return Err(refuse(format!("it is larger than {LARGEST} bytes"))),
        Ok(_) => {}
    }
    let bytes = fs::read(path).map_err(|error| refuse(error.to_string()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let problem = Problem::error("config::encoding", "not UTF-8").at(at..at).help("save the file as UTF-8");
            Err(refuse("it is not UTF-8".to_owned()).findings(path.display().to_string(), text, vec![problem]))
        }
    }
}
