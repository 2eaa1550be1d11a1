//! The configuration as the program uses it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::key::KEYS;
use super::layer::{ConfigValue, Layer, Layers, Setting, SettingOrigin};
use super::notify::NotifyTarget;
use super::read::from_toml;
use crate::model::guard::Level;

/// Everything that is configured, with all defaults filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    pub paths: PathSettings,
    pub agent: AgentSettings,
    /// By name of the agent.
    pub adapters: BTreeMap<String, AdapterSettings>,
    pub run: RunSettings,
    pub validate: ValidateSettings,
    pub git: GitSettings,
    pub guard: GuardSettings,
    pub screen: ScreenSettings,
    pub worktree: WorktreeSettings,
    pub tracker: TrackerSettings,
    pub context: ContextSettings,
    /// Who is told what.
    pub notify: Vec<NotifyTarget>,
    entries: BTreeMap<String, Setting>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathSettings {
    pub requests: String,
    pub executed: String,
    /// `{repo}` stands for the name of the repository.
    pub worktrees: String,
    pub state: String,
}

/// What holds for all agents; what each role gets is [`Role::settings`](super::Role::settings).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentSettings {
    pub name: Option<String>,
    /// File with prices of models.
    pub prices: Option<String>,
    /// How long a service that is overloaded or out of reach is asked again.
    pub patience: Duration,
    pub env_pass: Vec<String>,
    /// `NAME=value`.
    pub env_set: Vec<String>,
    pub env_deny: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdapterSettings {
    pub argv: Vec<String>,
    /// Program and arguments of an agent that speaks the Agent Client Protocol.
    pub acp: Vec<String>,
    pub heartbeat: bool,
    pub program: Option<String>,
    pub env_pass: Vec<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunSettings {
    pub jobs: u32,
    pub retries: u32,
    pub poll: Duration,
    pub missed: u32,
    pub startup: Duration,
    pub silence: Duration,
    pub linger: Duration,
    pub grace: Duration,
    /// `none` or `bwrap`.
    pub sandbox: String,
    pub network: bool,
    pub writable: Vec<String>,
    pub namespaces: bool,
    /// 0 sets no limit.
    pub max_processes: u64,
    /// US dollars.
    pub max_cost: Option<f64>,
    pub max_tokens: Option<u64>,
    pub max_fail: Option<u32>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ValidateSettings {
    /// Shell lines of the levels 1 to 4, at index 0 to 3.
    pub levels: [Vec<String>; 4],
    pub timeout: Duration,
    /// How often a command that fails is tried again on the same files.
    pub retries: u32,
    /// Committed files, folders or globs that commands may change.
    pub may_change: Vec<String>,
    /// Variables that commands get besides the harmless ones; a `*` stands for any text.
    pub env_pass: Vec<String>,
    /// Shell lines for merged trees.
    pub merge: Vec<String>,
    /// Gates found in PRPs run.
    pub run_gates: bool,
    pub preset: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct GitSettings {
    pub on_conflict: String,
    pub land: bool,
    /// Names and globs of branches on which nothing is landed.
    pub protected: Vec<String>,
    pub hooks: bool,
    pub sign: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct GuardSettings {
    /// By rule.
    pub levels: BTreeMap<String, Level>,
    pub ignore: Vec<String>,
    pub max_file_bytes: u64,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScreenSettings {
    pub title: bool,
    pub progress: bool,
    /// `none`, `bell` or `notify`.
    pub bell: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct WorktreeSettings {
    pub copy: Vec<String>,
    pub setup: Vec<String>,
    pub remotes: Vec<String>,
    pub checkout_silence: Duration,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackerSettings {
    pub kind: String,
    pub linear_endpoint: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContextSettings {
    pub shared: Vec<String>,
}

impl Config {
    /// Builds the configuration from layers, the weakest first; the defaults lie below all of them.
    pub fn from_layers(mut layers: Layers) -> Self {
        layers.0.insert(0, defaults());
        let found = Found(layers.merged());
        Self {
            paths: PathSettings {
                requests: found.text("paths.requests"),
                executed: found.text("paths.executed"),
                worktrees: found.text("paths.worktrees"),
                state: found.text("paths.state"),
            },
            agent: AgentSettings {
                name: found.some_text("agent.name"),
                prices: found.some_text("agent.prices"),
                patience: found.time("agent.patience").unwrap_or_default(),
                env_pass: found.list("agent.env_pass"),
                env_set: found.list("agent.env_set"),
                env_deny: found.list("agent.env_deny"),
            },
            adapters: found.names("adapter").map(|name| (name.to_owned(), found.adapter(name))).collect(),
            run: RunSettings {
                jobs: found.small("run.jobs").unwrap_or_default(),
                retries: found.small("run.retries").unwrap_or_default(),
                poll: found.time("run.poll").unwrap_or_default(),
                missed: found.small("run.missed").unwrap_or_default(),
                startup: found.time("run.startup").unwrap_or_default(),
                silence: found.time("run.silence").unwrap_or_default(),
                linger: found.time("run.linger").unwrap_or_default(),
                grace: found.time("run.grace").unwrap_or_default(),
                sandbox: found.text("run.sandbox"),
                network: found.flag("run.network"),
                writable: found.list("run.writable"),
                namespaces: found.flag("run.namespaces"),
                max_processes: found.count("run.max_processes").unwrap_or_default(),
                max_cost: found.amount("run.max_cost"),
                max_tokens: found.count("run.max_tokens"),
                max_fail: found.small("run.max_fail"),
            },
            validate: ValidateSettings {
                levels: ["validate.l1", "validate.l2", "validate.l3", "validate.l4"].map(|path| found.list(path)),
                timeout: found.time("validate.timeout").unwrap_or_default(),
                retries: found.small("validate.retries").unwrap_or_default(),
                may_change: found.list("validate.may_change"),
                env_pass: found.list("validate.env_pass"),
                merge: found.list("validate.merge"),
                run_gates: found.text("validate.gates") == "run",
                preset: found.some_text("validate.preset"),
            },
            git: GitSettings {
                on_conflict: found.text("git.on_conflict"),
                land: found.flag("git.land"),
                protected: found.list("git.protected"),
                hooks: found.flag("git.hooks"),
                sign: found.flag("git.sign"),
            },
            guard: GuardSettings {
                levels: found.names("guard").filter_map(|rule| Some((rule.to_owned(), found.level(rule)?))).collect(),
                ignore: found.list("guard.ignore"),
                max_file_bytes: found.count("guard.max_file_bytes").unwrap_or_default(),
            },
            screen: ScreenSettings {
                title: found.flag("screen.title"),
                progress: found.flag("screen.progress"),
                bell: found.text("screen.bell"),
            },
            worktree: WorktreeSettings {
                copy: found.list("worktree.copy"),
                setup: found.list("worktree.setup"),
                remotes: found.list("worktree.remotes"),
                checkout_silence: found.time("worktree.checkout_silence").unwrap_or_default(),
            },
            tracker: TrackerSettings {
                kind: found.text("tracker.kind"),
                linear_endpoint: found.text("tracker.linear.endpoint"),
            },
            context: ContextSettings { shared: found.list("context.shared") },
            notify: found.notify(),
            entries: found.0,
        }
    }

    /// Returns the seconds that a key of a time says; nothing where it is not set.
    pub fn seconds(&self, path: &str) -> Option<f64> {
        self.get(path)?.as_f64()
    }

    /// Returns a value by dotted path, as scripts see it.
    pub fn get(&self, path: &str) -> Option<serde_json::Value> {
        self.entries.get(path).map(|entry| entry.value.to_json())
    }

    /// Returns all values with their origin, by dotted path.
    pub fn entries(&self) -> &BTreeMap<String, Setting> {
        &self.entries
    }
}

/// Returns the layer of the defaults, read from the table of keys.
fn defaults() -> Layer {
    let mut text = String::new();
    for key in KEYS.iter().filter(|key| !key.path.contains('*')) {
        if let Some(value) = key.default {
            text += &[key.path, " = ", value, "\n"].concat();
        }
    }
    let (layer, problems) = from_toml(&text, &SettingOrigin::Default);
    debug_assert!(problems.is_empty(), "{problems:?}");
    layer
}

struct Found(BTreeMap<String, Setting>);

impl Found {
    fn value(&self, path: &str) -> Option<&ConfigValue> {
        self.0.get(path).map(|entry| &entry.value)
    }

    fn some_text(&self, path: &str) -> Option<String> {
        if let Some(ConfigValue::Text(text)) = self.value(path) { Some(text.clone()) } else { None }
    }

    fn text(&self, path: &str) -> String {
        self.some_text(path).unwrap_or_default()
    }

    fn list(&self, path: &str) -> Vec<String> {
        if let Some(ConfigValue::List(list)) = self.value(path) { list.clone() } else { Vec::new() }
    }

    fn count(&self, path: &str) -> Option<u64> {
        if let Some(ConfigValue::Count(number)) = self.value(path) { Some(*number) } else { None }
    }

    fn small(&self, path: &str) -> Option<u32> {
        self.count(path).map(|number| u32::try_from(number).unwrap_or(u32::MAX))
    }

    fn amount(&self, path: &str) -> Option<f64> {
        if let Some(ConfigValue::Amount(number)) = self.value(path) { Some(*number) } else { None }
    }

    fn flag(&self, path: &str) -> bool {
        self.value(path) == Some(&ConfigValue::Flag(true))
    }

    fn notify(&self) -> Vec<NotifyTarget> {
        if let Some(ConfigValue::Notify(targets)) = self.value("notify") { targets.clone() } else { Vec::new() }
    }

    fn level(&self, rule: &str) -> Option<Level> {
        Level::read(&self.some_text(&format!("guard.{rule}"))?)
    }

    fn time(&self, path: &str) -> Option<Duration> {
        if let Some(ConfigValue::Time(time)) = self.value(path) { Some(*time) } else { None }
    }

    /// Returns the names that the user chose below a section.
    fn names<'a>(&'a self, section: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.keys().filter_map(move |path| path.strip_prefix(section)?.strip_prefix('.')?.split('.').next())
    }

    fn adapter(&self, name: &str) -> AdapterSettings {
        let path = |key: &str| format!("adapter.{name}.{key}");
        AdapterSettings {
            argv: self.list(&path("argv")),
            acp: self.list(&path("acp")),
            heartbeat: self.flag(&path("heartbeat")),
            program: self.some_text(&path("program")),
            env_pass: self.list(&path("env_pass")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_valid_and_arrives() {
        let config = Config::from_layers(Layers::default());
        assert_eq!(config.run.jobs, 4);
        assert_eq!(config.run.silence, Duration::from_secs(300));
        assert_eq!(config.git.on_conflict, "park");
        assert!(config.validate.run_gates);
        assert_eq!(config.guard.levels["submodule"], Level::Refuse);
        assert_eq!((config.guard.max_file_bytes, config.guard.levels.len()), (1_000_000, 19));
        assert_eq!(config.get("run.poll"), Some(30.into()));
        let wanted = KEYS.iter().filter(|k| k.default.is_some() && !k.path.contains('*')).count();
        assert_eq!(config.entries().len(), wanted);
    }

    #[test]
    fn a_stronger_layer_covers_a_weaker_one_and_says_where_it_comes_from() {
        let (user, _) = from_toml(
            "[run]\njobs = 2\nretries = 0\n[adapter.command]\nargv = [\"x\"]",
            &SettingOrigin::UserFile("u".into()),
        );
        let text = "[run]\njobs = 3\n[guard]\nsecret = \"refuse\"\nignore = [\"vendor/\"]";
        let (project, _) = from_toml(text, &SettingOrigin::ProjectFile("p".into()));
        let config = Config::from_layers(Layers(vec![user, project]));
        assert_eq!((config.run.jobs, config.run.retries), (3, 0));
        assert_eq!(config.entries()["run.jobs"].origin, SettingOrigin::ProjectFile("p:2".into()));
        assert_eq!(config.adapters["command"].argv, ["x"]);
        assert_eq!(
            (config.guard.levels["secret"], config.guard.ignore.as_slice()),
            (Level::Refuse, &["vendor/".to_owned()][..])
        );
    }
}
