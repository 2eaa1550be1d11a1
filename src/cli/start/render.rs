//! Errors as people and programs read them: graphical reports with the places in the user's own files, or JSON.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

use crate::error::{Error, Findings};
use crate::model::problem::{Problem, Severity};
use crate::report::failure;
use crate::report::style::{Style, Tone};
use crate::report::text::{is_harmful, safe};

/// More reports than this on one document help nobody; the rest is counted.
const MOST_PER_DOCUMENT: usize = 100;

/// Writes an error with all its findings.
pub fn error(error: &Error, style: Style, out: &mut dyn Write) -> io::Result<()> {
    for findings in &error.findings {
        problems(findings, style, out)?;
    }
    // What a finding has said already with its place is not said again.
    let mut told = error.findings.iter().flat_map(|findings| &findings.problems);
    let is_told = told.any(|problem| problem.message == error.message && problem.help == error.help);
    if !is_told {
        writeln!(out, "{}: {}", style.paint(Tone::Bad, "error"), safe(&error.message))?;
    }
    for line in failure::quoted(&error.said, None) {
        writeln!(out, "{line}")?;
    }
    if let Some(help) = error.help.as_ref().filter(|_| !is_told) {
        for (index, line) in help.lines().enumerate() {
            let lead = if index == 0 { style.paint(Tone::Name, "help") + ":" } else { "     ".to_owned() };
            writeln!(out, "{lead} {}", safe(line))?;
        }
    }
    Ok(())
}

/// Writes all problems of one document.
pub fn problems(findings: &Findings, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let theme = match (style.unicode, style.color) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::unicode_nocolor(),
        (false, true) => GraphicalTheme::ascii(),
        (false, false) => GraphicalTheme::none(),
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_width(style.width.clamp(60, 120))
        .with_break_words(false);
    let source = NamedSource::new(safe(&findings.name), harmless(&findings.text).into_owned());
    for problem in findings.problems.iter().take(MOST_PER_DOCUMENT) {
        let report = Report { problem, name: &findings.name, source: &source, length: findings.text.len() };
        let mut text = String::new();
        handler.render_report(&mut text, &report).map_err(io::Error::other)?;
        writeln!(out, "{}\n", text.trim_end())?;
    }
    if let Some(more @ 1..) = findings.problems.len().checked_sub(MOST_PER_DOCUMENT) {
        writeln!(out, "and {more} more problems in {}\n", safe(&findings.name))?;
    }
    Ok(())
}

/// What goes to standard error with `--json`.
#[derive(Serialize, JsonSchema)]
pub struct ErrorDocument<'a> {
    error: Told<'a>,
}

/// An error with all its problems.
#[derive(Serialize, JsonSchema)]
struct Told<'a> {
    /// Exit code.
    code: u8,
    kind: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    /// What the program that failed said about it, line by line.
    said: &'a [String],
    problems: Vec<Place<'a>>,
}

/// A problem in a file of the user; lines and columns count from 1.
#[derive(Serialize, JsonSchema)]
struct Place<'a> {
    file: &'a str,
    line: Option<usize>,
    column: Option<usize>,
    code: &'a str,
    severity: Severity,
    message: &'a str,
    help: Option<&'a str>,
}

impl<'a> ErrorDocument<'a> {
    /// Takes what programs want to know of an error.
    pub fn of(error: &'a Error) -> Self {
        let problems = error.findings.iter().flat_map(|of| of.problems.iter().map(|problem| Place::of(of, problem)));
        Self {
            error: Told {
                code: error.code as u8,
                kind: error.code.kind(),
                message: &error.message,
                help: error.help.as_deref(),
                said: &error.said,
                problems: problems.collect(),
            },
        }
    }
}

impl<'a> Place<'a> {
    fn of(findings: &'a Findings, problem: &'a Problem) -> Self {
        let place = problem.span.as_ref().map(|span| place(&findings.text, span.start));
        Self {
            file: &findings.name,
            line: place.map(|(line, _)| line),
            column: place.map(|(_, column)| column),
            code: problem.code,
            severity: problem.severity,
            message: &problem.message,
            help: problem.help.as_deref(),
        }
    }
}

