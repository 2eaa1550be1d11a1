//! A block of lines at the end of the output that is redrawn in place, while other text scrolls by above it.

use unicode_width::UnicodeWidthChar;

/// The terminal shows what stands between these at once, where it can.
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

const HIDE: &str = "\x1b[?25l";
/// Shows the cursor.
pub const SHOW: &str = "\x1b[?25h";

/// The lines of a block, and the terminal that they were made for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub lines: Vec<String>,
    pub columns: usize,
    pub rows: usize,
}

/// Knows what stands on the terminal, and says what changes it.
///
/// Between two frames the cursor stands, hidden, at the first line of the block: a terminal that is made lower gives up
/// rows below its cursor before it moves any into its history. Lines are cleared one by one: a screen that is cleared as
/// a whole goes into the history of some terminals, frame by frame.
#[derive(Debug, Default)]
pub struct Block {
    /// Lines that stand there.
    drawn: usize,
    frame: Frame,
    hides_cursor: bool,
}

impl Block {
    /// Returns the text that makes `above` scroll by and leaves the frame below it. Without a new frame the last one
    /// is drawn again; nothing is returned when nothing changes.
    pub fn update(&mut self, above: &str, frame: Option<Frame>) -> String {
        let is_same = frame.as_ref().is_none_or(|frame| *frame == self.frame);
        let mut is_resized = false;
        if let Some(frame) = frame {
            is_resized = (frame.columns, frame.rows) != (self.frame.columns, self.frame.rows);
            self.frame = frame;
        }
        if above.is_empty() && is_same {
            return String::new();
        }
        if self.drawn == 0 && self.frame.lines.is_empty() {
            return format!("{}{above}", self.cursor(false));
        }
        let mut text = String::from(BEGIN);
        text += &self.cursor(!self.frame.lines.is_empty());
        if is_resized && self.drawn > 0 {
            // A terminal that became narrower has broken the lines: nobody knows into how many rows.
            clear(self.frame.rows.max(self.drawn), &mut text);
        } else if !above.is_empty() {
            clear(self.drawn, &mut text);
        }
        if is_resized || !above.is_empty() {
            self.drawn = 0;
        }
        text.push_str(above);
        text += &self.lines();
        text.push_str(END);
        text
    }

    /// Forgets what stands there: somebody else has written since, and nobody knows where the cursor is.
    pub fn forget(&mut self) {
        (self.drawn, self.hides_cursor) = (0, false);
        self.frame = Frame::default();
    }

    /// Returns the lines of the frame over what stands there, and the way back to the first of them.
    fn lines(&mut self) -> String {
        // One column stays free: a line that fills its row leaves it open what the next character does.
        let room = self.frame.columns.saturating_sub(1).max(1);
        let shown = self.frame.lines.iter().map(|line| cut(line, room) + "\x1b[K");
        let left = self.drawn.saturating_sub(self.frame.lines.len());
        let rows: Vec<String> = shown.chain(std::iter::repeat_n("\x1b[2K".to_owned(), left)).collect();
        self.drawn = self.frame.lines.len();
        format!("{}{}", rows.join("\n"), back(rows.len()))
    }

    /// Hides or shows the cursor, where it is not so already.
    fn cursor(&mut self, hides: bool) -> String {
        let text = match (std::mem::replace(&mut self.hides_cursor, hides), hides) {
            (false, true) => HIDE,
            (true, false) => SHOW,
            (true, true) | (false, false) => "",
        };
        text.to_owned()
    }
}

/// Moves the cursor from the last of so many rows to the beginning of the first.
fn back(rows: usize) -> String {
    match rows.saturating_sub(1) {
        0 => "\r".to_owned(),
        up => format!("\x1b[{up}F"),
    }
}

/// Clears so many rows from the cursor on, as far as the screen goes, and comes back.
fn clear(rows: usize, text: &mut String) {
    text.push_str("\r\x1b7");
    text.push_str(&"\x1b[2K\x1b[B".repeat(rows));
    text.push_str("\x1b8");
}

/// Cuts a line to a number of columns; colours take none, and are ended.
fn cut(line: &str, columns: usize) -> String {
    let (mut shown, mut width, mut in_escape) = (String::new(), 0, false);
    for c in line.chars() {
        if c == '\x1b' {
            in_escape = true;
        } else if in_escape {
            in_escape = !c.is_ascii_alphabetic();
        } else {
            let next = width + c.width().unwrap_or(0);
            if next > columns {
                shown.push_str("\x1b[0m");
                break;
            }
            width = next;
        }
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(lines: &[&str]) -> Frame {
        Frame { lines: lines.iter().map(|line| (*line).to_owned()).collect(), columns: 10, rows: 5 }
    }

    #[test]
    fn a_frame_replaces_the_one_before_and_the_same_one_is_not_drawn_again() {
        let mut block = Block::default();
        block.update("", Some(frame(&["one", "two"])));
        assert_eq!(block.update("", Some(frame(&["one", "two"]))), "");
        let text = block.update("", Some(frame(&["three"])));
        assert_eq!(text, format!("{BEGIN}three\x1b[K\n\x1b[2K\x1b[1F{END}"));
    }

    #[test]
    fn the_cursor_is_hidden_while_a_frame_stands_there() {
        let mut block = Block::default();
        assert!(block.update("", Some(frame(&["one"]))).starts_with(&format!("{BEGIN}{HIDE}")));
        assert!(!block.update("", Some(frame(&["two"]))).contains("\x1b[?25"));
        assert!(block.update("", Some(frame(&[]))).contains(SHOW));
        assert!(!block.update("", Some(frame(&[]))).contains("\x1b[?25"));
    }

    #[test]
    fn wide_characters_take_two_columns_and_colours_none() {
        assert_eq!(cut("\x1b[31m日本語\x1b[0m", 5), "\x1b[31m日本\x1b[0m");
    }

    #[test]
    fn without_a_block_text_is_left_alone() {
        assert_eq!(Block::default().update("a line\n", None), "a line\n");
    }
}
