//! `files::…`: text files of the project.

use std::path::{Path, PathBuf};

use rhai::Array;
use rhai::plugin::*;

use crate::bridge::{Failure, ListFiles, ReadFile, WriteFile};
use crate::error::{Error, ExitCode};

use crate::script::api::native::{Call, Fault, Thrown, native};
use crate::script::api::needs;
use crate::script::library::is_inside;
use crate::script::value::convert::texts;

/// Refuses paths that leave the project.
pub(crate) fn inside(path: &str) -> Result<PathBuf, Error> {
    match is_inside(path.trim_start_matches("./").trim_end_matches('/')) {
        true => Ok(PathBuf::from(path.trim_start_matches("./"))),
        false => Err(Error::new(ExitCode::InvalidInput, format!("`{path}` is not a path below the project"))
            .help("paths are relative to the project and have no `..`")),
    }
}

/// Reads a file of the project.
pub(crate) fn text_of(call: &Call, path: PathBuf) -> Result<String, Fault> {
    call.ask(ReadFile(path))
}

fn entries(call: &Call, path: &Path) -> Result<Vec<PathBuf>, Fault> {
    call.ask(ListFiles(path.to_owned()))
}

/// Tells whether there is a file, or a folder with files in it.
pub(crate) fn is_there(call: &Call, path: &Path) -> Result<bool, Fault> {
    let listed = |folder: &Path| match entries(call, folder) {
        Ok(files) => Ok(files),
        Err(Fault::Bridge(Failure::Error(_))) => Ok(Vec::new()),
        Err(fault) => Err(fault),
    };
    let folder = path.parent().unwrap_or(Path::new(""));
    Ok(listed(folder)?.iter().any(|file| file.file_name() == path.file_name()) || !listed(path)?.is_empty())
}

fn put(call: &Call, path: &str, text: &str, create_new: bool) -> Result<(), Fault> {
    call.ask(WriteFile { path: writable(call, path)?, text: text.to_owned(), create_new })
}

/// Refuses paths that a script may write only where it says that it needs that.
pub(crate) fn writable(call: &Call, path: &str) -> Result<PathBuf, Error> {
    let place = inside(path)?;
    let state = call.state.setting_text("paths.state").unwrap_or_else(|| ".ce".to_owned());
    match needs::to_write(&place, Path::new(&state)).filter(|need| !call.state.needs(need)) {
        None => Ok(place),
        Some(need) => Err(Error::new(ExitCode::Policy, format!("`{path}` is not written by a script"))
            .help(format!("`const NEEDS = [\"{need}\"];` at its top asks for it, and everybody sees that it does"))),
    }
}

#[export_module]
pub(crate) mod module {
    /// Returns the folder of the project.
    ///
    /// ```rhai
    /// let program = `${files::root()}/tools/agent.sh`;
    /// ```
    #[rhai_fn(return_raw)]
    pub fn root(context: NativeCallContext) -> Thrown<String> {
        native(&context, |call| Ok(call.state.root.display().to_string()))
    }

    /// Reads a text file; the path is relative to the project.
    ///
    /// ```rhai
    /// let text = files::read("CLAUDE.md");
    /// ```
    #[rhai_fn(return_raw)]
    pub fn read(context: NativeCallContext, path: &str) -> Thrown<String> {
        native(&context, |call| text_of(call, inside(path)?))
    }

    /// Writes a text file, atomically, with the folders it needs.
    ///
    /// ```rhai
    /// files::write("docs/status.md", text);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn write(context: NativeCallContext, path: &str, text: &str) -> Thrown<()> {
        native(&context, |call| put(call, path, text, false))
    }

    /// Writes a new text file; fails when there is one.
    ///
    /// ```rhai
    /// files::create("PRPs/feature-requests/PRP-47.1.1-api.md", text);
    /// ```
    #[rhai_fn(return_raw)]
    pub fn create(context: NativeCallContext, path: &str, text: &str) -> Thrown<()> {
        native(&context, |call| put(call, path, text, true))
    }

    /// Returns the paths of the files of a folder, sorted, without those of its folders.
    ///
    /// ```rhai
    /// for path in files::list("PRPs/executed") { print(path); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn list(context: NativeCallContext, folder: &str) -> Thrown<Array> {
        native(&context, |call| {
            let files = entries(call, &inside(folder)?)?;
            Ok(texts(files.iter().map(|file| file.display().to_string())))
        })
    }

    /// Tells whether there is a file of that name, or a folder with files in it.
    ///
    /// ```rhai
    /// if files::exists("CLAUDE.md") { print("there"); }
    /// ```
    #[rhai_fn(return_raw)]
    pub fn exists(context: NativeCallContext, path: &str) -> Thrown<bool> {
        native(&context, |call| is_there(call, &inside(path)?))
    }
}
