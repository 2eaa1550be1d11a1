//! What a new workspace gets besides its commit: the files and the set-up lines of the configuration, once.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::bridge::Failure;
use crate::error::{Error, ExitCode};
use crate::host::failpoint;
use crate::host::git::plumbing::repo::Repo;
use crate::host::git::workspace::{self, Prepared};
use crate::host::process::{self, Marker};
use crate::host::stop::StopToken;
use crate::run::settings::Settings;

/// Everything that setting up needs.
pub(crate) struct WorktreeSetup {
    pub(crate) settings: Arc<Settings>,
    pub(crate) repo: Repo,
    pub(crate) marker: Marker,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) stop: StopToken,
}

/// Copies what the user listed and runs the set-up lines, once in each workspace. What was cut short is done again.
pub(crate) async fn set_up(order: &WorktreeSetup, made: &Prepared) -> Result<(), Failure> {
    let settings = &order.settings;
    if settings.copy.is_empty() && settings.setup.is_empty() {
        return Ok(());
    }
    if workspace::is_set_up(&order.repo, made)? {
        return Ok(());
    }
    for name in &settings.copy {
        copy(&settings.root.join(name), &made.path.join(name)).map_err(|error| {
            Error::new(ExitCode::Config, format!("cannot copy `{name}` into the worktree: {error}"))
                .help("see `worktree.copy` in .ce/batchprp.toml")
        })?;
    }
    for line in &settings.setup {
        run_line(order, line, &made.path).await?;
    }
    Ok(workspace::set_up(&order.repo, made).map(drop)?)
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_file() {
        return Ok(());
    }
    failpoint::around("worktree.copy", || {
        to.parent().map_or(Ok(()), std::fs::create_dir_all)?;
        std::fs::copy(from, to).map(drop)
    })
}

async fn run_line(order: &WorktreeSetup, line: &str, path: &Path) -> Result<(), Failure> {
    // The user wrote this line as shell in the configuration.
    let argv = ["sh", "-c", line].map(str::to_owned).into();
    // It runs what agents wrote, where the workspace starts from their work.
    let sandbox = &order.settings.sandbox;
    let mut command = process::Command::new(sandbox.check(argv, path), path.to_owned(), order.marker.clone());
    command.is_sandboxed = sandbox.is_on();
    command.env.clone_from(&order.env);
    command.grace = order.settings.timers.grace;
    let failed = match process::run(command, order.stop.clone()).await {
        Ok(output) if output.success() => return Ok(()),
        Ok(output) if output.cancelled => return Err(Failure::Cancelled),
        Ok(output) if output.timed_out => "it took longer than ten minutes".to_owned(),
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => error.to_string(),
    };
    let error = Error::new(ExitCode::Config, format!("the set-up line `{line}` failed in the worktree: {failed}"));
    Err(error.help("see `worktree.setup` in .ce/batchprp.toml").into())
}
