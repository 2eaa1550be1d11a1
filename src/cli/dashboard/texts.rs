//! The texts of an item, at most so much of each: their ends, where the news is.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::cli::follow::item_files::{self, ItemFiles};
use crate::error::Result;
use crate::event::{ItemView, Standing};
use crate::host::git::plumbing::repo::Repo;
use crate::host::state;
use crate::model::agent_files::heartbeat::{MAX_HEARTBEAT, parse};
use crate::report::page::{ItemTexts, PageText};
use crate::report::transcript;
use crate::run::shared::names;

/// Reads the texts of one kind below the folder of an item. A file may be gone again: it says nothing then.
pub(super) fn files(folder: &Path, item: &ItemView, kind: ItemFiles, most: u64) -> Vec<PageText> {
    let paths = kind.files(folder);
    let texts = paths.iter().filter_map(|path| {
        let (text, cut) = end(path, most).ok()?;
        let name = path.strip_prefix(folder).unwrap_or(path).display().to_string();
        let about = item_files::check(path, item).map(|about| format!(" ({about})")).unwrap_or_default();
        let is_transcript = path.extension().is_some_and(|extension| extension == "jsonl");
        let text = if is_transcript {
            text.lines().filter_map(transcript::readable).collect::<Vec<_>>().join("\n")
        } else {
            text
        };
        (!text.is_empty()).then(|| PageText::new(&format!("{name}{about}"), &text, cut))
    });
    texts.collect()
}

/// Returns the patch of an item.
pub(super) fn diff(repo: &Repo, item: &ItemView, batch: Option<u32>, most: u64) -> Result<Vec<PageText>> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let patch = item_files::patch(repo, item, batch, most)?;
    let is_empty = patch.text.is_empty();
    let text = PageText::new("patch", &patch.text, u64::from(patch.truncated));
    Ok(Some(text).into_iter().filter(|_| !is_empty).collect())
}

/// Reads all texts of an item.
pub(in crate::cli) fn all(
    folder: &Path,
    repo: Option<&Repo>,
    item: &ItemView,
    batch: Option<u32>,
    most: u64,
) -> ItemTexts {
    ItemTexts {
        prompt: files(folder, item, ItemFiles::Prompts, most),
        transcript: files(folder, item, ItemFiles::Transcripts, most),
        checks: files(folder, item, ItemFiles::Checks, most),
        stderr: files(folder, item, ItemFiles::Errors, most),
        diff: repo.and_then(|repo| diff(repo, item, batch, most).ok()).unwrap_or_default(),
    }
}

/// Name of the file in which an agent at work says what it does, or has it said.
pub(super) const HEARTBEAT: &str = "heartbeat.json";

/// Returns where the agent of an item at work writes.
pub(super) fn attempt(run: &Path, item: &ItemView) -> Option<PathBuf> {
    if item.standing != Standing::Running {
        return None;
    }
    let attempt = run.join(names::file_name(&item.info.id)).join(format!("a{}", item.attempts));
    let phase = item.phase.as_ref().map(|phase| attempt.join(format!("p{}", phase.ordinal)));
    Some(phase.filter(|folder| folder.is_dir()).unwrap_or(attempt))
}

/// Returns when an agent wrote something last: the journal does not tell each sign of life.
pub(super) fn last_sign(attempt: &Path) -> Option<Timestamp> {
    let written = ["transcript.jsonl", "stderr.log", HEARTBEAT].into_iter().filter_map(|name| {
        let modified = std::fs::metadata(attempt.join(name)).ok()?.modified().ok()?;
        Timestamp::try_from(modified).ok()
    });
    written.max()
}

/// Returns what an agent does now, in its own words: the journal does not tell each step.
pub(super) fn last_action(attempt: &Path) -> Option<String> {
    let content = state::read_untrusted(&attempt.join(HEARTBEAT), MAX_HEARTBEAT).ok()??;
    let said = parse(&content)?;
    // Before its first step the phase says more, and after its end it does nothing.
    let is_at_work = !matches!(said.status.as_str(), "complete" | "failed") && said.step != "started";
    (is_at_work && !said.step.trim().is_empty()).then_some(said.step)
}

/// Reads the end of a file, from the beginning of a line on, and how much was left out.
fn end(path: &Path, most: u64) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut cut = length.saturating_sub(most);
    file.seek(SeekFrom::Start(cut))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    if cut > 0
        && let Some(line) = bytes.iter().position(|byte| *byte == b'\n')
    {
        bytes.drain(..=line);
        cut += line as u64 + 1;
    }
    Ok((String::from_utf8_lossy(&bytes).into_owned(), cut))
}
