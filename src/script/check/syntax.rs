//! Errors of syntax: all that can be told. What is wrong is noted and put aside, and the rest is read again.

use std::collections::BTreeSet;

use rhai::{AST, Engine, LexError, ParseError, ParseErrorType, Position};

use crate::model::problem::Problem;

use super::super::position;
use super::super::suggest;

/// Errors after which nobody reads on.
const MOST: usize = 50;

/// What was read of a text with errors.
pub(super) struct Recovered {
    /// What is left without the lines that are wrong.
    pub(super) ast: Option<AST>,
    pub(super) problems: Vec<Problem>,
    /// Lines, from 1, about which nothing else is to be said.
    pub(super) lines: BTreeSet<usize>,
}

/// Reads a text and notes each line that cannot be read.
pub(super) fn read(engine: &Engine, text: &str) -> Recovered {
    let mut rest: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut found = Recovered { ast: None, problems: Vec::new(), lines: BTreeSet::new() };
    for _ in 0..MOST {
        let error = match engine.compile(rest.join("\n")) {
            Ok(ast) => {
                found.ast = Some(ast);
                return found;
            }
            Err(error) => error,
        };
        let line = error.1.line().unwrap_or(rest.len()).clamp(1, rest.len().max(1));
        if rest.is_empty() {
            return found;
        }
        let is_new = found.lines.insert(line);
        if is_new {
            found.problems.push(problem(&error, text, line));
        }
        if !repair(&mut rest, &error, line, is_new) {
            return found;
        }
    }
    found
}

/// Puts aside what is wrong; tells whether anything is left to try.
fn repair(lines: &mut [String], error: &ParseError, line: usize, is_new: bool) -> bool {
    let index = line - 1;
    let column = error.1.position().unwrap_or(1).saturating_sub(1);
    if is_new && let ParseErrorType::VariableUndefined(name) = &*error.0 {
        let chars: Vec<char> = lines[index].chars().collect();
        let before: String = chars[..column.min(chars.len())].iter().collect();
        let after: String = chars[column.min(chars.len())..].iter().collect();
        if let Some(after) = after.strip_prefix(name.as_str()) {
            let stands_for = if name.chars().count() == 1 {
                "0".to_owned()
            } else {
                format!("(){}", " ".repeat(name.chars().count() - 2))
            };
            lines[index] = format!("{before}{stands_for}{after}");
            return true;
        }
    }
    let is_start =
        |line: &str| ["fn ", "private ", "const ", "import ", "///"].iter().any(|word| line.starts_with(word));
    if is_new && index > 0 && is_start(&lines[index]) && column == 0 {
        // The function before was not closed.
        lines[index - 1].push_str(" }");
        return true;
    }
    let fresh = without(&lines[index], line);
    if fresh == lines[index] {
        // Nothing of the line is left, so what is wrong began before it.
        let Some(before) = (0..index).rev().find(|&at| !lines[at].trim().is_empty()) else { return false };
        let fresh = without(&lines[before], before + 1);
        if fresh == lines[before] {
            lines[before].clear();
        } else {
            lines[before] = fresh;
        }
        return true;
    }
    lines[index] = fresh;
    true
}

/// Returns what is left of a line: its braces, and the names that it declares.
fn without(line: &str, number: usize) -> String {
    let text = line.split("//").next().unwrap_or_default().trim();
    let opens = text.ends_with('{');
    let closes = text.starts_with('}');
    let name = |word: &str| {
        let name: String =
            text.strip_prefix(word)?.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        (!name.is_empty()).then_some(name)
    };
    match (closes, opens) {
        (true, true) => "} if true {".to_owned(),
        (true, false) => "}".to_owned(),
        (false, true) if text.starts_with("fn ") || text.starts_with("private fn ") => {
            let params =
                text.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map_or("", |(params, _)| params);
            format!("fn left_out_{number}({params}) {{")
        }
        (false, true) => "if true {".to_owned(),
        (false, false) => match (name("let "), name("const ")) {
            (Some(name), _) => format!("let {name} = ();"),
            (_, Some(name)) => format!("const {name} = ();"),
            _ => String::new(),
        },
    }
}

fn problem(error: &ParseError, text: &str, line: usize) -> Problem {
    let row = text.lines().nth(line - 1).unwrap_or_default();
    let column = error.1.position().unwrap_or(1).saturating_sub(1);
    let tail: String = row.chars().skip(column).collect();
    let word: String = tail.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let (message, help) = worded(error, &word, &tail, row, text);
    let mut problem = Problem::error("check::syntax", message);
    let at = if error.1.is_none() { Position::new(u16::try_from(line).unwrap_or(u16::MAX), 1) } else { error.1 };
    problem.span = position::span(text, at);
    problem.help = help;
    problem
}

