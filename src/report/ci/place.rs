//! Places in files, as checks name them in what they say.

/// A line of a file of the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: String,
    pub line: u32,
    pub column: Option<u32>,
}

/// Returns the first place that a text names: `src/a.rs:3:5`, `tests/x.py:12: error`, `File "a.py", line 3`.
pub fn find<'a>(lines: impl IntoIterator<Item = &'a String>) -> Option<Place> {
    lines.into_iter().flat_map(|text| text.lines()).find_map(|line| python(line).or_else(|| colons(line)))
}

/// `File "a.py", line 3`
fn python(line: &str) -> Option<Place> {
    let (path, rest) = line.trim_start().strip_prefix("File \"")?.split_once("\", line ")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some(Place { path: own(path)?, line: digits.parse().ok()?, column: None })
}

/// `PATH:LINE` or `PATH:LINE:COLUMN` as a word.
fn colons(line: &str) -> Option<Place> {
    let words = line.split(|c: char| c.is_whitespace() || "()[]'\"`,".contains(c));
    words.filter(|word| !word.contains("://")).find_map(|word| {
        let mut parts = word.split(':');
        let path = own(parts.next()?)?;
        let line = parts.next()?.parse().ok().filter(|line| *line > 0)?;
        Some(Place { path, line, column: parts.next().and_then(|column| column.parse().ok()) })
    })
}

/// Returns a path that can be one of the project: relative, and a file by its ending.
fn own(path: &str) -> Option<String> {
    let path = path.strip_prefix("./").unwrap_or(path);
    let (stem, ending) = path.rsplit_once('.')?;
    let is_ending = ending.starts_with(|c: char| c.is_ascii_alphabetic()) && ending.chars().all(char::is_alphanumeric);
    let is_own = !path.starts_with(['/', '~', '-']) && !path.split('/').any(|part| part == "..") && !stem.is_empty();
    (is_ending && is_own).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_as_tools_name_them() {
        let place =
            |text: &str| find(&[text.to_owned()]).map(|p| format!("{}:{}:{}", p.path, p.line, p.column.unwrap_or(0)));
        for (text, found) in [
            ("  --> src/main.rs:10:5", Some("src/main.rs:10:5")),
            ("app.py:1: unused import", Some("app.py:1:0")),
            ("tests/test_a.py:12: AssertionError", Some("tests/test_a.py:12:0")),
            ("  File \"pkg/mod.py\", line 33, in run", Some("pkg/mod.py:33:0")),
            ("    at run (./src/index.js:4:11)", Some("src/index.js:4:11")),
            ("src/a.go:7:2: undefined: x", Some("src/a.go:7:2")),
            ("listening on 127.0.0.1:8080", None),
            ("at 12:30:45 it ended", None),
            ("see https://example.com/a.html:80", None),
            ("/usr/lib/python3/x.py:3: in foo", None),
            ("../other/x.py:3: in foo", None),
            ("exit code: 1", None),
        ] {
            assert_eq!(place(text).as_deref(), found, "{text}");
        }
    }
}
