//! Reading one source of configuration: every problem is reported, with its place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::key::{ConfigKey, KEYS, ValueKind};
use super::layer::{ConfigValue, Layer, SettingOrigin};
use super::notify;
use crate::model::duration;
use crate::model::problem::Problem;

/// The one key that is a list of tables.
const NOTIFY: &str = "notify";

/// Reads a configuration file. Keys with problems are left out.
pub fn from_toml(text: &str, origin: &SettingOrigin) -> (Layer, Vec<Problem>) {
    let mut reader = Reader { layer: Layer::default(), problems: Vec::new(), origin, text };
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let mut problem = Problem::error("config::syntax", error.message().trim().to_owned());
        problem.span = error.span();
        let help = if problem.message.contains("duplicate") {
            "a section or key may stand once: move these lines below the first of that name"
        } else {
            "the file must be valid TOML: https://toml.io"
        };
        problem.help = Some(help.to_owned());
        reader.problems.push(problem);
    }
    reader.table(&mut Vec::new(), root.get_ref());
    (reader.layer, reader.problems)
}

/// Reads the variables `BATCHPRP_<SECTION>_<KEY>`; other names belong to somebody else and are passed over.
///
/// A list is a JSON array, or one single entry.
pub fn from_environment(variables: impl IntoIterator<Item = (String, String)>) -> (Layer, Vec<Problem>) {
    let mut layer = Layer::default();
    let mut problems = Vec::new();
    for (name, text) in variables {
        let Some(rest) = name.strip_prefix("BATCHPRP_") else { continue };
        let Some((key, path)) = KEYS.iter().find_map(|key| Some((key, path_of(key, rest)?))) else { continue };
        match from_text(key.kind, &text) {
            Ok(value) => layer.set(path, value, SettingOrigin::Environment(name)),
            Err(reason) => problems.push(
                Problem::error("config::environment", format!("`{name}`: {reason}"))
                    .help(format!("{}: {}", path, key.help)),
            ),
        }
    }
    (layer, problems)
}

/// Reads the value of a key from text, as a flag gives it.
pub fn value_of(path: &str, text: &str) -> Result<ConfigValue, String> {
    let parts: Vec<&str> = path.split('.').collect();
    let key = KEYS.iter().find(|key| key.matches(&parts)).ok_or_else(|| format!("there is no key `{path}`"))?;
    from_text(key.kind, text)
}

/// Returns the dotted path when the rest of a variable's name means the key.
fn path_of(key: &ConfigKey, rest: &str) -> Option<String> {
    let Some((before, after)) = key.path.split_once(".*.") else {
        return (key.path.replace('.', "_").to_uppercase() == rest).then(|| key.path.to_owned());
    };
    let before_name = format!("{}_", before.replace('.', "_").to_uppercase());
    let after_name = format!("_{}", after.replace('.', "_").to_uppercase());
    let name = rest.strip_prefix(&before_name)?.strip_suffix(&after_name)?;
    (!name.is_empty()).then(|| format!("{before}.{}.{after}", name.to_lowercase().replace('_', "-")))
}

fn from_text(kind: ValueKind, text: &str) -> Result<ConfigValue, String> {
    match kind {
        ValueKind::Text => Ok(ConfigValue::Text(text.to_owned())),
        ValueKind::Word(words) => word(text, words),
        ValueKind::Count(least) => text
            .trim()
            .parse::<u64>()
            .ok()
            .filter(|n| *n >= least)
            .map(ConfigValue::Count)
            .ok_or_else(|| format!("`{text}` is not a whole number of at least {least}")),
        ValueKind::Amount => amount(text.trim().parse().unwrap_or(f64::NAN), text),
        ValueKind::Flag => match text.trim() {
            "1" | "true" | "yes" | "on" => Ok(ConfigValue::Flag(true)),
            "0" | "false" | "no" | "off" | "" => Ok(ConfigValue::Flag(false)),
            _ => Err(format!("`{text}` is neither true nor false")),
        },
        ValueKind::List if text.trim_start().starts_with('[') => {
            serde_json::from_str(text).map(ConfigValue::List).map_err(|e| format!("not a JSON array of texts: {e}"))
        }
        // Nothing is no entry, least of all a command that does nothing and passes.
        ValueKind::List if text.trim().is_empty() => Ok(ConfigValue::List(Vec::new())),
        ValueKind::List => Ok(ConfigValue::List(vec![text.to_owned()])),
        ValueKind::Time => time(text),
    }
}

struct Reader<'a> {
    layer: Layer,
    problems: Vec<Problem>,
    origin: &'a SettingOrigin,
    text: &'a str,
}

