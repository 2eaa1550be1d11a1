//! One entry of a list of declared files.

use std::borrow::Cow;

/// More alternatives than this in one entry and its braces are taken as they stand.
const MOST_ALTERNATIVES: usize = 64;

/// A declared path or glob in its one normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FilePattern<'a> {
    /// Without `./`, doubled and trailing slashes; empty for the project root.
    pub(super) text: Cow<'a, str>,
    /// Written with a trailing slash.
    pub(super) directory: bool,
    /// Contains `*` or `?`. Brackets are plain text, since people have routes such as `app/[id]/page.tsx`.
    pub(super) glob: bool,
}

/// Reads an entry and hands over its patterns: normally one, several for `{a,b}`, none when it is empty.
pub(super) fn read<'a>(entry: &'a str, mut found: impl FnMut(FilePattern<'a>)) {
    let entry = entry.trim();
    if is_plain(entry) {
        found(FilePattern { text: Cow::Borrowed(entry), directory: false, glob: false });
    } else if let Some(all) = alternatives(entry) {
        all.iter().map(|text| normal(text)).for_each(found);
    } else if !entry.is_empty() {
        found(normal(entry));
    }
}

/// Tells whether the entry is a path in its normal form, as nearly all are.
fn is_plain(entry: &str) -> bool {
    let mut start = true;
    for byte in entry.bytes() {
        match byte {
            b'*' | b'?' | b'{' => return false,
            b'/' | b'.' if start => return false,
            _ => start = byte == b'/',
        }
    }
    !start
}

fn normal(entry: &str) -> FilePattern<'static> {
    let directory = entry.ends_with('/') || entry.ends_with("/.") || entry == ".";
    let parts: Vec<&str> = entry.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let mut text = parts.join("/");
    let glob = text.contains(['*', '?']);
    if glob {
        // `src/*` means everything in `src`, and who changes a directory there changes what is below it.
        if text == "*" || text.ends_with("/*") {
            text.push('*');
        } else if directory && text != "**" && !text.ends_with("/**") {
            text.push_str("/**");
        }
    }
    FilePattern { text: Cow::Owned(text), directory: directory && !glob, glob }
}

/// Writes out `{a,b}`; `None` when there is no brace with a comma, or too many combinations.
fn alternatives(entry: &str) -> Option<Vec<String>> {
    let mut done = Vec::new();
    let mut open = vec![entry.to_owned()];
    while let Some(text) = open.pop() {
        if open.len() + done.len() > MOST_ALTERNATIVES {
            return None;
        }
        match choice(&text) {
            Some((head, choices, tail)) => open.extend(choices.iter().rev().map(|one| format!("{head}{one}{tail}"))),
            None => done.push(text),
        }
    }
    (done.len() > 1).then_some(done)
}

/// Finds the first brace pair that holds a comma: what is before it, its choices, what is behind.
fn choice(text: &str) -> Option<(&str, Vec<&str>, &str)> {
    for (start, _) in text.match_indices('{') {
        let mut depth = 0_usize;
        let mut cuts = vec![start];
        for (at, letter) in text[start..].char_indices().map(|(offset, letter)| (start + offset, letter)) {
            match letter {
                '{' => depth += 1,
                ',' if depth == 1 => cuts.push(at),
                '}' if depth == 1 => {
                    cuts.push(at);
                    break;
                }
                '}' => depth -= 1,
                _ => {}
            }
        }
        let closed = cuts.last().is_some_and(|&end| text[end..].starts_with('}'));
        if closed && cuts.len() > 2 {
            let choices = cuts.windows(2).map(|cut| &text[cut[0] + 1..cut[1]]).collect();
            let end = cuts[cuts.len() - 1];
            return Some((&text[..start], choices, &text[end + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(entry: &str) -> Vec<FilePattern<'_>> {
        let mut all = Vec::new();
        read(entry, |pattern| all.push(pattern));
        all
    }

    fn texts(entry: &str) -> Vec<String> {
        patterns(entry).into_iter().map(|pattern| pattern.text.into_owned()).collect()
    }

    #[test]
    fn entries_have_one_normal_form() {
        for (entry, expected) in [
            ("./src//a.rs", vec!["src/a.rs"]),
            (" src/ ", vec!["src"]),
            (".", vec![""]),
            ("src/*", vec!["src/**"]),
            ("src/**/", vec!["src/**"]),
            ("src/*/", vec!["src/**"]),
            ("src/*.d/", vec!["src/*.d/**"]),
            (".github/ci.yml", vec![".github/ci.yml"]),
            ("src/{a,b/{c,d}}.rs", vec!["src/a.rs", "src/b/c.rs", "src/b/d.rs"]),
            ("api/{id}.yaml", vec!["api/{id}.yaml"]),
            ("x/{a,b", vec!["x/{a,b"]),
            ("", vec![]),
        ] {
            assert_eq!(texts(entry), expected, "{entry}");
        }
        assert!(!patterns("app/[id]/page.tsx")[0].glob);
        assert!(patterns("src/")[0].directory);
    }

    #[test]
    fn a_flood_of_braces_is_taken_as_it_stands() {
        let entry = "{a,b}".repeat(20);
        assert_eq!(texts(&entry), std::slice::from_ref(&entry));
    }
}
