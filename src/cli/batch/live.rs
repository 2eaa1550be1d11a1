//! A block of lines that is redrawn in place on a terminal.

use std::io::{self, Write};

/// Draws frames over each other.
#[derive(Debug, Default)]
pub struct LiveBlock {
    drawn: usize,
}

impl LiveBlock {
    /// Replaces the last frame by a new one, in one write so that nothing flickers.
    pub fn draw(&mut self, lines: &[String], width: usize, out: &mut dyn Write) -> io::Result<()> {
        let mut frame = self.erasing();
        for line in lines {
            frame.push_str(&cut(line, width));
            frame.push_str("\x1b[K\n");
        }
        self.drawn = lines.len();
        out.write_all(frame.as_bytes())?;
        out.flush()
    }

    /// Removes the last frame.
    pub fn clear(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let erase = self.erasing();
        self.drawn = 0;
        out.write_all(erase.as_bytes())?;
        out.flush()
    }

    fn erasing(&self) -> String {
        if self.drawn == 0 { String::new() } else { format!("\x1b[{}F\x1b[J", self.drawn) }
    }
}

/// Cuts a line to a number of characters; colours count as none, and are ended.
fn cut(line: &str, width: usize) -> String {
    let (mut shown, mut room, mut in_escape) = (String::new(), width.max(1), false);
    for c in line.chars() {
        if c == '\x1b' {
            in_escape = true;
        } else if in_escape {
            in_escape = !c.is_ascii_alphabetic();
        } else if room == 0 {
            shown.push_str("\x1b[0m");
            break;
        } else {
            room -= 1;
        }
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_replaces_the_one_before() {
        let mut out = Vec::new();
        let mut live = LiveBlock::default();
        live.draw(&["one".to_owned(), "two".to_owned()], 80, &mut out).expect("a vector takes everything");
        live.draw(&["three".to_owned()], 3, &mut out).expect("a vector takes everything");
        assert_eq!(String::from_utf8_lossy(&out), "one\x1b[K\ntwo\x1b[K\n\x1b[2F\x1b[Jthr\x1b[0m\x1b[K\n");
    }
}
