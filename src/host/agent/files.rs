//! The files that an attempt is given: private, and written before the start.

use std::io;
use std::path::{Component, Path, PathBuf};

use super::setup::Setup;
use crate::event::SCHEMA_VERSION;
use crate::host::redact::Secrets;
use crate::host::{failpoint, state};
use crate::model::agent::{AgentSpec, CommandLine};
use crate::model::agent_files::task::TaskSpec;

/// Places of the files of one attempt.
#[derive(Clone, Debug)]
pub(super) struct AttemptFiles {
    pub(super) dir: PathBuf,
    /// What the calls of one attempt share.
    pub(super) kept: PathBuf,
    pub(super) spec: PathBuf,
    pub(super) prompt: PathBuf,
    pub(super) heartbeat: PathBuf,
    pub(super) transcript: PathBuf,
    pub(super) stderr: PathBuf,
    pub(super) result: PathBuf,
}

impl AttemptFiles {
    /// Makes the directory of the attempt; when there is one of that name, `.2` and so on is added.
    pub(super) fn open(wanted: &Path) -> io::Result<Self> {
        if let Some(parent) = wanted.parent() {
            state::private_dir(parent)?;
        }
        let mut dir = wanted.to_owned();
        for number in 2.. {
            match failpoint::around("attempt.folder", || std::fs::create_dir(&dir)) {
                Ok(()) => break,
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    let mut name = wanted.file_name().unwrap_or_default().to_os_string();
                    name.push(format!(".{number}"));
                    dir.set_file_name(name);
                }
                Err(error) => return Err(error),
            }
        }
        state::private_dir(&dir)?;
        let dir = std::fs::canonicalize(dir)?;
        let kept = dir.with_file_name("kept");
        let file = |name: &str| dir.join(name);
        Ok(Self {
            spec: file("spec.json"),
            prompt: file("prompt.md"),
            heartbeat: file("heartbeat.json"),
            transcript: file("transcript.jsonl"),
            stderr: file("stderr.log"),
            result: file("result.json"),
            kept,
            dir,
        })
    }

    /// Writes the specification and the prompt.
    pub(super) fn write(&self, task: TaskSpec, spec: &AgentSpec, setup: &Setup) -> io::Result<()> {
        let json = serde_json::to_value(complete(task, spec, setup)).map_err(io::Error::from)?;
        let json = setup.secrets.redact_json(json);
        state::write_private(&self.spec, format!("{json:#}\n").as_bytes())?;
        state::write_private(&self.prompt, setup.secrets.redact(&spec.prompt).as_bytes())
    }

    /// Writes the files that the adapter asked for. Keys belong into the environment, so none is written.
    pub(super) fn write_files(&self, command: &CommandLine, secrets: &Secrets) -> io::Result<()> {
        for (name, text) in &command.files {
            let path = Path::new(name);
            let is_plain = path.components().all(|part| matches!(part, Component::Normal(_)));
            if !is_plain || name.is_empty() {
                let message = format!("`{name}` is not a plain path below the directory of the attempt");
                return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
            }
            let place = self.dir.join(path);
            if let Some(parent) = place.parent().filter(|parent| *parent != self.dir) {
                state::private_dir(parent)?;
            }
            state::write_private(&place, secrets.redact(text).as_bytes())?;
        }
        Ok(())
    }

    /// Makes the folder that the calls of one attempt share, where the adapter speaks of it.
    pub(super) fn make_kept(&self, command: &CommandLine) -> io::Result<()> {
        let name = self.kept.to_string_lossy();
        let words = command.argv.iter().chain(command.env.values());
        let is_wanted = command.home.is_some() || words.into_iter().any(|word| word.contains(name.as_ref()));
        if is_wanted { state::private_dir(&self.kept) } else { Ok(()) }
    }

    /// Returns the variables that tell the agent where its files are.
    pub(super) fn variables(&self, phase: &str) -> [(String, String); 4] {
        let text = |path: &Path| path.to_string_lossy().into_owned();
        [
            ("BATCHPRP_PHASE".to_owned(), phase.to_owned()),
            ("BATCHPRP_SPEC".to_owned(), text(&self.spec)),
            ("BATCHPRP_HEARTBEAT".to_owned(), text(&self.heartbeat)),
            ("BATCHPRP_RESULT".to_owned(), text(&self.result)),
        ]
    }
}

/// Adds what the transport knows to the specification, where the caller did not say it.
fn complete(mut task: TaskSpec, spec: &AgentSpec, setup: &Setup) -> TaskSpec {
    task.schema_version = SCHEMA_VERSION;
    task.attempt = spec.attempt;
    task.work_item_id.get_or_insert_with(|| spec.item.clone());
    task.context.project_root.get_or_insert_with(|| setup.worktree.display().to_string());
    if task.timeout_minutes <= 0.0 {
        task.timeout_minutes = setup.timers.total.as_secs_f64() / 60.0;
    }
    task
}
