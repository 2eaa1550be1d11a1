//! Small pieces of text: safe, short, and numbers as people read them.

use unicode_width::UnicodeWidthChar;

use crate::event::kind::ItemStatus;

/// Makes text from documents and agents harmless on a terminal: control and direction characters become escapes.
pub fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) { safe.extend(c.escape_unicode()) } else { safe.push(c) }
    }
    safe
}

/// Tells whether a character can steer a terminal or change the order in which others are read.
pub fn is_harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Makes one safe line of at most so many characters.
pub fn line(text: &str, width: usize) -> String {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let safe = safe(&joined);
    if safe.chars().count() <= width {
        return safe;
    }
    let mut short: String = safe.chars().take(width.saturating_sub(3)).collect();
    short.push_str("...");
    short
}

/// Returns the columns that a text takes; colours take none.
pub fn columns(text: &str) -> usize {
    let mut in_escape = false;
    let shown = |c: char| {
        if in_escape {
            in_escape = !c.is_ascii_alphabetic();
            return 0;
        }
        in_escape = c == '\x1b';
        c.width().unwrap_or(0)
    };
    text.chars().map(shown).sum()
}

/// Breaks a line at its words, the further ones moved in. A command at its end stays in one piece: it is copied.
pub fn wrap(text: &str, width: usize, indent: usize) -> Vec<String> {
    if columns(text) <= width {
        return vec![text.to_owned()];
    }
    let (prose, command) = match text.rfind("batchprp ") {
        Some(at) if at > 0 && text[..at].ends_with(' ') => text.split_at(at),
        Some(_) | None => (text, ""),
    };
    let moved_in = text.len() - text.trim_start_matches(' ').len();
    let mut lines: Vec<String> = vec![" ".repeat(moved_in)];
    for word in prose.split(' ').chain((!command.is_empty()).then_some(command)).filter(|word| !word.is_empty()) {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        let (taken, is_first) = (columns(line), line.trim_start().is_empty());
        if !is_first && taken + 1 + columns(word) > width {
            lines.push(format!("{}{word}", " ".repeat(indent)));
        } else {
            line.push_str(if is_first { "" } else { " " });
            line.push_str(word);
        }
    }
    lines
}

/// Returns what a terminal shows of a line in the end: a bar that draws over itself leaves its last state.
pub fn last_state(line: &str) -> &str {
    let line = line.trim_end_matches(['\r', '\n']);
    line.rsplit_once('\r').map_or(line, |(_, last)| last)
}

/// Makes text of several lines harmless; its lines and its tabs stay.
pub fn block(text: &str) -> String {
    let ends_line = text.ends_with('\n');
    let mut lines = text.lines().map(last_state).collect::<Vec<_>>().join("\n");
    lines.push_str(if ends_line { "\n" } else { "" });
    let mut safe = String::with_capacity(lines.len());
    for c in lines.chars() {
        if is_harmful(c) && !matches!(c, '\n' | '\t') { safe.extend(c.escape_unicode()) } else { safe.push(c) }
    }
    safe
}

/// Shows a count with separators: `8,450`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// Shows a count in few characters: `8.4k`, `1.2M`.
pub fn short_count(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        1000..1_000_000 => format!("{:.1}k", number as f64 / 1e3),
        _ => format!("{:.1}M", number as f64 / 1e6),
    }
}

/// Shows dollars; what costs less than a cent shows four digits.
pub fn dollars(amount: f64) -> String {
    if amount > 0.0 && amount < 0.01 { format!("${amount:.4}") } else { format!("${amount:.2}") }
}

/// Says a number with its noun: `1 item`, `2 items`.
pub fn numbered(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Returns the first digits of a commit.
pub fn short_commit(commit: &str) -> &str {
    commit.get(..9).unwrap_or(commit)
}

/// Returns the word for a status on the board.
pub fn status_word(status: ItemStatus) -> &'static str {
    match status {
        ItemStatus::Completed => "COMPLETE",
        ItemStatus::Partial => "PARTIAL",
        ItemStatus::Failed => "FAILED",
        ItemStatus::Blocked => "BLOCKED",
        ItemStatus::Unproven => "UNPROVEN",
        ItemStatus::Conflict => "CONFLICT",
        ItemStatus::NeedsApproval => "NEEDS APPROVAL",
        ItemStatus::Cancelled => "CANCELLED",
        ItemStatus::Pending => "PENDING",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_would_steer_the_terminal_is_escaped() {
        assert_eq!(safe("a\x1b[2Jb\u{202e}é"), "a\\u{1b}[2Jb\\u{202e}é");
        assert_eq!(line("one\n two\tthree four", 12), "one two t...");
        assert_eq!(block("0%\r50%\r100%\r\nnext\tone\n"), "100%\nnext\tone\n");
    }

    #[test]
    fn prose_is_broken_at_words_and_commands_stay_whole() {
        assert_eq!(wrap("two words", 20, 2), ["two words"]);
        assert_eq!(wrap("some words that go on", 12, 2), ["some words", "  that go on"]);
        assert_eq!(wrap("  some words that go on", 14, 4), ["  some words", "    that go on"]);
        let said = "go on with it: batchprp exe --batch 1";
        assert_eq!(wrap(said, 16, 2), ["go on with it:", "  batchprp exe --batch 1"]);
        assert_eq!(wrap("\x1b[31mred\x1b[0m words", 9, 2), ["\x1b[31mred\x1b[0m words"]);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([count(0), count(999), count(8450), count(1_234_567)], ["0", "999", "8,450", "1,234,567"]);
        assert_eq!([dollars(0.42), dollars(0.0042), dollars(0.0)], ["$0.42", "$0.0042", "$0.00"]);
    }
}
