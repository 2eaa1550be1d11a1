//! Scripts that a project brings along can start programs, so a person is asked once per project before they run: a
//! cloned repository may hold anything. Where nobody can be asked (pipes, CI, agents) they run as hooks and tests do.

use std::path::{Path, PathBuf};

use super::{question, scripts};
use crate::cli::start::context::Context;
use crate::cli::start::trusted::{is_trusted, remember};
use crate::error::{Error, ExitCode, Result};
use crate::report::text::safe;
use crate::script::library::ScriptPlace;

/// Folders of a project whose scripts count.
const FOLDERS: [&str; 6] = [".ce/commands", ".ce/agents", ".ce/hooks", ".ce/stdlib", ".ce/executors", ".ce/formats"];

/// Asks for leave to run the project's own scripts, unless it was given before or nobody is there; `yes` gives it.
pub fn ask(context: &mut Context, yes: bool) -> Result<()> {
    let found = scripts_of(&context.root);
    if found.is_empty() || !question::can_ask() || is_trusted(&context.root) {
        return Ok(());
    }
    if !yes && !answer(context, &found) {
        return Err(Error::new(ExitCode::Policy, "the scripts of this project were not allowed to run")
            .help("read them, then answer with `y`, or give `--yes`"));
    }
    remember(&context.root);
    Ok(())
}

/// Says that the first script of a project is about to be written by its user, who need not be asked about it.
pub fn expect_own(root: &Path) {
    if scripts_of(root).is_empty() {
        remember(root);
    }
}

fn answer(context: &mut Context, own: &[PathBuf]) -> bool {
    let host = scripts::describer(context);
    let line = |path: &PathBuf| {
        let needs = host.needs(&ScriptPlace::File(context.root.join(path)));
        let more = if needs.is_empty() { String::new() } else { format!(" ({})", needs.join(", ")) };
        format!("  {}{more}\n", safe(&path.display().to_string()))
    };
    let names: Vec<String> = own.iter().map(line).collect();
    let root = safe(&context.root.display().to_string());
    let text = format!(
        "{root} brings scripts of its own, which can start programs and change files:\n{}run them, now and later?",
        names.concat()
    );
    question::put(context, &text)
}

/// Returns the project's own scripts, as people know them.
fn scripts_of(root: &Path) -> Vec<PathBuf> {
    let below = FOLDERS.iter().flat_map(|folder| walkdir::WalkDir::new(root.join(folder)).sort_by_file_name());
    let files = below.flatten().filter(|entry| entry.path().extension().is_some_and(|end| end == "rhai"));
    files.map(|entry| entry.path().strip_prefix(root).unwrap_or(entry.path()).to_owned()).collect()
}
