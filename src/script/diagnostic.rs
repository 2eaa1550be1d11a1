//! Turns what the engine says into an error with places in the script: the leaf and one place per frame.

use rhai::{Dynamic, EvalAltResult, LexError, ParseErrorType, Position};

use crate::error::{Error, ExitCode, Findings};
use crate::model::outcome::Outcome;
use crate::model::problem::Problem;

use super::api::level::TOO_NEW_HELP;
use super::api::shape::plain_type;
use super::failure::{ScriptFailure, thrown};
use super::library::Library;
use super::position;
use super::suggest;

/// What ends a script that has computed for too long.
pub(crate) const SILENT: &str = "silent";

/// A place on the way from the script's start to the error.
struct Frame {
    source: String,
    position: Position,
    text: String,
}

/// Explains an error that came out of a script which started in the file `source`.
pub(crate) fn explain(
    error: &EvalAltResult,
    library: &Library,
    source: &str,
    names: impl Fn() -> Vec<String>,
) -> Error {
    let (mut frames, leaf, file) = unfold(error, library, source);
    let (mut result, is_failure) = describe(leaf, names);
    // A limit has no place of its own: the engine only knows that `main` went too far.
    let at = if leaf.position().is_none() { beginning(library, &file) } else { leaf.position() };
    frames.push(Frame { source: file, position: at, text: result.message.clone() });
    frames.reverse();
    // A condition that a native function reports is the user's business; where a built-in script asked is not.
    if is_failure {
        let built_in = |name: &str| library.source(name).is_some_and(|source| source.place.is_built_in());
        frames.retain(|frame| !built_in(&frame.source));
    }
    if is_told(leaf) {
        frames.clear();
    }
    for (index, frame) in frames.iter().enumerate() {
        if let Some(findings) = finding(frame, library, index == 0, result.help.as_deref()) {
            result.findings.push(findings);
        }
    }
    result
}

/// Returns the place where `main` begins.
fn beginning(library: &Library, file: &str) -> Position {
    let Some(source) = library.source(file) else { return Position::NONE };
    let line = source.text.lines().position(|line| line.starts_with("fn main"));
    let line = line.and_then(|line| u16::try_from(line + 1).ok());
    line.map_or(Position::NONE, |line| Position::new(line, 4))
}

/// Tells whether the script itself reported this to its user.
fn is_told(leaf: &EvalAltResult) -> bool {
    let EvalAltResult::ErrorRuntime(value, _) = leaf else { return false };
    value.read_lock::<ScriptFailure>().is_some_and(|failure| failure.is_told)
}

/// Returns message, place and way out on one line, such as `no such phase (at commands/exe.rhai:12:5)`.
pub(crate) fn one_line(
    error: &EvalAltResult,
    library: &Library,
    source: &str,
    names: impl Fn() -> Vec<String>,
) -> String {
    let (_, leaf, file) = unfold(error, library, source);
    let (described, is_failure) = describe(leaf, names);
    let position = leaf.position();
    // A condition that a native function reports has its place where the user wrote the call.
    let is_own = !library.source(&file).is_some_and(|source| source.place.is_built_in());
    let place = position.line().filter(|_| !is_told(leaf) && (!is_failure || is_own));
    let place = place.map(|line| format!(" (at {file}:{line}:{})", position.position().unwrap_or(1)));
    let help = described.help.map(|help| format!("; {help}")).filter(|_| is_failure);
    format!("{}{}{}", described.message, place.unwrap_or_default(), help.unwrap_or_default())
}

/// Returns the error of the core that a script error carries, if it carries one.
pub(crate) fn cause(error: &EvalAltResult) -> Option<Error> {
    match leaf(error) {
        EvalAltResult::ErrorRuntime(value, _) => Some(thrown(value)),
        EvalAltResult::ErrorTerminated(token, _) => Some(ended(token)),
        _ => None,
    }
}

/// Returns how the item ends where the failure of an agent was not caught.
pub(crate) fn verdict(error: &EvalAltResult) -> Option<Outcome> {
    let EvalAltResult::ErrorRuntime(value, _) = leaf(error) else { return None };
    value.read_lock::<ScriptFailure>()?.outcome.as_deref().cloned()
}

fn leaf(error: &EvalAltResult) -> &EvalAltResult {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) | EvalAltResult::ErrorInModule(_, inner, _) => leaf(inner),
        other => other,
    }
}

/// Why a script was ended from outside.
fn ended(token: &Dynamic) -> Error {
    if !is_silent(token) {
        return Error::new(ExitCode::Interrupted, "stopped");
    }
    Error::new(ExitCode::InvalidInput, "the script computed for too long without calling anything")
        .help("is there a loop without an end? `script.max_silence` is the time that it may take")
}

fn is_silent(token: &Dynamic) -> bool {
    token.as_immutable_string_ref().is_ok_and(|token| token.as_str() == SILENT)
}

