//! Finds commands: given path, extra folders, the project, the user's folder, built-in; the first one wins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Error, ExitCode, Result};

use super::embedded;
use super::library::ScriptPlace;
use super::suggest;

/// The folders in which commands are looked for.
#[derive(Clone, Debug, Default)]
pub struct SearchPath {
    /// Folder that given relative paths are relative to.
    pub current: PathBuf,
    /// Folders of `--script-dir` and `BATCHPRP_PATH`.
    pub extra: Vec<PathBuf>,
    /// `.ce/commands` of the project.
    pub project: Option<PathBuf>,
    /// `batchprp/commands` of the user's configuration folder.
    pub user: Option<PathBuf>,
}

/// Where a command was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ScriptOrigin {
    Given,
    Extra,
    Project,
    User,
    BuiltIn,
}

impl ScriptOrigin {
    /// Returns the word shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Extra => "extra",
            Self::Project => "project",
            Self::User => "user",
            Self::BuiltIn => "built-in",
        }
    }
}

/// A command that was found.
#[derive(Clone, Debug)]
pub struct FoundScript {
    /// The word that runs it, such as `exe`.
    pub name: String,
    pub origin: ScriptOrigin,
    pub place: ScriptPlace,
    /// Places of the same name that come later.
    pub shadows: Vec<(ScriptOrigin, ScriptPlace)>,
}

impl SearchPath {
    /// Finds a command by path or name.
    pub fn find(&self, script: &str) -> Result<FoundScript> {
        let is_path =
            script.contains('/') || Path::new(script).extension().is_some_and(|extension| extension == "rhai");
        if !is_path {
            return self.by_name(script).ok_or_else(|| self.unknown(script));
        }
        let path = self.current.join(script);
        let name = Path::new(script).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() {
            return Ok(FoundScript {
                name,
                origin: ScriptOrigin::Given,
                place: ScriptPlace::File(path),
                shadows: Vec::new(),
            });
        }
        // `commands/exe.rhai` is how the built-in command is called in every document, also where no such file is.
        let built_in = script.trim_start_matches("./").to_owned();
        if built_in.starts_with("commands/") && embedded::text(&built_in).is_some() {
            let place = ScriptPlace::BuiltIn(built_in);
            return Ok(FoundScript { name, origin: ScriptOrigin::BuiltIn, place, shadows: Vec::new() });
        }
        Err(Error::new(ExitCode::Usage, format!("there is no script `{script}`"))
            .help(format!("`{}` does not exist; `batchprp list` shows the commands", path.display())))
    }

    /// Returns all commands, by name.
    pub fn list(&self) -> Vec<FoundScript> {
        let mut found: BTreeMap<String, FoundScript> = BTreeMap::new();
        for (origin, name, place) in self.all() {
            match found.get_mut(&name) {
                Some(first) => first.shadows.push((origin, place)),
                None => drop(found.insert(name.clone(), FoundScript { name, origin, place, shadows: Vec::new() })),
            }
        }
        found.into_values().collect()
    }

    fn by_name(&self, name: &str) -> Option<FoundScript> {
        self.list().into_iter().find(|found| found.name == name)
    }

    fn unknown(&self, word: &str) -> Error {
        let names = self.list();
        let names: Vec<&str> = names.iter().map(|found| found.name.as_str()).collect();
        Error::new(ExitCode::Usage, format!("there is no command `{word}`")).help(suggest::help(word, &names))
    }

    fn all(&self) -> impl Iterator<Item = (ScriptOrigin, String, ScriptPlace)> {
        let folders = (self.extra.iter().map(|folder| (ScriptOrigin::Extra, folder)))
            .chain(self.project.iter().map(|folder| (ScriptOrigin::Project, folder)))
            .chain(self.user.iter().map(|folder| (ScriptOrigin::User, folder)));
        let files = folders.flat_map(|(origin, folder)| {
            scripts(folder).into_iter().map(move |(name, path)| (origin, name, ScriptPlace::File(path)))
        });
        let built_in = embedded::names("commands/", ".rhai").into_iter().map(|name| {
            let place = ScriptPlace::BuiltIn(format!("commands/{name}.rhai"));
            (ScriptOrigin::BuiltIn, name.to_owned(), place)
        });
        files.chain(built_in)
    }
}

/// Returns names and paths of the scripts of a folder, sorted; tests are no commands.
fn scripts(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut scripts: Vec<_> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?.strip_suffix(".rhai")?.to_owned();
            (path.is_file() && !name.contains('.')).then_some((name, path))
        })
        .collect();
    scripts.sort();
    scripts
}
