//! Arguments of a script: from what it says about itself to clap, and from what the user gave to values for `main`.

use std::path::{Path, PathBuf};

use clap::builder::{FalseyValueParser, PossibleValuesParser};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};
use serde_json::{Map, Value};

use super::complete;
use crate::model::duration;
use crate::script::spec::{ArgSpec, ArgType, Spec};

/// Builds the subcommand of a script.
pub fn command(name: &str, spec: &Spec) -> Command {
    let mut command = Command::new(name.to_owned());
    if let Some(about) = &spec.about {
        command = command.about(about.clone());
    }
    if !spec.doc.is_empty() {
        command = command.long_about(spec.doc.clone());
    }
    let mut index = 0;
    for arg in &spec.args {
        index += usize::from(arg.positional);
        command = command.arg(self::arg(arg, index));
    }
    command
}

/// Turns an underscore name into a flag.
fn flag(name: &str) -> String {
    name.replace('_', "-")
}

fn arg(spec: &ArgSpec, index: usize) -> Arg {
    let mut arg = Arg::new(spec.name.clone()).required(spec.required);
    if let Some(help) = &spec.help {
        arg = arg.help(help.clone());
    }
    if spec.positional {
        arg = arg.index(index);
    } else {
        arg = arg.long(flag(&spec.name)).env(format!("BATCHPRP_{}", spec.name.to_uppercase())).hide_env(true);
        if let Some(short) = spec.short {
            arg = arg.short(short);
        }
        if let Some(alias) = &spec.alias {
            arg = arg.visible_alias(flag(alias));
        }
    }
    if spec.kind == ArgType::Bool && !spec.positional {
        return arg.action(ArgAction::SetTrue).value_parser(FalseyValueParser::new());
    }
    let name = spec.value.clone().unwrap_or_else(|| spec.name.to_uppercase());
    arg = arg.value_name(name);
    if let Some(initial) = &spec.initial {
        arg = arg.default_values(texts(initial));
    }
    arg = with_parser(arg, spec);
    let is_list = spec.many || spec.kind == ArgType::List;
    arg = arg.action(if is_list { ArgAction::Append } else { ArgAction::Set });
    if spec.positional && spec.many {
        arg = arg.num_args(if spec.required { 1.. } else { 0.. });
    }
    if spec.kind == ArgType::List || spec.many {
        arg = arg.value_delimiter(',');
    }
    complete::attach(arg, spec.complete.as_deref())
}

fn with_parser(arg: Arg, spec: &ArgSpec) -> Arg {
    if !spec.choices.is_empty() {
        return arg.value_parser(PossibleValuesParser::new(spec.choices.clone()));
    }
    match spec.kind {
        ArgType::Int => arg.value_parser(value_parser!(i64)).allow_negative_numbers(true),
        ArgType::Float => arg.value_parser(value_parser!(f64)).allow_negative_numbers(true),
        ArgType::Bool => arg.value_parser(value_parser!(bool)),
        ArgType::Path => arg.value_parser(value_parser!(PathBuf)).value_hint(ValueHint::AnyPath),
        ArgType::Duration => arg.value_parser(duration::parse),
        ArgType::Text | ArgType::List => arg,
    }
}

/// Returns initial values as the texts that the user would write.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

/// Folders against which paths of the user are read.
pub struct Folders<'a> {
    /// Where the user stands.
    pub current: &'a Path,
    /// To which paths are made relative for the script, where they lie below it.
    pub root: &'a Path,
}

/// Returns the arguments as the map that `main` gets: what was not given is `null`, or an empty list.
pub fn values(spec: &Spec, matches: &ArgMatches, folders: &Folders<'_>) -> Map<String, Value> {
    spec.args.iter().map(|arg| (arg.name.clone(), value(arg, matches, folders))).collect()
}

fn value(spec: &ArgSpec, matches: &ArgMatches, folders: &Folders<'_>) -> Value {
    if spec.kind == ArgType::Bool && !spec.positional {
        return matches.get_flag(&spec.name).into();
    }
    let given = given(spec, matches, folders);
    if spec.many || spec.kind == ArgType::List {
        return Value::Array(given);
    }
    given.into_iter().next_back().unwrap_or(Value::Null)
}

