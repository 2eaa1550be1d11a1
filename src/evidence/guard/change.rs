//! One changed path of an item.

/// What stands at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum File {
    /// Text of a size that was worth reading, whatever its encoding was.
    Text(String),
    /// Anything else: its size and its first bytes, as many as were read.
    Binary { bytes: u64, head: Vec<u8> },
    /// A symbolic link. `ignored` says that its target is ignored by git or was made by set-up.
    Link { target: String, ignored: bool },
    /// A submodule. `there` says that the commit can be had: it is in the project's modules, or at their remote.
    Module { commit: String, there: bool },
}

/// Larger texts are not looked into.
const LARGEST: usize = 4 << 20;

impl File {
    /// Tells what the content of a file is. Of what is no text so many bytes are kept.
    pub fn of(content: Vec<u8>, kept: usize) -> Self {
        let bytes = u64::try_from(content.len()).unwrap_or(u64::MAX);
        if let Some(text) = utf16(&content).filter(|_| content.len() <= LARGEST) {
            return Self::Text(text);
        }
        if content.len() <= LARGEST
            && let Some(text) = latin(&content)
        {
            return Self::Text(text);
        }
        match String::from_utf8(content) {
            Ok(text) if text.len() <= LARGEST && !text.contains('\0') => Self::Text(text),
            Ok(text) => Self::Binary { bytes, head: text.into_bytes().into_iter().take(kept).collect() },
            Err(error) => Self::Binary { bytes, head: error.into_bytes().into_iter().take(kept).collect() },
        }
    }
}

/// Reads UTF-16 with its mark, which git takes for binary and people for text.
fn utf16(content: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match content.get(..2)? {
        [0xFF, 0xFE] => u16::from_le_bytes,
        [0xFE, 0xFF] => u16::from_be_bytes,
        _ => return None,
    };
    let units = content[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<String, _>>().ok().filter(|text| !text.contains('\0'))
}

/// Reads text of an older encoding, where each byte is a letter: no other letters than those of text.
fn latin(content: &[u8]) -> Option<String> {
    let is_letter = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x20..=0x7e | 0xa0..=0xff);
    let is_text = !content.is_empty() && std::str::from_utf8(content).is_err() && content.iter().all(is_letter);
    is_text.then(|| content.iter().map(|byte| char::from(*byte)).collect())
}

/// A file that a commit of an item brought and that is another one at its end, or gone: it stays in the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passing {
    pub commit: String,
    /// From the commit before to that one.
    pub change: Change,
}

/// A path that differs between where the item started and where it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Relative to the repository.
    pub path: String,
    /// `None` when the file is new.
    pub old: Option<File>,
    /// `None` when the file is gone.
    pub new: Option<File>,
}

impl Change {
    /// Makes a change of texts.
    pub fn text(path: &str, old: Option<&str>, new: Option<&str>) -> Self {
        let file = |text: &str| File::Text(text.to_owned());
        Self { path: path.to_owned(), old: old.map(file), new: new.map(file) }
    }

    /// Tells whether the file is gone.
    pub fn is_deletion(&self) -> bool {
        self.new.is_none() && self.old.is_some()
    }

    /// Returns the old text; empty where there is none.
    pub fn old_text(&self) -> &str {
        text(self.old.as_ref())
    }

    /// Returns the new text; empty where there is none.
    pub fn new_text(&self) -> &str {
        text(self.new.as_ref())
    }

    /// Returns the last part of the path.
    pub(super) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

fn text(file: Option<&File>) -> &str {
    match file {
        Some(File::Text(text)) => text,
        Some(File::Binary { .. } | File::Link { .. } | File::Module { .. }) | None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::File;

    #[test]
    fn utf_16_is_text() {
        let little: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain("a é\n".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> = [0xFE, 0xFF].into_iter().chain("a é\n".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        for content in [little, big] {
            assert_eq!(File::of(content, 0), File::Text("a é\n".to_owned()));
        }
        assert_eq!(File::of(b"caf\xe9\n".to_vec(), 0), File::Text("café\n".to_owned()), "Latin-1 is, too");
        assert_eq!(File::of(b"\xff\xfe\x00".to_vec(), 2), File::Text(String::new()));
        assert_eq!(File::of(b"\x00\xff\x00".to_vec(), 2), File::Binary { bytes: 3, head: vec![0, 0xff] });
    }
}
