//! Validation gates: which text of a document is a command, and which is for a person to check.

use std::ops::Range;

use super::field::names_gates;
use super::text::fence::Fence;
use super::text::heading::{Heading, plain};
use super::text::list_item::{ListItem, first_code, item};
use super::text::reading::Reading;
use super::text::source::{lines, trim};
use crate::model::gate::Gate;
use crate::model::phase::Phase;
use crate::model::problem::Problem;

/// What may stand behind a command and says nothing more than that it is to succeed.
const SUCCESS: [&str; 10] =
    ["", "passes", "pass", "succeeds", "is clean", "is green", "exits 0", "works", "runs", "returns 0"];

/// Level of a gate that does not name one.
const UNKNOWN: u8 = 2;

/// Reads the gates of a PRP.
pub(crate) fn gates(
    text: &str,
    reading: &Reading,
    body: usize,
    phases: &[Phase],
    problems: &mut Vec<Problem>,
) -> Vec<Gate> {
    let mut walk = Walk { text, reading, phases, found: Vec::new(), open: Vec::new(), labelled: false };
    let mut headings = reading.headings.iter().peekable();
    let mut fences = reading.fences.iter().peekable();
    for line in lines(&reading.masked, body..reading.masked.len()) {
        while let Some(fence) = fences.next_if(|fence| fence.open.start <= line.start) {
            walk.fence(fence);
        }
        match headings.next_if(|heading| heading.span.start < line.end.max(line.start + 1)) {
            Some(heading) => walk.heading(heading),
            None => walk.line(&line),
        }
    }
    for fence in fences {
        walk.fence(fence);
    }
    walk.close(0);
    let Walk { mut found, .. } = walk;
    found.sort_by_key(|gate| gate.span.start);
    doubtful(&found, problems);
    found
}

/// A heading above the current line.
struct Open {
    depth: u8,
    /// The heading is about validation, or stands below one that is.
    validation: bool,
    /// The level that it names.
    level: Option<u8>,
    title: String,
    span: Range<usize>,
    /// Number of gates before it.
    before: usize,
}

struct Walk<'a> {
    text: &'a str,
    reading: &'a Reading,
    phases: &'a [Phase],
    found: Vec<Gate>,
    open: Vec<Open>,
    /// A line `**Validation**:` stands above, with nothing but lists and code between.
    labelled: bool,
}

