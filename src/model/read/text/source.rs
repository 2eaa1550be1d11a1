//! The text of a document: decoding, limits, lines.

use std::ops::Range;

use crate::model::problem::Problem;

/// Largest document that is read, in bytes.
pub const MAX_FILE: usize = 50 * 1024 * 1024;

/// Largest frontmatter that is read, in bytes.
pub const MAX_FRONTMATTER: usize = 64 * 1024;

/// Decodes a document. What is not UTF-8 is replaced and reported, since editing it would damage it.
pub(crate) fn decode(bytes: &[u8], problems: &mut Vec<Problem>) -> String {
    if bytes.len() > MAX_FILE {
        problems.push(
            Problem::error(
                "file::too_large",
                format!("the document has {} bytes but may have at most {MAX_FILE}", bytes.len()),
            )
            .help("split the document; a PRP is a few hundred lines of instructions, not an archive"),
        );
        return String::new();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let at = error.valid_up_to();
            problems.push(
                Problem::error("file::not_utf8", "the document is not UTF-8 text")
                    .at(at..at + char::REPLACEMENT_CHARACTER.len_utf8())
                    .help("save it as UTF-8, for example with `iconv -f LATIN1 -t UTF-8`"),
            );
            String::from_utf8_lossy(bytes).into_owned()
        }
    }
}

/// Returns the length of a byte order mark at the start.
pub(crate) fn bom(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// Yields every line from `start` to `end` as a range without its line end.
pub(crate) fn lines(text: &str, range: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut next = range.start;
    std::iter::from_fn(move || {
        if next >= range.end {
            return None;
        }
        let start = next;
        let rest = &text[start..range.end];
        let length = memchr::memchr(b'\n', rest.as_bytes());
        next = start + length.map_or(rest.len(), |length| length + 1);
        let mut end = start + length.unwrap_or(rest.len());
        if end > start && text.as_bytes()[end - 1] == b'\r' {
            end -= 1;
        }
        Some(start..end)
    })
}

/// Returns the part of a range that is left when white space at both ends is cut off.
pub(crate) fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

/// Finds the line of a byte offset in logarithmic time.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    /// Makes the index of a text.
    pub fn new(text: &str) -> Self {
        let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Self { starts: std::iter::once(0).chain(ends.filter(|start| *start < text.len())).collect() }
    }

    /// Returns the line of an offset, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset).max(1)
    }

    /// Returns where a line of the text stands, without its line end; `None` when there is no such line.
    pub(crate) fn range(&self, line: usize, text: &str) -> Option<Range<usize>> {
        let start = *self.starts.get(line.checked_sub(1)?)?;
        let end = self.starts.get(line).map_or(text.len(), |next| *next);
        let length = text[start..end].trim_end_matches(['\n', '\r']).len();
        Some(start..start + length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_counted_from_one_and_never_run_past_the_end() {
        let index = LineIndex::new("a\r\nb\n");
        assert_eq!([index.line(0), index.line(2), index.line(3), index.line(5), index.line(99)], [1, 1, 2, 2, 2]);
        assert_eq!(LineIndex::new("").line(0), 1);
    }

    #[test]
    fn a_line_ends_before_its_line_end() {
        let text = "a\r\n\nb";
        assert_eq!(lines(text, 0..text.len()).map(|line| &text[line]).collect::<Vec<_>>(), ["a", "", "b"]);
    }
}