/// Returns line and column, both from 1, columns counted in characters.
pub fn place(text: &str, offset: usize) -> (usize, usize) {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// Replaces characters that could steer a terminal by harmless ones of the same length in bytes, so that spans stay.
fn harmless(text: &str) -> Cow<'_, str> {
    let is_bad = |c: char| (is_harmful(c) && c != '\n' && c != '\t') || c == '\u{feff}';
    if !text.contains(is_bad) {
        return Cow::Borrowed(text);
    }
    let replace = |c: char| match (is_bad(c), c.len_utf8()) {
        (false, _) => c,
        (true, 1) if c == '\r' => ' ',
        (true, 1) => '?',
        (true, 2) => '\u{b7}',
        (true, _) => '\u{fffd}',
    };
    Cow::Owned(text.chars().map(replace).collect())
}

struct Report<'a> {
    problem: &'a Problem,
    name: &'a str,
    source: &'a NamedSource<String>,
    length: usize,
}

impl Report<'_> {
    fn label(&self, text: Option<String>, span: &std::ops::Range<usize>) -> LabeledSpan {
        // A span that a bug put outside of the text must not cost the user the message.
        let start = span.start.min(self.length);
        let end = span.end.clamp(start, self.length);
        LabeledSpan::new(text, start, end - start)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.problem.span.is_none() {
            write!(f, "{}: ", safe(self.name))?;
        }
        f.write_str(&safe(&self.problem.message))
    }
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.problem)
    }
}

impl std::error::Error for Report<'_> {}

impl Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.problem.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let lines = |help: &String| help.lines().map(safe).collect::<Vec<_>>().join("\n");
        self.problem.help.as_ref().map(|help| Box::new(lines(help)) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.problem.span.as_ref().map(|_| self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let main = self.problem.span.as_ref().map(|span| self.label(None, span))?;
        let others = self.problem.labels.iter().map(|label| self.label(Some(safe(&label.text)), &label.span));
        Some(Box::new(std::iter::once(main).chain(others)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ExitCode;

    fn rendered(error: &Error, style: Style) -> String {
        let mut out = Vec::new();
        super::error(error, style, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("UTF-8")
    }

    fn sample() -> Error {
        let text = "---\nid: 1\x1b[2J\n---\n";
        let first = Problem::error("prp::id", "`1\x1b` is not an id").at(8..12).help("write `PRP-1`");
        let second = Problem::warning("prp::title", "no title");
        Error::new(ExitCode::InvalidInput, "the document has problems").findings("a.md", text, vec![first, second])
    }

    #[test]
    fn all_problems_are_shown_with_places_and_nothing_steers_the_terminal() {
        let plain = rendered(&sample(), Style::PLAIN);
        assert!(!plain.contains('\x1b'), "{plain}");
        for part in ["prp::id", "a.md:2:5", "id: 1?[2J", "help: write `PRP-1`", "a.md: no title", "error: the document"]
        {
            assert!(plain.contains(part), "no {part} in {plain}");
        }
        assert!(rendered(&sample(), Style { unicode: false, ..Style::PLAIN }).is_ascii());
        assert!(rendered(&sample(), Style { color: true, ..Style::PLAIN }).contains("\x1b["));
    }

    #[test]
    fn a_span_outside_of_the_text_still_gives_the_message() {
        let problem = Problem::error("x::y", "the message").at(90..99);
        let error = Error::new(ExitCode::InvalidInput, "bad").findings("a", "short", vec![problem]);
        assert!(rendered(&error, Style::PLAIN).contains("the message"));
    }

    #[test]
    fn json_has_lines_and_columns() {
        let sample = sample();
        let value = serde_json::to_value(ErrorDocument::of(&sample)).expect("JSON");
        assert_eq!(value["error"]["problems"][0]["line"], 2);
        assert_eq!(value["error"]["problems"][0]["column"], 5);
        assert_eq!(value["error"]["code"], 5);
        assert_eq!(place("é\nüx", 5), (2, 2));
    }
}