impl Walk<'_> {
    fn heading(&mut self, heading: &Heading) {
        self.close(heading.level);
        self.labelled = false;
        let words = plain(&heading.text);
        let inherited = self.open.iter().any(|open| open.validation);
        let level = level(&words).map(|(level, _)| level);
        let named = words.contains("validation") || words.contains("gate");
        let validation = inherited || level.is_some() || named || ["verification", "verify"].contains(&&*words);
        self.open.push(Open {
            depth: heading.level,
            validation,
            level: level.filter(|_| validation),
            title: heading.text.clone(),
            span: heading.span.clone(),
            before: self.found.len(),
        });
    }

    /// Leaves all headings of a depth and below; a level without a command is a manual gate.
    fn close(&mut self, depth: u8) {
        while let Some(open) = self.open.pop_if(|open| open.depth >= depth) {
            let (Some(level), true) = (open.level, self.found.len() == open.before) else { continue };
            let title = open.title.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned();
            self.push(level, title, None, open.span);
        }
    }

    fn push(&mut self, level: u8, text: String, command: Option<String>, span: Range<usize>) {
        let at = self.phases.partition_point(|phase| phase.span.start <= span.start);
        let phase = at.checked_sub(1).and_then(|at| self.phases.get(at));
        let phase = phase.filter(|phase| span.start < phase.span.end).map(|phase| phase.ordinal);
        self.found.push(Gate { level, text, command, phase, span });
    }

    fn level_here(&self) -> u8 {
        self.open.iter().rev().find_map(|open| open.level).unwrap_or(UNKNOWN)
    }

    fn title_here(&self) -> String {
        let title = self.open.last().map_or("", |open| open.title.as_str());
        title.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned()
    }

    fn fence(&mut self, fence: &Fence) {
        if !self.labelled && !self.open.iter().any(|open| open.validation) {
            return;
        }
        if let Some(command) = script(self.text, fence) {
            self.push(self.level_here(), self.title_here(), Some(command), fence.whole());
        }
    }

    fn line(&mut self, line: &Range<usize>) {
        if let Some(command) = command_field(&self.reading.masked, line) {
            let command = self.text[command].to_owned();
            self.push(self.level_here(), self.title_here(), Some(command), line.clone());
            return;
        }
        let Some(item) = item(&self.reading.masked, line) else {
            // Code is blank here, so that it ends no list of gates.
            let words = self.reading.masked[line.clone()].trim();
            if !words.is_empty() {
                self.labelled = words.starts_with("**") && names_gates(words);
            }
            return;
        };
        let open = self.open.last().filter(|open| open.validation);
        if open.is_none() && !self.labelled {
            return;
        }
        let named = level_at_start(&self.text[item.text.clone()]).is_some();
        let checkbox = !item.numbered && self.text[line.clone()].trim_start().get(2..3) == Some("[");
        let checkbox = checkbox && open.is_none_or(|open| open.level.is_none()) && item.indent == 0;
        let code = self.labelled && whole_code(self.text, &item.text).is_some();
        if named || checkbox || code {
            let gate = listed(self.text, &item, self.level_here());
            self.push(gate.level, gate.text, gate.command, gate.span);
        }
    }
}

/// Makes a gate of a list item such as ``L1: `cargo fmt --check` ``.
pub(crate) fn listed(text: &str, item: &ListItem, default: u8) -> Gate {
    let content = &text[item.text.clone()];
    let (level, skip) = level_at_start(content).map_or((default, 0), |(level, length)| {
        let marks = content.len() - content.trim_start_matches(['*', '_', ' ']).len();
        (level, (marks + length).min(content.len()))
    });
    let skip = (skip..=content.len()).find(|at| content.is_char_boundary(*at)).unwrap_or(content.len());
    let rest = content[skip..].trim_start_matches(['*', '_', ':', ' ', '-', '–', '—', '.', ')']);
    let rest = trim(text, item.text.end - rest.len()..item.text.end);
    let command = whole_code(text, &rest);
    let words = text[rest.clone()].trim_matches(['`', ' ']).to_owned();
    Gate { level, text: words, command, phase: None, span: item.text.clone() }
}

/// Returns the command when a text is nothing but one in back-ticks, and perhaps a word that says that it succeeds.
fn whole_code(text: &str, range: &Range<usize>) -> Option<String> {
    if !text[range.clone()].starts_with('`') {
        return None;
    }
    let code = first_code(text, range)?;
    let after = text[code.end..range.end].trim_matches(['`', ' ', '.', '✅', '✓', ',', ';']).to_lowercase();
    SUCCESS.contains(&after.as_str()).then(|| text[code].to_owned())
}

/// Makes the shell commands of a fenced block one script: prompts and comments removed.
pub(crate) fn script(text: &str, fence: &Fence) -> Option<String> {
    let word = text[fence.info.clone()].split([' ', ',', '{']).next().unwrap_or_default().to_ascii_lowercase();
    if !matches!(word.as_str(), "bash" | "sh" | "shell" | "console" | "zsh") || fence.nested.is_some() {
        return None;
    }
    let body: Vec<&str> = text[fence.body.clone()].lines().map(str::trim_end).collect();
    let prompt = |line: &&str| line.trim_start().starts_with("$ ");
    let here_document = body.iter().any(|line| line.contains("<<"));
    let mut kept: Vec<String> = Vec::new();
    let mut continued = false;
    let session = body.iter().any(prompt);
    for line in body {
        let command = line.trim_start().strip_prefix("$ ");
        let keep = match (session, command) {
            // What stands between prompts is output.
            (true, None) => continued,
            (true, Some(_)) => true,
            (false, _) => here_document || !(line.trim().is_empty() || line.trim_start().starts_with('#')),
        };
        if keep {
            kept.push(command.unwrap_or(line).to_owned());
        }
        continued = keep && line.ends_with('\\');
    }
    let indent = kept.iter().map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let script = kept.iter().map(|line| &line[indent..]).collect::<Vec<_>>().join("\n");
    let comments = script.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    (!comments).then(|| script.trim().to_owned())
}

