//! `[[notify]]`: who is told what of a run, and how.

use std::fmt;

use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeValue;

use crate::model::problem::Problem;

/// Ways to tell somebody; each has its adapter in `stdlib/notifiers/`.
const KINDS: [&str; 6] = ["webhook", "slack", "discord", "ntfy", "program", "desktop"];

/// What can be told.
const OCCASIONS: [&str; 7] = ["finished", "failed", "conflict", "quota", "stalled", "review", "approval"];

const KEYS: [&str; 6] = ["kind", "url", "url_env", "argv", "on", "items"];

/// One table `[[notify]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyTarget {
    pub kind: String,
    /// Often a secret in itself.
    #[serde(default)]
    pub url: Option<String>,
    /// Environment variable with the address.
    #[serde(default)]
    pub url_env: Option<String>,
    #[serde(default)]
    pub argv: Vec<String>,
    pub on: Vec<String>,
    /// `finished` and `failed` are told of each item too.
    #[serde(default)]
    pub items: bool,
}

impl NotifyTarget {
    /// Returns the table without what may be secret.
    #[must_use]
    pub fn shown(&self) -> Self {
        let scheme_and_host = |url: &String| {
            let end = url.match_indices('/').nth(2).map_or(url.len(), |(at, _)| at);
            // A name and a password may stand before the host.
            let (scheme, host) = url[..end].split_once("://").unwrap_or(("", &url[..end]));
            let host = host.rsplit('@').next().unwrap_or_default();
            if scheme.is_empty() { format!("{host}/…") } else { format!("{scheme}://{host}/…") }
        };
        Self { url: self.url.as_ref().map(scheme_and_host), ..self.clone() }
    }

    fn complaint(&self) -> Option<String> {
        let needs_url = matches!(self.kind.as_str(), "webhook" | "slack" | "discord" | "ntfy");
        match (needs_url, self.url.is_some(), self.url_env.is_some()) {
            (true, false, false) => Some(format!("`{}` needs `url` or `url_env`", self.kind)),
            (true, true, true) => Some("`url` and `url_env` exclude each other".to_owned()),
            _ if self.kind == "program" && self.argv.is_empty() => Some("`program` needs `argv`".to_owned()),
            _ => None,
        }
    }
}

impl fmt::Display for NotifyTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.shown();
        let text = |text: &str| toml::Value::from(text).to_string();
        let list = |list: &[String]| format!("[{}]", list.iter().map(|word| text(word)).collect::<Vec<_>>().join(", "));
        let mut parts = vec![format!("kind = {}", text(&shown.kind))];
        parts.extend(shown.url.iter().map(|url| format!("url = {}", text(url))));
        parts.extend(shown.url_env.iter().map(|name| format!("url_env = {}", text(name))));
        parts.extend((!shown.argv.is_empty()).then(|| format!("argv = {}", list(&shown.argv))));
        parts.push(format!("on = {}", list(&shown.on)));
        parts.extend(shown.items.then(|| "items = true".to_owned()));
        write!(f, "{{ {} }}", parts.join(", "))
    }
}

/// Reads all tables `[[notify]]`; those with problems are left out.
pub(super) fn read(value: &Spanned<DeValue<'_>>) -> (Vec<NotifyTarget>, Vec<Problem>) {
    let (mut targets, mut problems) = (Vec::new(), Vec::new());
    let DeValue::Array(tables) = value.get_ref() else {
        return (targets, vec![wrong("`notify` is a list of tables".to_owned(), value)]);
    };
    for table in tables {
        match target(table) {
            Ok(target) => targets.push(target),
            Err(found) => problems.extend(found),
        }
    }
    (targets, problems)
}