fn worded(error: &ParseError, word: &str, tail: &str, row: &str, text: &str) -> (String, Option<String>) {
    let own = || {
        let message = error.0.to_string();
        let mut chars = message.chars();
        chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
    };
    let help = |help: &str| Some(help.to_owned());
    let row = row.trim_start();
    if let Some(ours) = foreign_start(row) {
        return (own(), help(ours));
    }
    match &*error.0 {
        ParseErrorType::VariableUndefined(name) => {
            let near = foreign_value(name).map(str::to_owned).or_else(|| {
                let words: BTreeSet<&str> =
                    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|w| w.len() > 1).collect();
                suggest::nearest(name, words).map(|near| format!("did you mean `{near}`?"))
            });
            (format!("there is no variable `{name}`"), near.or_else(|| help("functions see their parameters and their own variables, and constants of the file as `global::NAME`")))
        }
        ParseErrorType::ModuleUndefined(name) => (
            format!("there is no module `{name}`"),
            Some(format!("`import \"{name}\" as {name};` at the top brings a file in")),
        ),
        ParseErrorType::Reserved(name) => {
            (format!("`{name}` is reserved by the language"), help(reserved(name).unwrap_or("choose another name")))
        }
        ParseErrorType::BadInput(LexError::MalformedChar(_)) => {
            (own(), help("texts stand in double quotes; single quotes hold one character"))
        }
        ParseErrorType::BadInput(LexError::UnterminatedString) => {
            (own(), help("close the text with `\"`, or write long texts between back-ticks"))
        }
        ParseErrorType::UnknownOperator(sign) | ParseErrorType::BadInput(LexError::ImproperSymbol(sign, _)) => {
            (own(), reserved(sign).map(str::to_owned))
        }
        ParseErrorType::MissingToken(token, _) if token == ";" => {
            (own(), help("put `;` at the end of the statement before"))
        }
        ParseErrorType::MissingToken(token, _) if token == "{" && tail.starts_with('=') => {
            (own(), help("`==` compares, `=` assigns"))
        }
        ParseErrorType::MissingToken(token, _) => {
            (own(), Some(format!("something before this is not closed: put `{token}` where it belongs")))
        }
        ParseErrorType::AssignmentToConstant(name) => {
            (format!("`{name}` is a constant"), help("declare it with `let`, or make a new variable"))
        }
        ParseErrorType::UnexpectedEOF => {
            ("the file ends in the middle".to_owned(), help("a `}` or a quote is missing"))
        }
        _ => (own(), foreign_value(word).map(str::to_owned)),
    }
}

/// What somebody means by a word or sign that the language keeps for itself.
fn reserved(word: &str) -> Option<&'static str> {
    foreign_value(word).or(match word {
        "===" | "=" => Some("`==` compares, `=` assigns"),
        "eval" => Some("it is switched off: what a script does stands in its text"),
        "!==" => Some("`!=` compares"),
        "++" => Some("write `+= 1`"),
        "--" => Some("write `-= 1`"),
        "->" | "=>" => Some("functions say nothing about the type of what they return"),
        "match" | "case" => Some("it is `switch value { 1 => …, _ => … }`"),
        "var" | "static" => Some("variables are declared with `let`"),
        "default" => Some("as a key it is written `map[\"default\"]`; in `switch` it is `_`"),
        "new" => Some("maps are written `#{ key: value }`"),
        "async" | "await" | "thread" | "spawn" => Some("functions wait by themselves; items of `dag.run` run at once"),
        "exit" => Some("return an exit code from `main`, or throw a failure"),
        _ => None,
    })
}

/// What somebody means who begins a line as in another language.
fn foreign_start(row: &str) -> Option<&'static str> {
    let starts = [
        ("function ", "functions are written `fn name(a, b) { … }`"),
        ("def ", "functions are written `fn name(a, b) { … }`"),
        ("func ", "functions are written `fn name(a, b) { … }`"),
        ("elif ", "it is `} else if condition {`"),
        ("} elif ", "it is `} else if condition {`"),
        ("var ", "variables are declared with `let`"),
        ("let mut ", "every variable can be changed: `let name = …`"),
        ("let {", "one variable at a time: `let a = map.a;`"),
        ("let [", "one variable at a time: `let a = list[0];`"),
        ("# ", "comments begin with `//`"),
        ("#!", "comments begin with `//`"),
        ("from ", "it is `import \"file\" as name;`"),
        ("foreach ", "it is `for item in list { … }`"),
        ("for (", "it is `for item in list { … }` or `for i in 0..n { … }`"),
        ("class ", "there are no classes: use maps and functions"),
        ("try:", "it is `try { … } catch (error) { … }`"),
        ("raise ", "it is `throw failure::of(kind, message, help)`"),
    ];
    starts.iter().find(|(start, _)| row.starts_with(start)).map(|(_, help)| *help)
}

/// What somebody means by a word of another language.
fn foreign_value(word: &str) -> Option<&'static str> {
    Some(match word {
        "null" | "nil" | "undefined" | "None" | "void" => "nothing is written `()`",
        "True" | "TRUE" => "it is `true`",
        "False" | "FALSE" => "it is `false`",
        "self" => "in a method it is `this`",
        "console" => "it is `print(text)`",
        "and" => "it is `&&`",
        "or" => "it is `||`",
        "not" => "it is `!`",
        _ => return None,
    })
}
