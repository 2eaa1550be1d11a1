//! The user's own editor, or the merge tool that git is configured for, on the files of a workspace.

use std::path::Path;
use std::process::Command;

use crate::error::{Error, ExitCode, Result};
use crate::host::git::plumbing::repo::Repo;

/// Settings by which git knows merge tools.
const SETTINGS: &str = r"^(merge\.(tool|guitool)|mergetool\.|difftool\.)";

/// Opens files in the editor that git would open, and waits for its end.
pub(super) fn edit(repo: &Repo, place: &Path, files: &[String]) -> Result<()> {
    let named = |name: &str| std::env::var(name).ok().filter(|editor| !editor.trim().is_empty());
    let configured = repo.git().args(["config", "--get", "core.editor"]).run()?.text();
    let configured = Some(configured).filter(|editor| !editor.is_empty());
    let editor = named("GIT_EDITOR").or(configured).or_else(|| named("VISUAL")).or_else(|| named("EDITOR"));
    let editor = editor.ok_or_else(|| {
        Error::new(ExitCode::Config, "no editor is configured").help("set `EDITOR`, or `git config core.editor NAME`")
    })?;
    // A line that the user wrote for a shell, as git takes it.
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{editor} \"$@\""), &editor]).args(files);
    ended(command, place, &editor)
}

/// Starts `git mergetool` on files, and waits for its end. The workspace has a repository of its own: what the project says
/// about merge tools is handed over.
pub(super) fn merge_tool(repo: &Repo, place: &Path, files: &[String], name: Option<&str>) -> Result<()> {
    let found = repo.git().args(["config", "-z", "--get-regexp", SETTINGS]).run()?;
    let text = String::from_utf8_lossy(&found.stdout).into_owned();
    let settings: Vec<(&str, &str)> = text.split('\0').filter_map(|entry| entry.split_once('\n')).collect();
    if name.is_none() && !settings.iter().any(|(key, _)| *key == "merge.tool") {
        return Err(Error::new(ExitCode::Config, "no merge tool is configured")
            .help("name one, such as `--tool=vimdiff`, or `git config merge.tool NAME`"));
    }
    let mut command = Command::new("git");
    for (key, value) in settings {
        command.arg("-c").arg(format!("{key}={value}"));
    }
    // A copy of the file with its markers would become part of the merge.
    command.args(["-c", "mergetool.keepBackup=false", "mergetool", "--no-prompt"]);
    command.args(name.map(|name| format!("--tool={name}"))).arg("--").args(files);
    ended(command, place, name.unwrap_or("git mergetool"))
}

fn ended(mut command: Command, place: &Path, name: &str) -> Result<()> {
    let status = command.current_dir(place).status().map_err(|error| {
        Error::new(ExitCode::Config, format!("cannot start `{name}`: {error}"))
            .help("the merge is in the workspace: edit the files there with any editor")
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Error::new(ExitCode::Unfinished, format!("`{name}` did not end well in `{}` ({status})", place.display()))
        .help("the merge is in the workspace as it was left; edit the files there, or ask again"))
}
