//! What can be read of a file: its text, the texts in a binary one, the members of an archive.

use std::borrow::Cow;

use super::archive;
use crate::evidence::guard::change::File;

/// Shorter runs of letters in a binary file are chance.
const RUN: usize = 16;
/// Archives in archives are unpacked so deep.
const DEEPEST: usize = 2;

/// Something that can be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// Name in the archive.
    pub(super) member: Option<String>,
    pub(super) text: Cow<'a, str>,
    /// Letters that stand in what is no text.
    pub(super) is_binary: bool,
}

/// Returns what can be read of a file.
pub(super) fn parts(file: Option<&File>) -> Vec<Part<'_>> {
    match file {
        Some(File::Text(text)) => vec![Part { member: None, text: Cow::Borrowed(text), is_binary: false }],
        Some(File::Binary { head, .. }) => unpacked(None, head, DEEPEST),
        Some(File::Link { .. } | File::Module { .. }) | None => Vec::new(),
    }
}

fn unpacked(member: Option<String>, bytes: &[u8], deeper: usize) -> Vec<Part<'static>> {
    if let Some(members) = archive::members(bytes).filter(|_| deeper > 0) {
        let named = |name: String| Some(name).filter(|name| !name.is_empty()).or_else(|| member.clone());
        return members.into_iter().flat_map(|inner| unpacked(named(inner.name), &inner.bytes, deeper - 1)).collect();
    }
    // What an archive holds may be plain text.
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => vec![Part { member, text: Cow::Owned(text.to_owned()), is_binary: false }],
        Ok(_) | Err(_) => vec![Part { member, text: Cow::Owned(runs(bytes)), is_binary: true }],
    }
}

/// Returns the runs of letters of a binary file, one a line; also of those with a zero behind each letter.
fn runs(bytes: &[u8]) -> String {
    let plain = bytes.split(|byte| !is_letter(*byte));
    let mut found: Vec<String> =
        plain.filter(|run| run.len() >= RUN).map(|run| String::from_utf8_lossy(run).into_owned()).collect();
    for start in [0, 1] {
        let mut wide = String::new();
        for pair in bytes.get(start..).unwrap_or_default().chunks(2) {
            match *pair {
                [letter, 0] if is_letter(letter) => wide.push(char::from(letter)),
                _ if wide.len() >= RUN => found.push(std::mem::take(&mut wide)),
                _ => wide.clear(),
            }
        }
        if wide.len() >= RUN {
            found.push(wide);
        }
    }
    found.join("\n")
}

fn is_letter(byte: u8) -> bool {
    byte == b' ' || byte.is_ascii_graphic()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_binary_files_are_read() {
        let wide: Vec<u8> = "a wide text of letters".bytes().flat_map(|byte| [byte, 0]).collect();
        let bytes = [b"\x00\x01short\x00a run of letters here\xff".to_vec(), wide].concat();
        assert_eq!(runs(&bytes), "a run of letters here\na wide text of letters");
        let file = File::Binary { bytes: 3, head: b"\xff\xfe\x00".to_vec() };
        assert_eq!(parts(Some(&file)), [Part { member: None, text: Cow::Borrowed(""), is_binary: true }]);
    }
}
