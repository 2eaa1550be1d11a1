//! The texts of an item, at most so much of each: their ends, where the news is.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::cli::follow::item_files::{self, ItemFiles};
use crate::error::Result;
use crate::event::ItemView;
use crate::host::git::plumbing::repo::Repo;
use crate::report::page::{ItemTexts, PageText};
use crate::report::transcript;

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