/// Reads a ``**Command**: `…` `` line.
fn command_field(masked: &str, line: &Range<usize>) -> Option<Range<usize>> {
    let content = masked[line.clone()].trim_start();
    // Nearly all lines are none, which is seen at their first letter.
    content.starts_with(['-', '*']).then_some(())?;
    content.trim_start_matches("- ").starts_with("**").then_some(())?;
    let content = content.trim_start_matches(['-', '*', ' ']);
    let lower = content.get(..24.min(content.len()))?.to_ascii_lowercase();
    let name = ["validation command", "command"].into_iter().find(|name| lower.starts_with(name))?;
    let rest = &content[name.len()..];
    let value = rest.trim_start_matches(['*', ' ']);
    let value = value.strip_prefix(':').or_else(|| rest.strip_prefix(':'))?;
    let value = line.end - value.len()..line.end;
    masked[value.clone()].trim_start_matches(['*', ' ']).starts_with('`').then_some(())?;
    first_code(masked, &value)
}

/// Reads the level that an item names first, and its length in bytes behind the marks of emphasis.
fn level_at_start(text: &str) -> Option<(u8, usize)> {
    let words = text.trim_start_matches(['*', '_', ' ']);
    words.starts_with(['l', 'L', 'g', 'G', 'v', 'V']).then_some(())?;
    let end = words.char_indices().nth(24).map_or(words.len(), |(at, _)| at);
    level(&words[..end].to_ascii_lowercase())
}