/// Walks down to the leaf; returns the frames passed, the leaf and the file that the leaf is in.
fn unfold<'e>(error: &'e EvalAltResult, library: &Library, source: &str) -> (Vec<Frame>, &'e EvalAltResult, String) {
    let (mut error, mut file, mut frames) = (error, source.to_owned(), Vec::new());
    loop {
        match error {
            EvalAltResult::ErrorInFunctionCall(name, source, inner, position) => {
                let text = match name.starts_with("anon$") {
                    true => "while this ran its closure".to_owned(),
                    false => format!("called `{name}` from here"),
                };
                frames.push(Frame { source: file.clone(), position: *position, text });
                file = library.file_of(name, source);
                error = inner;
            }
            EvalAltResult::ErrorInModule(name, inner, position) => {
                let text = "imported from here".to_owned();
                frames.push(Frame { source: std::mem::replace(&mut file, name.clone()), position: *position, text });
                error = inner;
            }
            leaf => return (frames, leaf, file),
        }
    }
}

/// Words the leaf; tells whether it is a failure that a native function or the script reported on purpose.
fn describe(leaf: &EvalAltResult, names: impl Fn() -> Vec<String>) -> (Error, bool) {
    match leaf {
        EvalAltResult::ErrorRuntime(value, _) => (thrown(value), value.is::<ScriptFailure>()),
        EvalAltResult::ErrorTerminated(token, _) => (ended(token), !is_silent(token)),
        EvalAltResult::ErrorSystem(..) => (Error::new(ExitCode::Internal, plain(leaf)), false),
        EvalAltResult::ErrorParsing(what, _) => {
            let message = lower(&what.to_string());
            let error = Error::new(ExitCode::InvalidInput, message);
            match what {
                ParseErrorType::Reserved(word) if word.starts_with(char::is_alphabetic) => {
                    (error.help("the language keeps this word for itself: choose another name"), false)
                }
                ParseErrorType::BadInput(LexError::Runtime(_)) => (error.help(TOO_NEW_HELP), false),
                _ => (error, false),
            }
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => (unknown_function(signature, &names()), false),
        EvalAltResult::ErrorPropertyNotFound(name, _) => {
            let help = format!("use `\"{name}\" in map` where it may be missing");
            (Error::new(ExitCode::InvalidInput, format!("there is no property `{name}`")).help(help), false)
        }
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            (Error::new(ExitCode::InvalidInput, format!("there is no variable `{name}`")), false)
        }
        EvalAltResult::ErrorModuleNotFound(name, _) => {
            (Error::new(ExitCode::InvalidInput, format!("there is no module `{name}`")), false)
        }
        EvalAltResult::ErrorStackOverflow(_) => {
            let help =
                "is there a recursion without an end? `script.max_depth` is how deep functions may call each other";
            (Error::new(ExitCode::InvalidInput, "too many nested calls").help(help), false)
        }
        EvalAltResult::ErrorTooManyOperations(_) => {
            let help = "is there a loop without an end? `script.max_operations` is how many it may take";
            (Error::new(ExitCode::InvalidInput, "the script took too many steps").help(help), false)
        }
        EvalAltResult::ErrorDataTooLarge(what, _) => {
            let (what, key) = match what.to_lowercase() {
                what if what.contains("string") => ("a text", "max_string"),
                what if what.contains("map") => ("a map", "max_map"),
                _ => ("an array", "max_array"),
            };
            let help = format!("`script.{key}` is how large one value may be, with all that is in it");
            (Error::new(ExitCode::InvalidInput, format!("{what} becomes too large")).help(help), false)
        }
        other => (Error::new(ExitCode::InvalidInput, plain(other)), false),
    }
}

/// `prp::laod (&str, i64)` → the name that exists and is nearest.
fn unknown_function(signature: &str, names: &[String]) -> Error {
    let name = signature.split([' ', '(']).next().unwrap_or(signature);
    let shown = in_words(&signature.replace("&str | ImmutableString | String", "text")).replace(" (", "(");
    let error = Error::new(ExitCode::InvalidInput, format!("there is no function `{shown}`"));
    if names.iter().any(|known| known == name) {
        return error.help(format!("`{name}` exists with other arguments: `batchprp api {name}`"));
    }
    match suggest::nearest(name, names.iter().map(String::as_str)) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help("`batchprp api` lists the functions"),
    }
}

/// Writes the types of a text as scripts know them.
fn in_words(text: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut words = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(|c: char| !is_part(c)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        match word {
            "i64" | "f64" => words.push_str(plain_type(word)),
            _ if word.contains("::") && word.ends_with("Value") => words.push_str(plain_type(word)),
            _ => words.push_str(word),
        }
        let mut chars = after.chars();
        words.extend(chars.next());
        rest = chars.as_str();
    }
    words
}

/// Returns the engine's text without its position, as a fragment.
fn plain(error: &EvalAltResult) -> String {
    let text = in_words(&error.to_string());
    let position = format!(" ({})", error.position());
    lower(text.strip_suffix(&position).unwrap_or(&text))
}

/// Starts a sentence of the engine in lower case; names and abbreviations stay.
fn lower(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(std::iter::once(second)).chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

fn finding(frame: &Frame, library: &Library, is_leaf: bool, help: Option<&str>) -> Option<Findings> {
    let source = library.source(&frame.source)?;
    let span = position::span(&source.text, frame.position)?;
    let code = if is_leaf { "script::error" } else { "script::called_from" };
    let mut problem = Problem::error(code, frame.text.clone()).at(span);
    if is_leaf && let Some(help) = help {
        problem = problem.help(help);
    }
    Some(Findings { name: frame.source.clone(), text: source.text.to_string(), problems: vec![problem] })
}
