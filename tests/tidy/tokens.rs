//! Rust text as far as paths need it: names and marks, without comments, strings and tests.

/// A piece of Rust text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Name(String),
    /// `::`
    Path,
    Mark(char),
}

impl Token {
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Name(name) => Some(name),
            Self::Path | Self::Mark(_) => None,
        }
    }
}

/// Cuts a text into tokens; what follows `#[cfg(test)]` at the start of a line is left out.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let text = text.split("\n#[cfg(test)]\n").next().unwrap_or_default();
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("::") {
            found.push(Token::Path);
            rest = &rest[2..];
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            rest = string(name, after).unwrap_or_else(|| {
                found.push(Token::Name(name.to_owned()));
                after
            });
        } else if c == '"' {
            rest = quoted(&rest[1..]);
        } else if c == '\'' {
            rest = character(&rest[1..]);
        } else {
            if !c.is_whitespace() {
                found.push(Token::Mark(c));
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    found
}

/// Returns what follows a string with a prefix, such as `r#"…"#` and `b"…"`.
fn string<'a>(prefix: &str, after: &'a str) -> Option<&'a str> {
    match prefix {
        "r" | "br" => {
            let hashes = after.len() - after.trim_start_matches('#').len();
            let body = after[hashes..].strip_prefix('"')?;
            let end = format!("\"{}", "#".repeat(hashes));
            Some(body.split_once(&end)?.1)
        }
        "b" => after.strip_prefix('"').map(quoted),
        _ => None,
    }
}

/// Returns what follows a string whose first quote is gone.
fn quoted(text: &str) -> &str {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return &text[at + 1..],
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    ""
}

/// Returns what follows a character or the mark of a lifetime whose first quote is gone.
fn character(text: &str) -> &str {
    if let Some(escaped) = text.strip_prefix('\\') {
        return escaped.get(1..).and_then(|rest| rest.split_once('\'')).map_or("", |(_, rest)| rest);
    }
    let mut chars = text.chars();
    chars.next();
    chars.as_str().strip_prefix('\'').unwrap_or(text)
}
