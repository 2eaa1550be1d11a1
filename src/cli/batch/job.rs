//! A run within a job of GitHub Actions: its end becomes the summary of the job, and what failed becomes annotations.

use std::cell::RefCell;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::cli::start::ci;
use crate::cli::start::context::Context;
use crate::config::Config;
use crate::event::RunView;
use crate::model::gate::Gate;
use crate::model::prp::Prp;
use crate::model::read;
use crate::report::ci::github::{self, Wanted};
use crate::report::ci::{CiLog, Place};
use crate::report::markdown;
use crate::run::{Reporter, ReporterEvent};

/// Returns what tells the job about the run; nothing elsewhere, and nothing where programs read the output. Annotations
/// are left in `told`: they come after all that is shown, so that nothing stands within them.
pub fn reporter(context: &Context, config: &Config, told: Rc<RefCell<Vec<u8>>>) -> Option<Reporter> {
    let is_job = ci::log() == Some(CiLog::GitHub) && !context.globals.json;
    let (root, paths) = (context.root.clone(), [config.paths.requests.clone(), config.paths.executed.clone()]);
    let mut state = RunView::default();
    let tell: Reporter = Box::new(move |news| {
        let ReporterEvent::Event(event) = news else { return };
        state.apply(event);
        if state.end.is_none() {
            return;
        }
        let written = summary(&state).and_then(|()| annotations(&state, &root, &paths, &mut *told.borrow_mut()));
        if let Err(error) = written {
            drop(writeln!(anstream::stderr(), "warning: cannot tell the job about the run: {error}"));
        }
    });
    is_job.then_some(tell)
}

/// Adds the run to what the job shows at its end.
fn summary(state: &RunView) -> io::Result<()> {
    let Some(path) = ci::step_summary() else { return Ok(()) };
    let mut text = Vec::new();
    markdown::write(state, &mut text)?;
    text.push(b'\n');
    OpenOptions::new().append(true).create(true).open(path)?.write_all(&text)
}

/// Writes the annotations of a run.
pub fn annotations(state: &RunView, root: &Path, folders: &[String], out: &mut dyn Write) -> io::Result<()> {
    let files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root.join(folder)).sort_by_file_name())
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    let written = |wanted: Wanted<'_>| {
        let is_meant = |path: &&PathBuf| read::id_of_file_name(path).is_some_and(|id| id.to_string() == wanted.item);
        let path = files.iter().find(is_meant)?;
        let (prp, _) = read::prp(path, &std::fs::read(path).ok()?);
        let phase = wanted.phase.and_then(|phase| prp.phase(phase)).map_or(1, |phase| phase.line);
        let line = gate(&prp, wanted).unwrap_or(phase);
        let path = path.strip_prefix(root).ok()?.display().to_string();
        Some(Place { path, line: u32::try_from(line).ok()?, column: None })
    };
    github::write(state, &written, out)
}

/// Returns the line of the gate that failed: the one whose command was run, else the first one of its level.
fn gate(prp: &Prp, wanted: Wanted<'_>) -> Option<usize> {
    let (level, said) = wanted.gate?;
    let is_of = |gate: &&Gate| gate.level == level && (gate.phase.is_none() || gate.phase == wanted.phase);
    let ran = |gate: &&Gate| gate.command.as_ref().is_some_and(|command| said.contains(command.as_str()));
    let gate = prp.gates.iter().filter(is_of).find(ran).or_else(|| prp.gates.iter().find(is_of))?;
    Some(prp.text.get(..gate.span.start)?.matches('\n').count() + 1)
}
