//! The beginning and the end of what a program said: as much as helps in a message.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

/// Lines of the beginning and of the end, and characters of each.
const HEAD: usize = 4;
const TAIL: usize = 12;
const WIDTH: usize = 400;

/// Bytes of the beginning and of the end of a file that are looked at.
const LOOKED_AT: u64 = 32 * 1024;

/// Returns the first and the last lines of a text; a line between them says how many are left out.
pub fn excerpt(text: &str) -> Vec<String> {
    shortened(text, 0)
}

/// Returns the ends of a text out of whose middle some lines were left out before.
fn shortened(text: &str, already: usize) -> Vec<String> {
    let text = plain(text);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let short = |line: &&str| line.chars().take(WIDTH).collect::<String>();
    let Some(left_out @ 2..) = (lines.len() + already).checked_sub(HEAD + TAIL) else {
        return lines.iter().map(short).collect();
    };
    let (head, tail) = (HEAD.min(lines.len()), lines.len().saturating_sub(TAIL).max(HEAD.min(lines.len())));
    let (head, tail) = (lines[..head].iter().map(short), lines[tail..].iter().map(short));
    head.chain([format!("[{left_out} more lines]")]).chain(tail).collect()
}

/// Counts the lines that end in the next bytes of a file.
fn lines_in(file: &mut File, mut bytes: u64) -> io::Result<usize> {
    let mut part = vec![0; 64 * 1024];
    let mut lines = 0;
    while bytes > 0 {
        let most = usize::try_from(bytes).map_or(part.len(), |bytes| bytes.min(part.len()));
        let read = file.read(&mut part[..most])?;
        if read == 0 {
            break;
        }
        lines += memchr::memchr_iter(b'\n', &part[..read]).count();
        bytes -= read as u64;
    }
    Ok(lines)
}

/// Returns the first and the last lines of a file, of which only both ends are kept in memory.
pub fn of_file(path: &Path) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut bytes = Vec::new();
    file.by_ref().take(LOOKED_AT).read_to_end(&mut bytes)?;
    let mut already = 0;
    if length > 2 * LOOKED_AT {
        // The line that is cut on both sides is counted once.
        already = lines_in(&mut file, length - 2 * LOOKED_AT)?.saturating_sub(1);
        bytes.push(b'\n');
        file.seek(SeekFrom::End(-LOOKED_AT.cast_signed()))?;
    }
    file.take(2 * LOOKED_AT).read_to_end(&mut bytes)?;
    Ok(shortened(&String::from_utf8_lossy(&bytes), already))
}

/// Takes terminal control out of a text.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => match chars.next() {
                // A control sequence ends with a letter or one of `@[\]^_`{|}~`.
                Some('[') => {
                    while chars.next_if(|c| !('@'..='~').contains(c)).is_some() {}
                    chars.next();
                }
                // A command to the terminal ends with BEL or ESC \.
                Some(']') => {
                    while chars.next_if(|c| !matches!(c, '\u{7}' | '\u{1b}')).is_some() {}
                    chars.next();
                    chars.next_if_eq(&'\\');
                }
                Some(_) | None => {}
            },
            '\n' | '\t' => plain.push(c),
            c if c.is_control() => {}
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_and_last_lines_stay_and_the_rest_is_counted() {
        let text: String = (1..=100).map(|n| format!("line {n}\n")).collect::<Vec<_>>().join("\n");
        let lines = excerpt(&text);
        assert_eq!(lines.len(), HEAD + 1 + TAIL);
        assert_eq!((lines[0].as_str(), lines[HEAD].as_str()), ("line 1", "[84 more lines]"));
        assert_eq!(lines.last().map(String::as_str), Some("line 100"));
        assert_eq!(excerpt("one\n\x1b[31mtwo\x1b[0m\n"), ["one", "two"]);
    }

    #[test]
    fn both_ends_of_a_long_file_are_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("stderr.log");
        let text: String = (1..=50_000).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
        std::fs::write(&path, text).expect("a file");
        let lines = of_file(&path).expect("an excerpt");
        assert_eq!((lines[0].as_str(), lines.last().map(String::as_str)), ("line 1", Some("line 50000")));
        assert_eq!(lines[HEAD], "[49984 more lines]");
    }

    #[test]
    fn terminal_control_is_taken_out() {
        let text = "\u{1b}[31;1mred\u{1b}[0m \u{1b}]0;title\u{7}a\u{1b}]8;;x\u{1b}\\b\u{8}\r\nc\td";
        assert_eq!(plain(text), "red ab\nc\td");
    }
}
