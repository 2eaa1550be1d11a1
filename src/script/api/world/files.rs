//! `files::…`: text files of the project.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use rhai::Array;
use rhai::plugin::*;

use crate::bridge::{AppendFile, CopyFile, Failure, ListFiles, ReadFile, RemoveFile, WalkFiles, WriteFile};
use crate::error::{Error, ExitCode};

use crate::script::api::native::{Call, Fault, Thrown, invalid, native};
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

/// Returns the files that fit a pattern; only the folder with which it begins is looked through.
fn fitting(call: &Call, pattern: &str) -> Result<Vec<PathBuf>, Fault> {
    let path = inside(pattern)?;
    let built = GlobBuilder::new(&path.to_string_lossy()).literal_separator(true).build();
    let glob = built.map_err(|error| invalid(format!("`{pattern}` is no pattern of paths: {}", error.kind())))?;
    let glob = glob.compile_matcher();
    let plain = |part: &std::path::Component<'_>| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{']);
    let folder: PathBuf = path.parent().unwrap_or(Path::new("")).components().take_while(plain).collect();
    let mut files = call.ask(WalkFiles(folder))?;
    files.retain(|file| glob.is_match(file));
    Ok(files)
}

fn shown(files: &[PathBuf]) -> Array {
    texts(files.iter().map(|file| file.display().to_string()))
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
            Ok(shown(&files))
        })
    }

    /// Returns the paths of all files below a folder, sorted: those of its folders too, but nothing of `.git` and nothing
    /// behind a link. `"."` is the whole project. `git::files` knows those that git tracks.
    ///
    /// ```rhai
    /// files::write("docs/a.md", "A");
    /// files::write("docs/deep/b.md", "B");
    /// print(files::walk("docs")); // → ["docs/a.md", "docs/deep/b.md"]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn walk(context: NativeCallContext, folder: &str) -> Thrown<Array> {
        native(&context, |call| {
            let folder = if folder == "." { PathBuf::new() } else { inside(folder)? };
            Ok(shown(&call.ask(WalkFiles(folder))?))
        })
    }

    /// Returns the paths of the files that fit a pattern, sorted: `*` and `?` stay within a name, `**` stands for any
    /// number of folders, `[ab]` for one of some characters, `{a,b}` for one of some texts. Nothing of `.git` fits.
    ///
    /// ```rhai
    /// files::write("docs/a.md", "A");
    /// files::write("docs/deep/b.md", "B");
    /// print(files::glob("docs/*.md"));    // → ["docs/a.md"]
    /// print(files::glob("docs/**/*.md")); // → ["docs/a.md", "docs/deep/b.md"]
    /// ```
    #[rhai_fn(return_raw)]
    pub fn glob(context: NativeCallContext, pattern: &str) -> Thrown<Array> {
        native(&context, |call| Ok(shown(&fitting(call, pattern)?)))
    }

    /// Copies a file byte for byte, with the folders that it needs; fails when there is one of the new name.
    ///
    /// ```rhai
    /// files::write("plan.md", "# Plan");
    /// files::copy("plan.md", "old/plan.md");
    /// print(files::read("old/plan.md")); // → # Plan
    /// ```
    #[rhai_fn(return_raw)]
    pub fn copy(context: NativeCallContext, from: &str, to: &str) -> Thrown<()> {
        native(&context, |call| call.ask(CopyFile { from: inside(from)?, to: writable(call, to)? }))
    }

    /// Adds a text to the end of a file, which is made where there is none. A line ends where the text says so.
    ///
    /// ```rhai
    /// files::append("log.md", "- one\n");
    /// files::append("log.md", "- two\n");
    /// print(files::read("log.md").len()); // → 12
    /// ```
    #[rhai_fn(return_raw)]
    pub fn append(context: NativeCallContext, path: &str, text: &str) -> Thrown<()> {
        native(&context, |call| call.ask(AppendFile { path: writable(call, path)?, text: text.to_owned() }))
    }

    /// Removes a file, never a folder; fails when there is none.
    ///
    /// ```rhai
    /// files::write("draft.md", "later");
    /// files::remove("draft.md");
    /// print(files::exists("draft.md")); // → false
    /// ```
    #[rhai_fn(return_raw)]
    pub fn remove(context: NativeCallContext, path: &str) -> Thrown<()> {
        native(&context, |call| call.ask(RemoveFile(writable(call, path)?)))
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
