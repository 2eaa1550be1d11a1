//! The scripts and templates that are built into the program.

/// Name below the project (`commands/exe.rhai`, `stdlib/agents/claude.rhai`) and text of every built-in file, sorted.
pub static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// What stands before the name of a built-in file wherever a path is shown.
pub const PREFIX: &str = "built-in:";

/// Returns the text of a built-in file.
pub fn text(name: &str) -> Option<&'static str> {
    FILES.binary_search_by_key(&name, |(file, _)| file).ok().map(|index| FILES[index].1)
}

/// Returns the names below a folder that end in `extension`, without both: `names("commands/", ".rhai")`.
pub fn names(folder: &str, extension: &str) -> Vec<&'static str> {
    let bare = |(file, _): &(&'static str, &str)| file.strip_prefix(folder)?.strip_suffix(extension);
    FILES.iter().filter_map(bare).filter(|name| !name.contains('/')).collect()
}
