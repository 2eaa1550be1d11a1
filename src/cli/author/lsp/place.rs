//! Places of the protocol: lines and UTF-16 columns from 0, and files as addresses.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// Returns the offset of a place in a text; a column beyond the end of its line is that end.
pub(super) fn offset(text: &str, place: &Value) -> Option<usize> {
    let number = |key: &str| place.get(key)?.as_u64().and_then(|number| usize::try_from(number).ok());
    let (line, column) = (number("line")?, number("character")?);
    let start = match line {
        0 => 0,
        _ => text.match_indices('\n').nth(line - 1).map_or(text.len(), |(at, _)| at + 1),
    };
    let row = text[start..].split('\n').next().unwrap_or_default();
    let mut left = column;
    for (at, c) in row.char_indices() {
        if left == 0 {
            return Some(start + at);
        }
        left = left.saturating_sub(c.len_utf16());
    }
    Some(start + row.len())
}

/// Returns the place of an offset.
pub(super) fn place(text: &str, offset: usize) -> Value {
    let before = text.get(..offset).unwrap_or(text);
    let row = before.rsplit('\n').next().unwrap_or_default();
    json!({ "line": before.matches('\n').count(), "character": row.encode_utf16().count() })
}

/// Returns the path of an address `file:///…`.
pub(super) fn path(address: &str) -> Option<PathBuf> {
    let rest = address.strip_prefix("file://")?;
    let rest = &rest[rest.find('/')?..];
    let mut bytes = Vec::new();
    let mut left = rest.as_bytes();
    while let [first, tail @ ..] = left {
        let byte = if *first == b'%' {
            tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok())
        } else {
            None
        };
        bytes.push(byte.unwrap_or(*first));
        left = if byte.is_some() { &tail[2..] } else { tail };
    }
    Some(PathBuf::from(String::from_utf8(bytes).ok()?))
}

/// Returns the address of a file.
pub(super) fn address(path: &Path) -> String {
    use std::fmt::Write as _;
    let mut text = "file://".to_owned();
    for byte in path.to_string_lossy().bytes() {
        if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
            text.push(byte.into());
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_in_utf_16_and_addresses_are_escaped() {
        let text = "a\né😀b\n";
        let at = json!({ "line": 1, "character": 3 });
        let found = offset(text, &at).expect("an offset");
        assert_eq!(&text[found..=found], "b");
        assert_eq!(place(text, found), at);
        assert_eq!(offset(text, &json!({ "line": 9, "character": 9 })), Some(text.len()));
        let file = Path::new("/tmp/a b/ü.rhai");
        assert_eq!(path(&address(file)).as_deref(), Some(file));
        assert_eq!(path("untitled:1"), None);
    }
}