impl Reader<'_> {
    fn table(&mut self, path: &mut Vec<String>, table: &DeTable<'_>) {
        for (name, value) in table {
            path.push(name.get_ref().to_string());
            self.entry(path, name.span(), value);
            path.pop();
        }
    }

    fn entry(&mut self, path: &mut Vec<String>, place: Range<usize>, value: &Spanned<DeValue<'_>>) {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        let dotted = parts.join(".");
        if dotted == NOTIFY {
            let (targets, problems) = notify::read(value);
            if !targets.is_empty() {
                let before = self.text.get(..place.start).unwrap_or_default();
                let origin = self.origin.on_line(before.matches('\n').count() + 1);
                self.layer.set(dotted, ConfigValue::Notify(targets), origin);
            }
            self.problems.extend(problems);
            return;
        }
        if let Some(key) = KEYS.iter().find(|key| key.matches(&parts)) {
            match from_value(key.kind, value.get_ref()) {
                Ok(found) => {
                    let before = self.text.get(..place.start).unwrap_or_default();
                    self.layer.set(dotted, found, self.origin.on_line(before.matches('\n').count() + 1));
                }
                Err(reason) => {
                    self.problems.push(
                        Problem::error("config::value", format!("`{dotted}`: {reason}"))
                            .at(value.span())
                            .help(format!("{}{}", key.help, example(key))),
                    );
                }
            }
        } else if KEYS.iter().any(|key| key.is_below(&parts)) {
            match value.get_ref() {
                DeValue::Table(table) => self.table(path, table),
                other => self.problems.push(
                    Problem::error("config::value", format!("`{dotted}` is a section, not a {}", other.type_str()))
                        .at(value.span())
                        .help(format!("write `[{dotted}]` and its keys below it")),
                ),
            }
        } else {
            let mut problem = Problem::error("config::unknown_key", format!("unknown key `{dotted}`")).at(place);
            problem.help = Some(suggestion(&parts));
            self.problems.push(problem);
        }
    }
}

fn example(key: &ConfigKey) -> String {
    key.default.map(|value| format!("; default: `{value}`")).unwrap_or_default()
}

