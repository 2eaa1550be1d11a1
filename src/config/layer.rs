//! Values with their origin, and how layers cover each other.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::notify::NotifyTarget;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingOrigin {
    Default,
    /// Path and line.
    UserFile(String),
    ProjectFile(String),
    /// Name of the environment variable.
    Environment(String),
    /// Name of the flag.
    Flag(String),
}

impl SettingOrigin {
    /// Adds the line, where the value stands in a file.
    #[must_use]
    pub fn on_line(&self, line: usize) -> Self {
        match self {
            Self::UserFile(path) => Self::UserFile(format!("{path}:{line}")),
            Self::ProjectFile(path) => Self::ProjectFile(format!("{path}:{line}")),
            Self::Default | Self::Environment(_) | Self::Flag(_) => self.clone(),
        }
    }
}

impl fmt::Display for SettingOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::UserFile(path) | Self::ProjectFile(path) => f.write_str(path),
            Self::Environment(name) => f.write_str(name),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// A checked value.
#[derive(Clone, Debug, PartialEq)]
pub enum ConfigValue {
    Text(String),
    Count(u64),
    Amount(f64),
    Flag(bool),
    List(Vec<String>),
    Time(Duration),
    Notify(Vec<NotifyTarget>),
}

impl ConfigValue {
    /// Returns the value as scripts and JSON see it; durations are seconds.
    pub fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Count(number) => (*number).into(),
            Self::Amount(number) => (*number).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::List(list) => list.clone().into(),
            Self::Time(time) if time.subsec_nanos() == 0 => time.as_secs().into(),
            Self::Time(time) => time.as_secs_f64().into(),
            Self::Notify(targets) => {
                let shown: Vec<NotifyTarget> = targets.iter().map(NotifyTarget::shown).collect();
                serde_json::to_value(shown).unwrap_or_default()
            }
        }
    }
}

/// Shows the value as it is written in the file.
impl fmt::Display for ConfigValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => write!(f, "\"{}\"", crate::model::duration::show(time.as_secs_f64())),
            Self::List(list) => {
                let items = list.iter().map(|item| toml::Value::from(item.as_str()).to_string());
                write!(f, "[{}]", items.collect::<Vec<_>>().join(", "))
            }
            Self::Text(text) => write!(f, "{}", toml::Value::from(text.as_str())),
            Self::Count(number) => write!(f, "{number}"),
            Self::Amount(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Notify(targets) => {
                let all: Vec<String> = targets.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", all.join(", "))
            }
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    pub value: ConfigValue,
    pub origin: SettingOrigin,
}

/// The values of one source, by dotted path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layer {
    pub entries: BTreeMap<String, Setting>,
}

impl Layer {
    /// Adds a value.
    pub fn set(&mut self, path: impl Into<String>, value: ConfigValue, origin: SettingOrigin) {
        self.entries.insert(path.into(), Setting { value, origin });
    }
}

/// Layers from the weakest to the strongest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layers(pub Vec<Layer>);

impl Layers {
    /// Returns the strongest value of each path.
    pub fn merged(self) -> BTreeMap<String, Setting> {
        let mut merged = BTreeMap::new();
        for layer in self.0 {
            merged.extend(layer.entries);
        }
        merged
    }
}
