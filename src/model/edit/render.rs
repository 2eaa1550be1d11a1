//! Values as YAML text, as plain as they can be without being read as something else.

use std::fmt::Write;

/// How a value was quoted before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    None,
    Single,
    Double,
}

/// Writes a text with the quotes it had, or with double ones where these are needed.
pub(super) fn text(text: &str, quotes: Quotes, flow: bool) -> String {
    match quotes {
        Quotes::None if is_plain(text, flow) => text.to_owned(),
        Quotes::Single if !text.chars().any(char::is_control) => format!("'{}'", text.replace('\'', "''")),
        Quotes::None | Quotes::Single | Quotes::Double => double(text),
    }
}

/// Writes a number; whole ones without a fraction.
pub(super) fn number(number: f64) -> Option<String> {
    number.is_finite().then(|| format!("{number}"))
}

/// Writes a list on one line.
pub(super) fn list(items: &[String]) -> String {
    let items: Vec<String> = items.iter().map(|item| text(item, Quotes::None, true)).collect();
    format!("[{}]", items.join(", "))
}

fn double(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                write!(quoted, "\\u{:04X}", u32::from(c)).expect("writing to a string cannot fail");
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Tells whether every YAML reader takes the text for itself when it stands without quotes.
fn is_plain(text: &str, flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let start = first.is_ascii_alphanumeric() || matches!(first, '/' | '.' | '_' | '(');
    let allowed = |c: char| {
        c.is_alphanumeric()
            || matches!(c, ' ' | '_' | '-' | '.' | '/' | '+' | '(' | ')' | ':' | '@' | '=' | '~')
            || (matches!(c, ',' | ';' | '\'' | '*' | '&' | '!' | '?') && !flow)
    };
    let plain = start && text.chars().all(allowed) && !text.ends_with([' ', ':']);
    let colon = if flow { text.contains(':') } else { text.contains(": ") };
    plain && !colon && !is_other_type(text)
}

/// Tells whether YAML 1.1 or 1.2 takes a plain text for a number, a boolean or nothing.
fn is_other_type(text: &str) -> bool {
    let word = text.to_ascii_lowercase();
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "nan", "inf", "infinity"];
    let number = text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '_' | '+' | '-' | ':' | 'e' | 'E'))
        // A date stays plain, as people write it.
        && !date(text);
    let based = ["0x", "0o", "0b"].iter().any(|prefix| word.starts_with(prefix));
    words.contains(&word.as_str()) || number || based || text.parse::<f64>().is_ok()
}

fn date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 10 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[..4].iter().all(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_stand_where_a_reader_would_be_misled() {
        for plain in ["in_progress", "PRP-47.1.1", "2026-11-20T10:15:30Z", "47.1.1-a", "a, b (c)"] {
            assert_eq!(text(plain, Quotes::None, false), plain);
        }
        for other in ["yes", "15.10", "null", "", "a: b", "# x", "- x", "[a", "x #y", "0x1F", "12:30", "1e5", "é:"] {
            assert!(text(other, Quotes::None, false).starts_with('"'), "{other}");
        }
        assert_eq!(text("it's", Quotes::Single, false), "'it''s'");
        assert_eq!(text("a\nb", Quotes::Single, false), "\"a\\nb\"");
        assert_eq!(list(&["PRP-1".to_owned(), "a, b".to_owned()]), "[PRP-1, \"a, b\"]");
        assert_eq!((number(2.5), number(3.0), number(f64::NAN)), (Some("2.5".into()), Some("3".into()), None));
    }
}
