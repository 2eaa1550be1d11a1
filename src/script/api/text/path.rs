//! `path::…`: paths as text. Nothing is looked for on the disk.

use rhai::Array;
use rhai::plugin::*;
use std::path::Path;

fn shown(part: Option<&std::ffi::OsStr>) -> String {
    part.map(|part| part.to_string_lossy().into_owned()).unwrap_or_default()
}

#[export_module]
pub(crate) mod module {
    /// Puts the parts of a path together; a part that begins with `/` starts over.
    ///
    /// ```rhai
    /// print(path::join(["docs", "plans", "next.md"])); // → docs/plans/next.md
    /// ```
    pub fn join(parts: Array) -> String {
        let path: std::path::PathBuf = parts.iter().map(Dynamic::to_string).collect();
        path.to_string_lossy().into_owned()
    }

    /// Returns the folder of a path, empty for a bare file name.
    ///
    /// ```rhai
    /// print(path::parent("docs/plans/next.md")); // → docs/plans
    /// ```
    pub fn parent(path: &str) -> String {
        shown(Path::new(path).parent().map(Path::as_os_str))
    }

    /// Returns the last part of a path.
    ///
    /// ```rhai
    /// print(path::name("docs/next.md")); // → next.md
    /// ```
    pub fn name(path: &str) -> String {
        shown(Path::new(path).file_name())
    }

    /// Returns the last part of a path without its extension.
    ///
    /// ```rhai
    /// print(path::stem("docs/next.md")); // → next
    /// ```
    pub fn stem(path: &str) -> String {
        shown(Path::new(path).file_stem())
    }

    /// Returns the extension of a path without the dot, empty where there is none.
    ///
    /// ```rhai
    /// print(path::extension("docs/next.md")); // → md
    /// ```
    pub fn extension(path: &str) -> String {
        shown(Path::new(path).extension())
    }

    /// Tells whether a path lies in a folder or further down; a path does not lie in itself.
    ///
    /// ```rhai
    /// print(path::is_below("src/cli/mod.rs", "src")); // → true
    /// ```
    pub fn is_below(path: &str, folder: &str) -> bool {
        Path::new(path).strip_prefix(folder).is_ok_and(|rest| rest.components().next().is_some())
    }
}