fn target(value: &Spanned<DeValue<'_>>) -> Result<NotifyTarget, Vec<Problem>> {
    let DeValue::Table(table) = value.get_ref() else {
        return Err(vec![wrong("`notify` is a list of tables".to_owned(), value)]);
    };
    let mut problems = Vec::new();
    let mut target = NotifyTarget { on: OCCASIONS.map(str::to_owned).into(), ..NotifyTarget::default() };
    for (name, value) in table {
        let name = name.get_ref().as_ref();
        let found = value.get_ref();
        let texts = || {
            let array = found.as_array()?;
            array.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()
        };
        let is_right = match name {
            "kind" => found.as_str().filter(|word| KINDS.contains(word)).map(|word| word.clone_into(&mut target.kind)),
            "url" => found.as_str().map(|text| target.url = Some(text.to_owned())),
            "url_env" => found.as_str().map(|text| target.url_env = Some(text.to_owned())),
            "argv" => texts().map(|words| target.argv = words),
            "on" => texts()
                .filter(|words| words.iter().all(|word| OCCASIONS.contains(&word.as_str())))
                .map(|words| target.on = words),
            "items" => found.as_bool().map(|flag| target.items = flag),
            _ => {
                problems.push(
                    Problem::error("config::unknown_key", format!("unknown key `notify.{name}`"))
                        .at(value.span())
                        .help(format!("known here: {}", KEYS.join(", "))),
                );
                continue;
            }
        };
        if is_right.is_none() {
            let wants = match name {
                "kind" => format!("one of {}", KINDS.join(", ")),
                "on" => format!("a list of {}", OCCASIONS.join(", ")),
                "argv" => "a list of texts".to_owned(),
                "items" => "`true` or `false`".to_owned(),
                _ => "a text in quotes".to_owned(),
            };
            problems.push(wrong(format!("`notify.{name}` wants {wants}"), value));
        }
    }
    if problems.is_empty() {
        if target.kind.is_empty() {
            problems.push(wrong(format!("`notify` needs a `kind`: {}", KINDS.join(", ")), value));
        } else {
            problems.extend(target.complaint().map(|complaint| wrong(complaint, value)));
        }
    }
    if problems.is_empty() { Ok(target) } else { Err(problems) }
}

fn wrong(message: String, value: &Spanned<DeValue<'_>>) -> Problem {
    Problem::error("config::value", message)
        .at(value.span())
        .help("such as `[[notify]]`, `kind = \"webhook\"`, `url = \"…\"`")
}

#[cfg(test)]
mod tests {
    use super::super::layer::{ConfigValue, SettingOrigin};
    use super::super::read::from_toml;

    #[test]
    fn each_table_is_one_target_and_its_address_is_not_shown() {
        let text = "[[notify]]\nkind = \"slack\"\nurl = \"https://hooks.example.com/services/T0/B0/secret\"\non = [\"failed\"]\n\n\
                    [[notify]]\nkind = \"program\"\nargv = [\"beep\"]\nitems = true\n";
        let (layer, problems) = from_toml(text, &SettingOrigin::Default);
        assert_eq!(problems, vec![]);
        let value = &layer.entries["notify"].value;
        let ConfigValue::Notify(targets) = value else { panic!("{value:?}") };
        assert_eq!((targets.len(), targets[1].on.len(), targets[1].items), (2, 7, true));
        for shown in [value.to_string(), value.to_json().to_string()] {
            assert!(shown.contains("https://hooks.example.com/…") && !shown.contains("secret"), "{shown}");
        }
    }

    #[test]
    fn who_signs_in_by_the_address_is_not_shown_either() {
        let shown = |url: &str| super::NotifyTarget { url: Some(url.to_owned()), ..Default::default() }.shown().url;
        for url in ["https://user:pa55@ntfy.example.com/topic", "https://user:pa55@ntfy.example.com"] {
            assert_eq!(shown(url).as_deref(), Some("https://ntfy.example.com/…"));
        }
    }

    #[test]
    fn every_mistake_is_told() {
        let text = "[[notify]]\nkind = \"pigeon\"\n[[notify]]\nkind = \"ntfy\"\n[[notify]]\nkind = \"desktop\"\non = [\"lunch\"]\nurll = \"x\"\n";
        let (layer, problems) = from_toml(text, &SettingOrigin::Default);
        let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(said.len(), 4, "{said:?}");
        assert!(
            said.contains(&"`ntfy` needs `url` or `url_env`") && said.contains(&"unknown key `notify.urll`"),
            "{said:?}"
        );
        assert!(!layer.entries.contains_key("notify"));
    }
}
