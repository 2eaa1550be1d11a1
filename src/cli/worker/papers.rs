//! What agents and checks of an attempt write, as far as the hub does not have it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use crate::model::worker::paper::{self, PaperPiece};

/// Most bytes of one file that travel; the rest of it stays on its machine.
const MOST: u64 = 32 << 20;
/// Most bytes of one file in one push, as long as others follow.
const PIECE: u64 = 2 << 20;

/// The files of an item on this machine.
#[derive(Debug, Default)]
pub(super) struct Papers {
    folder: Option<PathBuf>,
    /// How far each of them was read.
    read: BTreeMap<String, u64>,
}

impl Papers {
    /// Says where they are.
    pub(super) fn are_in(&mut self, folder: PathBuf) {
        self.folder = Some(folder);
    }

    /// Takes in what the hub has already.
    pub(super) fn skip(&mut self, told: &[PaperPiece]) {
        for piece in told {
            self.read.insert(piece.file.clone(), piece.to);
        }
    }

    /// Returns what is new in all files: whole lines as long as they grow, and all of it at the end.
    pub(super) fn news(&mut self, is_end: bool) -> Vec<PaperPiece> {
        let Some(folder) = self.folder.clone() else { return Vec::new() };
        let files = walkdir::WalkDir::new(&folder).max_depth(3).sort_by_file_name().into_iter().flatten();
        let mut pieces = Vec::new();
        for entry in files.filter(|entry| entry.file_type().is_file()) {
            let Some(file) = entry.path().strip_prefix(&folder).ok().and_then(Path::to_str) else { continue };
            let from = self.read.get(file).copied().unwrap_or(0);
            let length = entry.metadata().map_or(0, |facts| facts.len()).min(MOST);
            if !paper::travels(file) || length <= from {
                continue;
            }
            // What cannot be read is told by nobody, and is no reason to end the work.
            let room = if is_end { length - from } else { PIECE.min(length - from) };
            let Some(bytes) = read(entry.path(), from, room, is_end) else { continue };
            let to = from + u64::try_from(bytes.len()).unwrap_or(0);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            self.read.insert(file.to_owned(), to);
            pieces.push(PaperPiece { file: file.to_owned(), from, to, text });
        }
        pieces
    }
}

fn read(path: &Path, from: u64, room: u64, is_end: bool) -> Option<Vec<u8>> {
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::Start(from)).ok()?;
    let mut bytes = Vec::new();
    file.take(room).read_to_end(&mut bytes).ok()?;
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |last| last + 1);
    if !is_end && (whole > 0 || room < PIECE) {
        bytes.truncate(whole);
    }
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_are_told_once_by_whole_lines_and_to_their_end() {
        let home = tempfile::tempdir().expect("a folder");
        let call = home.path().join("a1/p1");
        fs::create_dir_all(&call).expect("a folder");
        fs::write(call.join("spec.json"), "{}").expect("a file");
        fs::write(call.join("transcript.jsonl"), "one\ntw").expect("a file");
        let mut papers = Papers::default();
        assert_eq!(papers.news(true), []);
        papers.are_in(home.path().to_owned());
        let piece = |from, to, text: &str| {
            let file = "a1/p1/transcript.jsonl".to_owned();
            vec![PaperPiece { file, from, to, text: text.to_owned() }]
        };
        assert_eq!(papers.news(false), piece(0, 4, "one\n"));
        assert_eq!(papers.news(false), []);
        fs::write(call.join("transcript.jsonl"), "one\ntwo\nthr").expect("a file");
        assert_eq!(papers.news(false), piece(4, 8, "two\n"));
        assert_eq!(papers.news(true), piece(8, 11, "thr"));
        let mut again = Papers::default();
        again.are_in(home.path().to_owned());
        again.skip(&piece(4, 8, "two\n"));
        assert_eq!(again.news(true), piece(8, 11, "thr"));
    }
}