fn given(spec: &ArgSpec, matches: &ArgMatches, folders: &Folders<'_>) -> Vec<Value> {
    fn all<T: Clone + Send + Sync + 'static>(name: &str, matches: &ArgMatches) -> Vec<T> {
        matches.get_many::<T>(name).into_iter().flatten().cloned().collect()
    }
    let name = spec.name.as_str();
    if !spec.choices.is_empty() {
        return all::<String>(name, matches).into_iter().map(|text| chosen(spec.kind, text)).collect();
    }
    match spec.kind {
        ArgType::Int => all::<i64>(name, matches).into_iter().map(Value::from).collect(),
        ArgType::Float => all::<f64>(name, matches).into_iter().map(Value::from).collect(),
        ArgType::Bool => all::<bool>(name, matches).into_iter().map(Value::from).collect(),
        ArgType::Text => all::<String>(name, matches).into_iter().map(Value::from).collect(),
        ArgType::List => {
            let pieces = all::<String>(name, matches).into_iter().map(|piece| piece.trim().to_owned());
            pieces.filter(|piece| !piece.is_empty()).map(Value::from).collect()
        }
        ArgType::Path => all::<PathBuf>(name, matches).iter().map(|path| relative(path, folders).into()).collect(),
        ArgType::Duration => {
            let times = all::<std::time::Duration>(name, matches);
            times.into_iter().map(|time| Value::from(time.as_secs_f64())).collect()
        }
    }
}

/// A choice has the type of its argument.
fn chosen(kind: ArgType, text: String) -> Value {
    match kind {
        ArgType::Int => text.parse::<i64>().map_or(Value::String(text), Value::from),
        ArgType::Float => text.parse::<f64>().map_or(Value::String(text), Value::from),
        ArgType::Text | ArgType::Bool | ArgType::List | ArgType::Path | ArgType::Duration => Value::String(text),
    }
}

/// Returns a path relative to the project, as scripts name files; one that lies outside stays absolute.
fn relative(path: &Path, folders: &Folders<'_>) -> String {
    let absolute = folders.current.join(path);
    let mut clean = PathBuf::new();
    for part in absolute.components() {
        match part {
            std::path::Component::ParentDir => drop(clean.pop()),
            std::path::Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean.strip_prefix(folders.root).unwrap_or(&clean).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> Spec {
        let arg = |name: &str, kind| ArgSpec { name: name.to_owned(), kind, ..ArgSpec::default() };
        Spec {
            about: Some("About".to_owned()),
            doc: String::new(),
            args: vec![
                ArgSpec { positional: true, many: true, ..arg("ids", ArgType::Text) },
                ArgSpec { short: Some('j'), alias: Some("max-parallel".to_owned()), ..arg("jobs", ArgType::Int) },
                ArgSpec {
                    choices: vec!["1".to_owned(), "2".to_owned()],
                    initial: Some(2.into()),
                    ..arg("level", ArgType::Int)
                },
                arg("prps", ArgType::List),
                arg("dry_run", ArgType::Bool),
                arg("timeout", ArgType::Duration),
                arg("plan", ArgType::Path),
            ],
        }
    }

    fn parsed(line: &str) -> Result<Map<String, Value>, String> {
        let words = line.split_whitespace();
        let matches =
            command("x", &spec()).no_binary_name(true).try_get_matches_from(words).map_err(|e| e.to_string())?;
        let folders = Folders { current: Path::new("/p/sub"), root: Path::new("/p") };
        Ok(values(&spec(), &matches, &folders))
    }

    #[test]
    fn every_type_arrives() {
        let args =
            parsed("a b --max-parallel 3 --level 1 --prps x,y --prps z --dry-run --timeout 2m --plan ../PLAN.md");
        let args = args.expect("good arguments");
        assert_eq!(
            Value::Object(args),
            serde_json::json!({
                "ids": ["a", "b"], "jobs": 3, "level": 1, "prps": ["x", "y", "z"], "dry_run": true, "timeout": 120.0,
                "plan": "PLAN.md",
            })
        );
    }

    #[test]
    fn what_is_not_given_is_null_or_empty_or_initial() {
        let args = parsed("").expect("good arguments");
        assert_eq!(
            Value::Object(args),
            serde_json::json!({
                "ids": [], "jobs": null, "level": 2, "prps": [], "dry_run": false, "timeout": null, "plan": null,
            })
        );
    }

    #[test]
    fn wrong_values_are_refused_with_a_suggestion_for_wrong_flags() {
        assert!(parsed("--level 3").is_err());
        assert!(parsed("--jobs many").is_err());
        assert!(parsed("--timeout soon").is_err_and(|e| e.contains("not a duration")));
        assert!(parsed("--dri-run").is_err_and(|e| e.contains("--dry-run")));
    }
}
