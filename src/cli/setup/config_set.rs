//! `config set`: writes one value into the project's configuration; comments, order and layout stay.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Table, Value};

use crate::cli::start::context::Context;
use crate::cli::start::failure::CommandResult;
use crate::config::{self, ConfigValue, SettingOrigin, from_toml};
use crate::error::{Error, ExitCode, Result};
use crate::model::problem::Problem;
use crate::report::text::safe;

/// Set one value in `.ce/batchprp.toml`, keeping comments and layout
///
/// `batchprp config set run.jobs 8`, `batchprp config set validate.l3 '["pytest -q"]'`. A list is a JSON array, or one
/// single entry.
#[derive(clap::Args)]
pub struct Args {
    /// Dotted name of the key, such as `run.jobs`
    key: String,
    /// Its value
    #[arg(allow_hyphen_values = true)]
    value: String,
}

/// Runs the subcommand.
pub fn run(args: &Args, context: &mut Context) -> CommandResult {
    let path = context.globals.config.clone().unwrap_or_else(|| context.root.join(".ce/batchprp.toml"));
    let shown = path.strip_prefix(&context.root).unwrap_or(&path).display().to_string();
    let value = checked(&args.key, &args.value)?;
    let old = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::new(ExitCode::Config, format!("cannot read `{shown}`: {error}")).into()),
    };
    let text = with(&old, &args.key, &value).map_err(|reason| {
        let (_, problems) = from_toml(&old, &SettingOrigin::Default);
        Error::new(ExitCode::Config, format!("`{shown}` cannot be changed: {reason}")).findings(&shown, &old, problems)
    })?;
    write(&path, &text).map_err(|error| Error::new(ExitCode::Config, format!("cannot write `{shown}`: {error}")))?;
    writeln!(context.terminal.out, "{} = {value}   # {}", safe(&args.key), safe(&shown))?;
    Ok(ExitCode::Done)
}

/// Reads the value as the key wants it.
fn checked(key: &str, text: &str) -> Result<ConfigValue> {
    let known = config::value_of(key, text);
    known.map_err(|reason| {
        let (_, problems) = from_toml(&format!("{key} = 0\n"), &SettingOrigin::Default);
        let unknown = problems.into_iter().find(|problem| problem.code == "config::unknown_key");
        let help = unknown.and_then(|problem: Problem| problem.help);
        let help = help.unwrap_or_else(|| "`batchprp config show` names every key".to_owned());
        Error::new(ExitCode::Usage, format!("`{key}`: {reason}")).help(help)
    })
}

/// Returns the file with another value of the key.
fn with(text: &str, key: &str, value: &ConfigValue) -> std::result::Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let parts: Vec<&str> = key.split('.').collect();
    let Some((name, sections)) = parts.split_last() else { return Err("the key is empty".to_owned()) };
    let mut table: &mut dyn toml_edit::TableLike = document.as_table_mut();
    for section in sections {
        let fresh = || {
            let mut table = Table::new();
            // `[adapter.command]` needs no `[adapter]` of its own.
            table.set_implicit(true);
            Item::Table(table)
        };
        let item = table.entry(section).or_insert_with(fresh);
        table = item.as_table_like_mut().ok_or_else(|| format!("`{section}` is not a section"))?;
    }
    let mut fresh = written(value);
    match table.get_mut(name).and_then(Item::as_value_mut) {
        Some(old) => {
            // What stands around the old value, such as a comment behind it, is kept.
            *fresh.decor_mut() = old.decor().clone();
            *old = fresh;
        }
        None => drop(table.insert(name, Item::Value(fresh))),
    }
    Ok(document.to_string())
}

fn written(value: &ConfigValue) -> Value {
    match value {
        ConfigValue::Text(text) => text.as_str().into(),
        ConfigValue::Count(number) => i64::try_from(*number).unwrap_or(i64::MAX).into(),
        ConfigValue::Amount(number) => (*number).into(),
        ConfigValue::Flag(flag) => (*flag).into(),
        ConfigValue::List(list) => Value::Array(list.iter().map(String::as_str).collect::<Array>()),
        // Nobody can write tables as a value: `value_of` knows no such key.
        ConfigValue::Notify(_) => Value::Array(Array::new()),
        ConfigValue::Time(time) => crate::model::duration::show(time.as_secs_f64()).into(),
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // The file behind a link is what is meant; the link stays.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut file = atomic_write_file::AtomicWriteFile::open(path)?;
    file.write_all(text.as_bytes())?;
    file.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str, key: &str, value: &str) -> String {
        with(text, key, &checked(key, value).expect("a value")).expect("a file")
    }

    #[test]
    fn comments_order_and_layout_stay() {
        let text = "# Ours\n[run]\njobs = 2   # two cores\npoll = \"30s\"\n\n[agent]\nname = \"codex\"\n";
        assert_eq!(set(text, "run.jobs", "8"), text.replace("jobs = 2", "jobs = 8"));
        assert_eq!(set(text, "agent.name", "claude"), text.replace("codex", "claude"));
        let added = set(text, "adapter.command.argv", r#"["sh", "{root}/agent.sh"]"#);
        assert_eq!(added, format!("{text}\n[adapter.command]\nargv = [\"sh\", \"{{root}}/agent.sh\"]\n"));
        assert_eq!(set("", "git.land", "true"), "[git]\nland = true\n");
        let (_, problems) = from_toml(&added, &SettingOrigin::Default);
        assert_eq!(problems, []);
    }

    #[test]
    fn a_wrong_key_or_value_is_refused_with_a_suggestion() {
        let error = checked("run.jbos", "4").expect_err("no such key");
        assert_eq!(error.help.as_deref(), Some("did you mean `run.jobs`?"));
        assert!(checked("run.jobs", "many").is_err());
        assert!(with("[run\n", "run.jobs", &ConfigValue::Count(1)).is_err());
    }
}
