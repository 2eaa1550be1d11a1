//! Declared paths: what people write around them is cut off, what cannot be meant is refused.

use std::ops::Range;

use super::text::list_item::{first_code, split};
use super::text::source::trim;

/// Why a declared path is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadPath {
    Empty,
    Absolute,
    Parent,
    /// Several words without back-ticks.
    Prose,
    /// A command line, or an option of one.
    Command,
    /// `@somebody`, or the name of a package.
    Handle,
}

impl BadPath {
    /// Returns the reason as it follows the path in a message.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Absolute => "is absolute",
            Self::Parent => "leaves the project",
            Self::Prose => "is not a path",
            Self::Command => "is a command and not a path",
            Self::Handle => "is a name and not a path",
        }
    }
}

/// Cleans one path: `./` and a line range such as `:10-20` are removed.
pub fn clean_path(text: &str) -> Result<String, BadPath> {
    let mut path = text.trim().trim_matches(['"', '\'']);
    while let Some(rest) = path.strip_prefix("./") {
        path = rest;
    }
    if let Some((before, lines)) = path.rsplit_once(':') {
        let digits =
            !lines.is_empty() && lines.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-' || byte == b'L');
        if digits {
            path = before;
        }
    }
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    // Nearly all are of letters and signs that one look at each byte settles.
    let is_graphic = path.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if path.is_empty() || !is_graphic && path.chars().any(char::is_control) {
        Err(BadPath::Empty)
    } else if is_command(path) {
        Err(BadPath::Command)
    } else if path.starts_with('@') {
        Err(BadPath::Handle)
    } else if path.starts_with(['/', '\\', '~']) || drive {
        Err(BadPath::Absolute)
    } else if path.contains("..") && path.split(['/', '\\']).any(|part| part == "..") {
        Err(BadPath::Parent)
    } else {
        Ok(path.to_owned())
    }
}

/// Programs that people name in lists of files by mistake.
const PROGRAMS: [&str; 27] = [
    "bash", "bun", "cargo", "composer", "curl", "deno", "docker", "dotnet", "git", "go", "gradle", "java", "make",
    "mvn", "node", "npm", "npx", "php", "pip", "pnpm", "poetry", "pytest", "python", "python3", "sh", "uv", "yarn",
];

/// Tells whether a text is a command line: an option, a program with arguments, or more than one command.
fn is_command(text: &str) -> bool {
    let Some((first, _)) = text.split_once(' ') else { return text.starts_with(['-', '$', '|', '>']) };
    let several = text.contains(" && ") || text.contains(" | ");
    text.starts_with(['-', '$', '|', '>']) || several || PROGRAMS.contains(&first)
}

/// A path found in prose, with its place.
pub(crate) type FoundPath = (Range<usize>, Result<String, BadPath>);

/// Reads one entry: the first back-ticked token, else the text up to ` - `, ` (` or the end.
pub(crate) fn entry(text: &str, range: &Range<usize>) -> Option<FoundPath> {
    if is_none(&text[range.clone()]) {
        return None;
    }
    if let Some(code) = first_code(text, range) {
        return Some((code.clone(), clean_path(&text[code])));
    }
    let part = &text[range.clone()];
    let ends = [" - ", " – ", " — ", " (", " #", " <-", " ← ", ": "];
    let end = ends.iter().filter_map(|mark| part.find(mark)).min().unwrap_or(part.len());
    let path = trim(text, range.start..range.start + end);
    let part = unmarked(&text[path.clone()]);
    let found = if part.chars().any(char::is_whitespace) { Err(BadPath::Prose) } else { clean_path(part) };
    Some((path, found))
}

/// Takes `**bold**` marks off a path; the stars of a glob such as `**/*.py` are its own.
fn unmarked(path: &str) -> &str {
    let inner = path.strip_prefix("**").and_then(|rest| rest.strip_suffix("**"));
    inner.filter(|inner| !inner.is_empty() && !inner.starts_with('/') && !inner.ends_with('/')).unwrap_or(path)
}

/// Reads a comma list.
pub(crate) fn entries(text: &str, range: &Range<usize>) -> Vec<FoundPath> {
    split(text, range, |_| false).iter().filter_map(|part| entry(text, part)).collect()
}

/// Tells whether a text says that there is nothing.
pub(crate) fn is_none(text: &str) -> bool {
    let text = text.trim().trim_matches(['*', '_', '`']);
    let Some(word) = ["none", "n/a", "empty", "nothing", "-", "–", "—"]
        .into_iter()
        .find(|word| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)))
    else {
        return false;
    };
    let rest = text[word.len()..].trim_start_matches('*');
    // `--option` is not a dash with a comment.
    if !word.is_ascii() || word == "-" && rest.starts_with('-') {
        return rest.trim_start().is_empty() || rest.starts_with(char::is_whitespace);
    }
    // `nothing.txt` and `empty-state.rs` are files.
    let is_part = |rest: &str| {
        let mut chars = rest.chars();
        matches!(chars.next(), Some('.' | ':' | '-')) && chars.next().is_some_and(|next| !next.is_whitespace())
    };
    if is_part(rest) {
        return false;
    }
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(['(', '-', '–', '—', ',', ';', ':', '.', '#'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<String, BadPath>> {
        entries(text, &(0..text.len())).into_iter().map(|found| found.1).collect()
    }

    #[test]
    fn comments_line_ranges_and_marks_are_cut_off() {
        assert_eq!(
            read("`./a/b.rs:10-20` (new), c/*.md - all, d/"),
            [Ok("a/b.rs".to_owned()), Ok("c/*.md".to_owned()), Ok("d/".to_owned())]
        );
        assert_eq!(read("**a.rs**, b/*, **/c"), [Ok("a.rs".to_owned()), Ok("b/*".to_owned()), Ok("**/c".to_owned())]);
        assert_eq!(read("None (new files)"), []);
        assert_eq!(read("none. All is there already"), []);
        for file in ["nothing.txt", "empty-state.rs", "none.md"] {
            assert_eq!(read(file), [Ok(file.to_owned())], "a file is not nothing");
        }
    }

    #[test]
    fn globs_keep_their_stars_and_bold_paths_lose_theirs() {
        for (text, path) in [
            ("**/*.py", "**/*.py"),
            ("*.py", "*.py"),
            ("src/**", "src/**"),
            ("**/tests/**", "**/tests/**"),
            ("*", "*"),
            ("**", "**"),
            ("**src/a.py**", "src/a.py"),
            ("`**/*.py` (all)", "**/*.py"),
        ] {
            assert_eq!(read(text), [Ok(path.to_owned())], "{text}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_named() {
        for (text, bad) in [
            ("/etc/passwd", BadPath::Absolute),
            ("~/x", BadPath::Absolute),
            ("C:\\x", BadPath::Absolute),
            ("a/../../b", BadPath::Parent),
            ("several files in docs", BadPath::Prose),
            ("./", BadPath::Empty),
            ("`npm run build`", BadPath::Command),
            ("`--label`", BadPath::Command),
            ("`cd app && make`", BadPath::Command),
            ("@octocat", BadPath::Handle),
            ("`@scope/package`", BadPath::Handle),
        ] {
            assert_eq!(read(text), [Err(bad)], "{text}");
        }
    }
}
