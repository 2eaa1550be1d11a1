//! A page of the documentation as what it asks for: files to write and command lines to type.
//!
//! - A fenced block below `<!-- file: PATH -->` is written to that file; below `<!-- append: PATH -->` it is added to it.
//! - A `console` block is typed: `$ ` lines are commands, the lines below them are what they say. `...` alone on a line
//!   stands for any lines. Below `<!-- exit: N -->` the last command ends with that code, else all end with 0.
//! - `<!-- run: COMMAND -->` is typed without being shown.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Test;

/// A page and where it lies.
pub(crate) struct Page {
    path: PathBuf,
    text: String,
}

/// What a comment says about the block that follows.
enum Note {
    File(String),
    Append(String),
    Exit(i32),
}

impl Page {
    pub(crate) fn read(path: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let text = fs::read_to_string(&path).expect("a page");
        Self { path, text }
    }

    /// Does what the page says and compares, or with `UPDATE` writes the page anew.
    #[track_caller]
    pub(crate) fn hold(&self, test: &Test) {
        let said = self.carried_out(test);
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&self.path, said).expect("a page that can be written");
            return;
        }
        assert!(self.text == said, "{}", difference(&self.path, &self.text, &said));
    }

    /// Returns the page with what its commands say now.
    fn carried_out(&self, test: &Test) -> String {
        let mut lines = self.text.lines();
        let mut fresh = String::new();
        let mut note = None;
        while let Some(line) = lines.next() {
            writeln!(fresh, "{line}").expect("a text");
            if let Some(comment) = comment(line) {
                note = self.noted(comment, test);
                continue;
            }
            let Some((fence, info)) = fence(line) else {
                note = note.filter(|_| line.trim().is_empty());
                continue;
            };
            let body: Vec<&str> = lines.by_ref().take_while(|line| line.trim_end() != fence).collect();
            let shown = match (info, note.take()) {
                ("console", Some(Note::Exit(code))) => self.typed(&body, code, test),
                ("console", _) => self.typed(&body, 0, test),
                (_, Some(Note::File(path))) => {
                    test.write(path, text(&body));
                    text(&body)
                }
                (_, Some(Note::Append(path))) => {
                    let whole = test.read(&path) + &text(&body);
                    test.write(path, whole);
                    text(&body)
                }
                (_, _) => text(&body),
            };
            writeln!(fresh, "{shown}{fence}").expect("a text");
        }
        fresh
    }

    fn noted(&self, comment: &str, test: &Test) -> Option<Note> {
        let (word, value) = comment.split_once(": ")?;
        match word {
            "file" => Some(Note::File(value.to_owned())),
            "append" => Some(Note::Append(value.to_owned())),
            "exit" => Some(Note::Exit(value.parse().expect("an exit code"))),
            "run" => {
                let ran = test.shell(value);
                assert_eq!(ran.code, 0, "{}: `{value}`\n{}{}", self.path.display(), ran.stdout, ran.stderr);
                None
            }
            _ => None,
        }
    }

    /// Types the commands of a block and returns the block with what they say. What differs from the page by times and
    /// names of this run only stays as it is there.
    fn typed(&self, body: &[&str], code: i32, test: &Test) -> String {
        let starts: Vec<usize> = (0..body.len()).filter(|at| body[*at].starts_with("$ ")).collect();
        assert_eq!(
            starts.first(),
            (!body.is_empty()).then_some(&0),
            "{}: output without a command",
            self.path.display()
        );
        let mut block = String::new();
        for (number, start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(body.len());
            let (command, shown) = (&body[*start][2..], &body[start + 1..end]);
            let ran = test.shell(command);
            let wanted = if end == body.len() { code } else { 0 };
            let said = format!("{}{}", ran.stdout, ran.stderr);
            assert_eq!(ran.code, wanted, "{}: `{command}`\n{said}", self.path.display());
            let said = said.replace(&test.root().display().to_string(), "~/project");
            let said: Vec<&str> = said.trim_end().lines().map(str::trim_end).collect();
            let keeps = agrees(shown, &said);
            writeln!(block, "$ {command}").expect("a text");
            block += &text(if keeps { shown } else { &said });
        }
        block
    }
}

fn text(lines: &[&str]) -> String {
    lines.iter().flat_map(|line| [*line, "\n"]).collect()
}

fn comment(line: &str) -> Option<&str> {
    Some(line.strip_prefix("<!--")?.strip_suffix("-->")?.trim())
}

/// Returns the ticks and the word behind them.
fn fence(line: &str) -> Option<(&str, &str)> {
    let info = line.trim_start_matches('`');
    let ticks = line.len() - info.len();
    (ticks >= 3).then(|| (&line[..ticks], info.trim()))
}

/// Tells whether output is what a page shows, but for times, commits and names of runs.
fn agrees(shown: &[&str], said: &[&str]) -> bool {
    let Some(gap) = shown.iter().position(|line| *line == "...") else {
        return shown.len() == said.len() && shown.iter().zip(said).all(|(a, b)| steady(a) == steady(b));
    };
    let (before, after) = (&shown[..gap], &shown[gap + 1..]);
    let Some(rest) = said.get(gap..) else { return false };
    agrees(before, &said[..gap]) && (0..=rest.len()).any(|skip| agrees(after, &rest[skip..]))
}

/// Replaces what differs from run to run: numbers with a unit of time, commits, names of runs, versions.
fn steady(line: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let mut steady = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(is_part) {
        steady += &rest[..start];
        let word = &rest[start..];
        let end = word.find(|c| !is_part(c)).unwrap_or(word.len());
        steady += varying(&word[..end]).unwrap_or(&word[..end]);
        rest = &word[end..];
    }
    steady + rest
}

fn varying(word: &str) -> Option<&'static str> {
    let number = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = &word[number.len()..];
    let is_number = number.starts_with(|c: char| c.is_ascii_digit()) && number.parse::<f64>().is_ok();
    if is_number && ["s", "ms", "m", "h", "MB", "GB"].contains(&unit) {
        return Some("TIME");
    }
    let is_version = word.matches('.').count() == 2 && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_version {
        return Some("VERSION");
    }
    let is_hex = word.len() >= 7 && word.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
    if is_hex && word.contains(|c: char| c.is_ascii_digit()) {
        return Some("COMMIT");
    }
    let is_run = word.len() > 14 && word[..8].chars().all(|c| c.is_ascii_digit()) && word[8..].starts_with(['-', 'T']);
    is_run.then_some("RUN")
}

/// Shows the first lines that differ.
fn difference(path: &Path, shown: &str, said: &str) -> String {
    let mut pairs = shown.lines().zip(said.lines()).enumerate();
    let first = pairs.find(|(_, (a, b))| a != b).map_or(0, |(at, _)| at);
    let some = |text: &str| text.lines().skip(first).take(12).collect::<Vec<_>>().join("\n");
    format!("{}:{}\n--- shown\n{}\n--- said\n{}", path.display(), first + 1, some(shown), some(said))
}