/// Reads `l1`, `level 2`, `gate 3` at the start and returns the level and its length in bytes.
fn level(words: &str) -> Option<(u8, usize)> {
    let names = ["validation gate ", "validation level ", "level ", "gate ", "l"];
    let name = names.into_iter().find(|name| words.starts_with(name))?;
    let rest = &words[name.len()..];
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = rest[digits..].chars().next();
    if digits == 0 || after.is_some_and(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    // `L9` is a name of something else; the fifth gate of a list is a gate of unknown level.
    match rest[..digits].parse() {
        Ok(level @ 1..=4) => Some((level, name.len() + digits)),
        _ if name == "l" => None,
        _ => Some((UNKNOWN, name.len() + digits)),
    }
}

/// Warns about gates that do something else than whoever wrote them thinks.
pub(crate) fn doubtful(gates: &[Gate], problems: &mut Vec<Problem>) {
    endless(gates, problems);
    for gate in gates.iter().filter(|gate| gate.command.is_none()) {
        let Some(command) = command_line(&gate.text) else { continue };
        let text =
            format!("`{command}` reads like a command, but without back-ticks nobody runs it: it waits for a person");
        problems.push(
            Problem::warning("gate::plain_command", text)
                .at(gate.span.clone())
                .help(format!("put the command into back-ticks, as in: L2: `{command}`")),
        );
    }
}

/// Programs whose names are no words of a sentence.
const PROGRAMS: [&str; 33] = [
    "bash", "bun", "bundle", "cargo", "composer", "ctest", "curl", "deno", "dotnet", "eslint", "flake8", "gradle",
    "jest", "mvn", "mypy", "npm", "npx", "php", "phpunit", "pip", "pnpm", "poetry", "pytest", "python", "python3",
    "rake", "ruff", "sh", "tox", "tsc", "uv", "vitest", "yarn",
];

/// Programs that are words too: what follows them decides.
const WORDS: [&str; 6] = ["docker", "git", "go", "make", "node", "test"];

/// What such a program is told to do.
const DEEDS: [&str; 9] = ["build", "check", "diff", "fmt", "lint", "run", "status", "test", "vet"];

/// Returns the command line that a text without back-ticks is, with nothing else but a word that says that it succeeds.
fn command_line(text: &str) -> Option<&str> {
    let text = text.trim().trim_end_matches([',', ';', '✅', '✓', ' ']);
    // A full stop ends a word; `./...` is a path.
    let text = text.strip_suffix('.').filter(|rest| rest.ends_with(char::is_alphanumeric)).unwrap_or(text);
    let lower = text.to_lowercase();
    let end = SUCCESS.iter().filter(|said| !said.is_empty()).find_map(|said| lower.strip_suffix(said));
    let line = end.map_or(text, |rest| text.get(..rest.len()).unwrap_or(text)).trim_end();
    let words: Vec<&str> = line.split_whitespace().collect();
    let first = *words.first()?;
    let (rest, second) = (words.get(1..).unwrap_or_default(), words.get(1).copied().unwrap_or_default());
    let is_technical = |word: &&str| {
        word.starts_with('-') || word.contains(['/', '=', '*']) || word.trim_end_matches(',').contains('.')
    };
    let has_technical = rest.iter().any(is_technical) && !rest.iter().any(|word| word.ends_with(','));
    let is_program = PROGRAMS.contains(&first);
    let is_script = first.starts_with("./") && first.len() > 2;
    let is_deed = DEEDS.contains(&second.trim_end_matches(':')) && rest.len() <= 2;
    let is_alone = rest.is_empty() && (is_program || first == "make");
    let is_line = is_script
        || is_alone
        || is_program && (has_technical || is_deed)
        || WORDS.contains(&first) && (is_deed || rest.first().is_some_and(|word| word.starts_with('-')));
    is_line.then_some(line)
}

/// Warns about commands that never end by themselves.
fn endless(gates: &[Gate], problems: &mut Vec<Problem>) {
    const ENDLESS: [&str; 12] = [
        "npm run dev",
        "npm start",
        "pnpm dev",
        "pnpm run dev",
        "yarn dev",
        "yarn start",
        "--watch",
        "tail -f",
        "tail -F",
        "--reload",
        "npm run watch",
        "flask run",
    ];
    for gate in gates {
        let Some(command) = &gate.command else { continue };
        let found = ENDLESS.into_iter().find(|endless| command.contains(endless) && !command.contains("timeout "));
        if let Some(endless) = found {
            problems.push(
                Problem::warning("gate::endless", format!("the command of a gate does not end by itself: `{endless}`"))
                    .at(gate.span.clone())
                    .help("use a command that ends, or put `timeout 60` before it"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::command_line;

    #[test]
    fn a_command_is_told_from_a_sentence() {
        for line in [
            "cargo test",
            "npm run lint",
            "pytest -q tests/unit",
            "go test ./...",
            "make check",
            "./check.sh --all",
            "pytest",
            "python3 -m unittest",
            "git diff --check",
            "mypy src/app.py",
        ] {
            assert_eq!(command_line(line), Some(line));
        }
        assert_eq!(command_line("cargo clippy --all-targets passes."), Some("cargo clippy --all-targets"));
        for prose in [
            "make sure that the page loads",
            "go through the list",
            "node restarts without errors",
            "all tests pass",
            "git history is clean",
            "python code is readable",
            "cargo builds without warnings",
            "test the login by hand",
            "curl and wget both work, see README.md",
            "",
        ] {
            assert_eq!(command_line(prose), None, "{prose}");
        }
    }
}
