//! Command lines for people to paste.

/// Writes words as a command line that a shell reads back the same way.
pub fn command_line<'a>(words: impl IntoIterator<Item = &'a String>) -> String {
    words.into_iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
}

/// Returns the command line that goes on with what another one began. What was asked for once is not asked for again: it
/// would take back or repeat what the run had done of it by then.
pub fn going_on(words: &[String]) -> String {
    let mut kept: Vec<String> = Vec::new();
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let (flag, value) = word.split_once('=').map_or((word.as_str(), None), |(flag, value)| (flag, Some(value)));
        let mut value = || value.map(str::to_owned).or_else(|| words.next().cloned()).unwrap_or_default();
        match flag {
            "--restart" | "--dry-run" | "--with-dependents" => {}
            // What was taken out is open now.
            "--redo" => kept.extend(["--prps".to_owned(), value()]),
            // Which phase to begin with was asked of a state that is gone.
            "--from" => {
                let value = value();
                kept.extend(["--from".to_owned(), value.split(':').next().unwrap_or_default().to_owned()]);
            }
            _ => kept.push(word.clone()),
        }
    }
    command_line(&kept)
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
    fn what_was_asked_for_once_is_not_asked_for_again() {
        let line = |text: &str| going_on(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(line("batchprp exe --batch 1 --jobs 2 --restart"), "batchprp exe --batch 1 --jobs 2");
        assert_eq!(line("batchprp exe --redo A,B --with-dependents --jobs 2"), "batchprp exe --prps A,B --jobs 2");
        assert_eq!(line("batchprp exe --redo=A --batch 1"), "batchprp exe --prps A --batch 1");
        assert_eq!(line("batchprp exe --batch 1 --from A:2"), "batchprp exe --batch 1 --from A");
        assert_eq!(line("batchprp exe --batch 1 --land"), "batchprp exe --batch 1 --land");
    }

    #[test]
    fn a_command_line_survives_the_shell() {
        let words = ["batchprp", "exe", "--prps", "a b", "it's", ""].map(str::to_owned);
        assert_eq!(command_line(&words), r"batchprp exe --prps 'a b' 'it'\''s' ''");
    }
}
