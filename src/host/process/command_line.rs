//! Command lines for people to paste.

/// Writes words as a command line that a shell reads back the same way.
pub fn command_line<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    words.into_iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./=,:@+%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_survives_the_shell() {
        let words = ["batchprp", "exe", "--prps", "a b", "it's", ""].map(str::to_owned);
        assert_eq!(command_line(&words), r"batchprp exe --prps 'a b' 'it'\''s' ''");
    }
}
