//! Questions to a person on a terminal, answered with a word. Where nobody can be asked (pipes, CI, agents) none is put.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{repository, scripts};
use crate::cli::start::context::Context;
use crate::config::Config;
use crate::host::git::upkeep::adopted;
use crate::host::plan_files;
use crate::model::read::dialect::{Format, Source};
use crate::report::text::safe;
use crate::script::Person;
use crate::script::spec::Spec;

/// Flags with which a command makes nothing, so that there is nothing to ask.
const IDLE: [&str; 3] = ["dry_run", "explain_prompt", "detach"];

/// Tells whether somebody is there.
pub fn can_ask() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal() && std::env::var_os("CI").is_none()
}

/// Puts a question; everything but a clear yes is a no.
pub fn put(context: &mut Context, question: &str) -> bool {
    let err = &mut context.terminal.err;
    if write!(err, "{question} [y/N] ").and_then(|()| err.flush()).is_err() {
        return false;
    }
    let mut said = String::new();
    io::stdin().lock().read_line(&mut said).is_ok() && matches!(said.trim(), "y" | "Y" | "yes")
}

/// Puts a question with several answers and returns the one that was chosen by its number or its word; Enter alone
/// chooses the first. What is none of them is asked again.
fn choose<'a>(context: &mut Context, question: &str, answers: &[&'a str]) -> Option<&'a str> {
    let listed = answers.iter().enumerate().map(|(at, answer)| format!("{} = {answer}", at + 1));
    let listed = listed.collect::<Vec<_>>().join(", ");
    let err = &mut context.terminal.err;
    loop {
        write!(err, "{question} [{listed}; Enter: 1] ").and_then(|()| err.flush()).ok()?;
        let mut said = String::new();
        if io::stdin().lock().read_line(&mut said).ok()? == 0 {
            return None;
        }
        let said = said.trim();
        let by_number = said.parse::<usize>().ok().and_then(|number| answers.get(number.checked_sub(1)?));
        let chosen = by_number.or_else(|| answers.iter().find(|answer| **answer == said));
        match chosen.or_else(|| answers.first().filter(|_| said.is_empty())) {
            Some(chosen) => return Some(chosen),
            None => writeln!(err, "`{}` is none of them", safe(said)).ok()?,
        }
    }
}

/// Tells whether a list became a batch whose format was said.
fn was_said(file: &Path, config: &Config, context: &Context) -> bool {
    let known = repository::open(context, config).and_then(|repo| adopted::all(&repo)).unwrap_or_default();
    known.iter().any(|adopted| Path::new(&adopted.source) == file && adopted.format.is_some())
}

/// Asks which tool wrote a list that two of them could have written, and notes the answer as `--format`. Where the
/// terminal ends before an answer, the reading is the one that is taken where nobody can be asked.
pub fn ask_which_format(spec: &Spec, args: &mut Map<String, Value>, config: &Config, context: &mut Context) {
    let is_open =
        |name: &str| spec.args.iter().any(|arg| arg.name == name) && args.get(name).is_none_or(Value::is_null);
    let is_on = |name: &str| args.get(name) == Some(&Value::Bool(true));
    if !can_ask() || context.globals.json || !is_open("format") || is_on("yes") || is_on("detach") {
        return;
    }
    let named = |value: &Value| value.as_str().map(PathBuf::from);
    let given: Vec<PathBuf> = ["plan", "ids"]
        .iter()
        .filter_map(|name| args.get(*name))
        .flat_map(|value| value.as_array().map_or_else(|| vec![named(value)], |all| all.iter().map(named).collect()))
        .flatten()
        .filter(|path| context.root.join(path).exists())
        .collect();
    let Ok(readers) = scripts::readers(context, config) else { return };
    for path in given {
        let Ok(files) = plan_files::documents(&context.root, &path, &readers) else { continue };
        for file in files {
            let Ok((bytes, companions)) = plan_files::load(&context.root, &file, &readers) else { continue };
            let found = readers.recognise(&Source::new(&file, &bytes, companions), &mut Vec::new());
            let Some(found) = found.filter(|found| !found.others.is_empty()) else { continue };
            if was_said(&file, config, context) {
                return;
            }
            let formats: Vec<Format> = std::iter::once(found.format).chain(found.others).collect();
            let answers: Vec<&str> = formats.iter().map(|format| format.as_str()).collect();
            let question = format!("which tool wrote {}?", safe(&file.display().to_string()));
            if let Some(answer) = choose(context, &question, &answers) {
                args.insert("format".to_owned(), Value::String(answer.to_owned()));
            }
            return;
        }
    }
}

/// Returns how scripts ask whoever sits at the terminal; nothing where nobody can be asked.
pub fn person(context: &Context) -> Option<Person> {
    (can_ask() && !context.globals.json).then(|| {
        Arc::new(|question: &str| {
            let mut err = anstream::stderr();
            write!(err, "{}", safe(question)).and_then(|()| err.flush()).ok()?;
            let mut said = String::new();
            (io::stdin().lock().read_line(&mut said).ok()? > 0).then_some(said)
        }) as Person
    })
}

/// Asks about each flag that wants it and was not given; `--yes` answers for the person. Only in a repository: what is
/// asked about concerns git.
pub fn ask_about_flags(spec: &Spec, args: &mut Map<String, Value>, context: &mut Context) {
    let is_on = |args: &Map<String, Value>, name: &str| {
        !matches!(args.get(name), None | Some(Value::Null | Value::Bool(false)))
    };
    if !can_ask()
        || !context.root.join(".git").exists()
        || context.globals.json
        || IDLE.iter().any(|name| is_on(args, name))
    {
        return;
    }
    for arg in &spec.args {
        let Some(text) = arg.ask.as_deref().filter(|_| !is_on(args, &arg.name)) else { continue };
        let is_yes = is_on(args, "yes") || put(context, &safe(text));
        args.insert(arg.name.clone(), Value::Bool(is_yes));
    }
}
