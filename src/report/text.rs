//! Small pieces of text: safe, short, and numbers as people read them.

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

/// Makes text of several lines harmless; its lines and its tabs stay.
pub fn block(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars().filter(|c| *c != '\r') {
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
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([count(0), count(999), count(8450), count(1_234_567)], ["0", "999", "8,450", "1,234,567"]);
        assert_eq!([dollars(0.42), dollars(0.0042), dollars(0.0)], ["$0.42", "$0.0042", "$0.00"]);
    }
}
