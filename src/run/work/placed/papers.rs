//! What agents and checks said elsewhere, kept where it would be if they had said it here.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::event::EventKind;
use crate::host::{failpoint, state};
use crate::model::worker::paper::{self, PaperPiece};

/// Adds pieces to the files of an item.
pub(super) fn keep(folder: &Path, attempt: u32, pieces: &[PaperPiece]) -> io::Result<()> {
    for piece in pieces.iter().filter(|piece| paper::travels(&piece.file)) {
        let path = folder.join(paper::here(&piece.file, attempt));
        failpoint::around("placed.paper", || {
            path.parent().map_or(Ok(()), state::private_dir)?;
            let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(&path)?;
            file.write_all(piece.text.as_bytes())
        })?;
    }
    Ok(())
}

/// Names the files of an event as they are here; `folder` is that of the item, as people are told.
pub(super) fn named_here(mut kind: EventKind, folder: &Path, attempt: u32) -> EventKind {
    let (EventKind::AttemptFinished { stderr: file, .. } | EventKind::Validation { log: file, .. }) = &mut kind else {
        return kind;
    };
    if let Some(path) = file {
        let end = |count: usize| path.rsplitn(count + 1, '/').take(count).collect::<Vec<_>>();
        let there = [2, 3].into_iter().map(end).map(|parts| parts.into_iter().rev().collect::<Vec<_>>().join("/"));
        let there = there.into_iter().find(|file| paper::travels(file));
        *file = there.map(|file| folder.join(paper::here(&file, attempt)).display().to_string());
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::validation::LevelVerdict;

    #[test]
    fn a_file_of_a_worker_is_named_as_it_is_here() {
        let named = |log: &str, attempt| {
            let kind = EventKind::Validation {
                item: "PRP-1".to_owned(),
                phase: 1,
                level: 2,
                result: LevelVerdict::Failed,
                errors: Vec::new(),
                log: Some(log.to_owned()),
            };
            match named_here(kind, Path::new(".ce/tmp/runs/r/PRP-1"), attempt) {
                EventKind::Validation { log, .. } => log,
                _ => None,
            }
        };
        let there = ".ce/tmp/runs/other/PRP-1/checks/p1-l2-1-1.log";
        assert_eq!(named(there, 1).as_deref(), Some(".ce/tmp/runs/r/PRP-1/checks/p1-l2-1-1.log"));
        assert_eq!(named(there, 2).as_deref(), Some(".ce/tmp/runs/r/PRP-1/checks/2/p1-l2-1-1.log"));
        assert_eq!(named("/somewhere/else.txt", 1), None);
    }
}