/// Names the nearest key or section, or the keys of the section.
fn suggestion(path: &[&str]) -> String {
    let Some((last, parents)) = path.split_last() else { return String::new() };
    let mut siblings: Vec<&str> = KEYS
        .iter()
        .filter(|key| parents.is_empty() || key.is_below(parents))
        .filter_map(|key| key.path.split('.').nth(parents.len()))
        .collect();
    siblings.dedup();
    let near = siblings
        .iter()
        .map(|name| (strsim::damerau_levenshtein(last, name), *name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len() / 3);
    let elsewhere = KEYS.iter().find(|key| key.path.rsplit('.').next() == Some(*last));
    match (near, elsewhere) {
        (Some((_, name)), _) => {
            let mut full = parents.to_vec();
            full.push(name);
            format!("did you mean `{}`?", full.join("."))
        }
        (None, Some(key)) => format!("did you mean `{}`?", key.path),
        (None, None) => format!("known here: {}", siblings.join(", ")),
    }
}

fn from_value(kind: ValueKind, value: &DeValue<'_>) -> Result<ConfigValue, String> {
    let wrong = |wanted: &str| Err(format!("wants {wanted}, not a {}", value.type_str()));
    match (kind, value) {
        (ValueKind::Text, DeValue::String(text)) => Ok(ConfigValue::Text(text.to_string())),
        (ValueKind::Text, _) => wrong("a text in quotes"),
        (ValueKind::Word(words), DeValue::String(text)) => word(text, words),
        (ValueKind::Word(words), _) => wrong(&format!("one of {}", ticked(words))),
        (ValueKind::Count(least), DeValue::Integer(number)) => {
            let parsed = i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(-1);
            u64::try_from(parsed)
                .ok()
                .filter(|n| *n >= least)
                .map(ConfigValue::Count)
                .ok_or_else(|| format!("`{number}` is not a whole number of at least {least}"))
        }
        (ValueKind::Count(_), _) => wrong("a whole number"),
        (ValueKind::Amount, DeValue::Integer(number)) => {
            amount(number.as_str().parse().unwrap_or(f64::NAN), number.as_str())
        }
        (ValueKind::Amount, DeValue::Float(number)) => {
            amount(number.as_str().parse().unwrap_or(f64::NAN), number.as_str())
        }
        (ValueKind::Amount, _) => wrong("a number"),
        (ValueKind::Flag, DeValue::Boolean(flag)) => Ok(ConfigValue::Flag(*flag)),
        (ValueKind::Flag, _) => wrong("`true` or `false`"),
        (ValueKind::List, DeValue::Array(array)) => {
            let texts = array.iter().map(|item| item.get_ref().as_str().map(str::to_owned));
            texts
                .collect::<Option<Vec<_>>>()
                .map(ConfigValue::List)
                .ok_or_else(|| "wants texts in quotes only".to_owned())
        }
        (ValueKind::List, _) => wrong("a list of texts"),
        (ValueKind::Time, DeValue::String(text)) => time(text),
        (ValueKind::Time, DeValue::Integer(number)) => time(number.as_str()),
        (ValueKind::Time, DeValue::Float(number)) => time(number.as_str()),
        (ValueKind::Time, _) => wrong("a duration"),
    }
}

fn word(text: &str, words: &[&str]) -> Result<ConfigValue, String> {
    if words.contains(&text) {
        return Ok(ConfigValue::Text(text.to_owned()));
    }
    Err(format!("`{text}` is none of {}", ticked(words)))
}

fn ticked(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn amount(number: f64, text: &str) -> Result<ConfigValue, String> {
    if number.is_finite() && number > 0.0 {
        return Ok(ConfigValue::Amount(number));
    }
    Err(format!("`{text}` is not a number above zero"))
}

fn time(text: &str) -> Result<ConfigValue, String> {
    match duration::parse(text) {
        Ok(time) if !time.is_zero() => Ok(ConfigValue::Time(time)),
        Ok(_) => Err("must be above zero".to_owned()),
        Err(reason) => Err(format!("{reason}; {}", duration::ACCEPTED)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_come_at_once_with_places_and_suggestions() {
        let text = "[run]\njbos = 4\njobs = 0\npoll = \"-3s\"\n\n[pahts]\nstate = \"x\"\n\n[git]\non_conflict = \"cry\"\nland = 1\n";
        let (layer, problems) = from_toml(text, &SettingOrigin::ProjectFile("f".to_owned()));
        let said: Vec<(&str, &str)> =
            problems.iter().map(|p| (&text[p.span.clone().unwrap_or_default()], p.message.as_str())).collect();
        assert_eq!(layer.entries.len(), 0);
        assert_eq!(said.len(), 6, "{said:?}");
        assert!(said.contains(&("jbos", "unknown key `run.jbos`")));
        assert!(said.contains(&("0", "`run.jobs`: `0` is not a whole number of at least 1")));
        assert!(problems.iter().any(|p| p.help.as_deref() == Some("did you mean `run.jobs`?")));
        assert!(problems.iter().any(|p| p.help.as_deref() == Some("did you mean `paths`?")));
    }

    #[test]
    fn rules_of_the_guard_are_keys_with_four_words() {
        let text = "[guard]\nsecrets = \"off\"\nci = \"warn\"\ndeletion = \"note\"\nmax_file_bytes = 0\n";
        let (layer, problems) = from_toml(text, &SettingOrigin::Default);
        let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(layer.entries.keys().collect::<Vec<_>>(), ["guard.deletion"]);
        assert!(said.contains(&"unknown key `guard.secrets`"), "{said:?}");
        assert!(said.contains(&"`guard.ci`: `warn` is none of `off`, `note`, `approve`, `refuse`"), "{said:?}");
        assert!(problems.iter().any(|problem| problem.help.as_deref() == Some("did you mean `guard.secret`?")));
    }

    #[test]
    fn broken_toml_is_one_problem_with_a_place() {
        let (_, problems) = from_toml("[run\njobs = 4\n", &SettingOrigin::Default);
        assert!(problems.iter().any(|p| p.code == "config::syntax" && p.span.is_some()), "{problems:?}");
    }

    #[test]
    fn variables_name_keys_also_those_with_a_name_of_the_user() {
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let (layer, problems) = from_environment([
            variable("BATCHPRP_RUN_JOBS", "7"),
            variable("BATCHPRP_AGENT_ROLES_CONTEXT_UPDATER_TIMEOUT", "90m"),
            variable("BATCHPRP_ITEM", "PRP-1"),
            variable("BATCHPRP_VALIDATE_L1", r#"["a", "b"]"#),
            variable("BATCHPRP_RUN_GRACE", "never"),
        ]);
        let value = |path: &str| layer.entries.get(path).map(|e| e.value.to_json());
        assert_eq!(value("run.jobs"), Some(7.into()));
        assert_eq!(value("agent.roles.context-updater.timeout"), Some(5400.into()));
        assert_eq!(value("validate.l1"), Some(serde_json::json!(["a", "b"])));
        assert_eq!(problems.len(), 1);
    }
}
