//! Cuts a byte stream into lines of bounded length.

use std::io::BufRead;

/// Longest line that is kept; the rest of it is dropped.
pub(super) const MAX_LINE: usize = 4 * 1024 * 1024;

/// Collects chunks into lines.
#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    dropped: u64,
}

impl Lines {
    /// Takes a chunk; calls `each` with every line that is complete, without its end.
    pub(super) fn push(&mut self, mut chunk: &[u8], mut each: impl FnMut(&str)) {
        while !chunk.is_empty() {
            let mut rest = chunk;
            // Reading from memory does not fail.
            let length = rest.skip_until(b'\n').unwrap_or(chunk.len());
            match chunk[..length].strip_suffix(b"\n") {
                Some(line) => {
                    self.keep(line);
                    self.end(&mut each);
                }
                None => self.keep(chunk),
            }
            chunk = rest;
        }
    }

    /// Ends the stream: what is left is a line, too.
    pub(super) fn finish(&mut self, mut each: impl FnMut(&str)) {
        if !self.line.is_empty() {
            self.end(&mut each);
        }
    }

    fn keep(&mut self, part: &[u8]) {
        let kept = part.len().min(MAX_LINE - self.line.len());
        self.line.extend_from_slice(&part[..kept]);
        self.dropped += (part.len() - kept) as u64;
    }

    fn end(&mut self, each: &mut impl FnMut(&str)) {
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        let text = String::from_utf8_lossy(line);
        if self.dropped > 0 {
            each(&format!("{text}[… {} bytes left out]", self.dropped));
        } else {
            each(&text);
        }
        drop(text);
        self.line.clear();
        self.line.shrink_to(64 * 1024);
        self.dropped = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_at_every_chunk_size_and_the_last_needs_no_end() {
        let text = "one\r\n\ntwo \u{fffd}\nthree".as_bytes();
        for size in 1..=text.len() {
            let (mut lines, mut got) = (Lines::default(), Vec::new());
            text.chunks(size).for_each(|chunk| lines.push(chunk, |line| got.push(line.to_owned())));
            lines.finish(|line| got.push(line.to_owned()));
            assert_eq!(got, ["one", "", "two \u{fffd}", "three"]);
        }
    }

    #[test]
    fn an_endless_line_is_cut_and_bad_bytes_are_replaced() {
        let (mut lines, mut got) = (Lines::default(), Vec::new());
        lines.push(&vec![b'x'; MAX_LINE + 5], |_| ());
        lines.push(b"\n\xff\n", |line| got.push(line.to_owned()));
        assert!(got[0].ends_with("x[… 5 bytes left out]"));
        assert_eq!(got[1], "\u{fffd}");
    }
}
