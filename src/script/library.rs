//! Keeps every script text that was read, under the name by which people and the engine know it.

use std::collections::{BTreeMap, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use rhai::{AST, Engine, Module, ParseError, Shared};

use crate::error::{Error, ExitCode};

use super::api::level;
use super::embedded;

/// Scripts are short; what is longer is no script.
const LARGEST: u64 = 4 * 1024 * 1024;

/// Where a text comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptPlace {
    File(PathBuf),
    /// Name below the project, such as `stdlib/phases.rhai`.
    BuiltIn(String),
}

impl ScriptPlace {
    /// Tells whether the text is built into the program.
    pub fn is_built_in(&self) -> bool {
        matches!(self, Self::BuiltIn(_))
    }

    /// Returns the place of a file named relative to the folder of this one; `None` when the name leaves it.
    pub(crate) fn sibling(&self, name: &str) -> Option<Self> {
        if !is_inside(name) {
            return None;
        }
        Some(match self {
            Self::File(path) => Self::File(path.parent().unwrap_or(Path::new("")).join(name)),
            Self::BuiltIn(own) => Self::BuiltIn(match own.rsplit_once('/') {
                Some((folder, _)) => format!("{folder}/{name}"),
                None => name.to_owned(),
            }),
        })
    }
}

/// Tells whether a name is relative and never leaves its folder.
pub(crate) fn is_inside(name: &str) -> bool {
    !name.is_empty() && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}

/// One text that was read.
#[derive(Clone, Debug)]
pub struct ScriptSource {
    pub text: Arc<str>,
    pub place: ScriptPlace,
}

/// What was compiled last under a name, and from which text.
type Trees = HashMap<String, (Arc<str>, Arc<AST>)>;

/// All texts, what was compiled of them, where each closure was written, and the modules that were made.
#[derive(Debug, Default)]
pub struct Library {
    root: PathBuf,
    sources: RwLock<BTreeMap<String, ScriptSource>>,
    trees: RwLock<Trees>,
    closures: RwLock<HashMap<String, Vec<String>>>,
    modules: RwLock<HashMap<String, Shared<Module>>>,
}

impl Library {
    /// Makes an empty library for a project; paths below its root are shown relative to it.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), ..Self::default() }
    }

    /// Returns the folder of the project.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the name under which a place is shown and known to the engine.
    pub fn name(&self, place: &ScriptPlace) -> String {
        match place {
            ScriptPlace::File(path) => path.strip_prefix(&self.root).unwrap_or(path).display().to_string(),
            ScriptPlace::BuiltIn(name) => format!("{}{name}", embedded::PREFIX),
        }
    }

    /// Reads a text; tells a missing file from one that cannot be read.
    pub fn read(&self, place: &ScriptPlace) -> Result<Option<(String, Arc<str>)>, Error> {
        let name = self.name(place);
        let text: Arc<str> = match place {
            ScriptPlace::BuiltIn(file) => match embedded::text(file) {
                Some(text) => text.into(),
                None => return Ok(None),
            },
            ScriptPlace::File(path) => match read_file(path) {
                Ok(Some(text)) => text.into(),
                Ok(None) => return Ok(None),
                Err(error) => {
                    return Err(Error::new(ExitCode::Config, format!("cannot read `{}`: {error}", path.display())));
                }
            },
        };
        self.add(&name, ScriptSource { text: text.clone(), place: place.clone() });
        Ok(Some((name, text)))
    }

    /// Enters a text under a name.
    pub fn add(&self, name: &str, source: ScriptSource) {
        self.sources.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), source);
    }

    /// Returns what is known under a name.
    pub fn source(&self, name: &str) -> Option<ScriptSource> {
        self.sources.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Returns what a text is compiled to, which is done once for as long as the text of that name stays the same.
    pub(crate) fn tree(&self, engine: &Engine, name: &str, text: &str) -> Result<Arc<AST>, ParseError> {
        let known = self.trees.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        if let Some((_, tree)) = known.filter(|(known, _)| **known == *text) {
            return Ok(tree);
        }
        let tree = Arc::new(self.compile(engine, name, text)?);
        let mut trees = self.trees.write().unwrap_or_else(PoisonError::into_inner);
        trees.insert(name.to_owned(), (text.into(), tree.clone()));
        Ok(tree)
    }

    /// Compiles a text and remembers which closures were written in it.
    pub(crate) fn compile(&self, engine: &Engine, name: &str, text: &str) -> Result<AST, ParseError> {
        let mut ast = engine.compile(text)?;
        level::require(&ast)?;
        ast.set_source(name);
        let mut closures = self.closures.write().unwrap_or_else(PoisonError::into_inner);
        for function in ast.iter_functions().filter(|function| function.name.starts_with("anon$")) {
            let files = closures.entry(function.name.to_owned()).or_default();
            if !files.iter().any(|file| file == name) {
                files.push(name.to_owned());
            }
        }
        Ok(ast)
    }

    /// Returns the file of a function: the engine names the wrong one for closures that a module runs.
    pub(crate) fn file_of(&self, function: &str, source: &str) -> String {
        let closures = self.closures.read().unwrap_or_else(PoisonError::into_inner);
        match closures.get(function) {
            Some(files) if !files.iter().any(|file| file == source) => files[0].clone(),
            _ => source.to_owned(),
        }
    }

    pub(crate) fn module(&self, name: &str) -> Option<Shared<Module>> {
        self.modules.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Keeps a module; of two made at the same time the first stays.
    pub(crate) fn keep_module(&self, name: &str, module: Shared<Module>) -> Shared<Module> {
        self.modules.write().unwrap_or_else(PoisonError::into_inner).entry(name.to_owned()).or_insert(module).clone()
    }
}

/// Returns the text of a regular file; `None` when there is nothing of that name.
fn read_file(path: &Path) -> std::io::Result<Option<String>> {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if !metadata.is_file() {
        return Err(std::io::Error::other("it is not a regular file"));
    }
    if metadata.len() > LARGEST {
        return Err(std::io::Error::other(format!("it has {} bytes, more than {LARGEST}", metadata.len())));
    }
    std::fs::read_to_string(path).map(Some)
}
