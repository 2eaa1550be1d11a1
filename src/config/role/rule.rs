//! The rule: who has the last word on what a role works with.
//!
//! From the strongest to the weakest: the script that asks, a flag, the environment, the files of the configuration (the
//! role before all roles), the agent's adapter, the template of the role. `auto` is a word like any other: whoever says
//! it, the score of the item answers it.

use std::collections::BTreeMap;

use super::size::{Size, Workload};
use super::source::Source;
use crate::config::layer::{ConfigValue, SettingOrigin};
use crate::config::settings::Config;

/// The model that asks for the score of the item.
const AUTO: &str = "auto";

/// Seconds of an attempt where nobody says how many.
const TIMEOUT: f64 = 3600.0;

/// What one party asks for; `None` leaves it to the others.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    pub agent: Option<String>,
    pub model: Option<String>,
    pub tools: Option<Vec<String>>,
    /// Seconds.
    pub timeout: Option<f64>,
    pub max_turns: Option<u32>,
}

/// What an adapter says about models.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AdapterModels {
    /// Name of the adapter.
    pub name: String,
    /// Model of this agent where nobody names one.
    pub model: Option<String>,
    /// What this agent calls the sizes, small to large; an empty name is the agent's own default. Without an entry the
    /// word of the size is used.
    pub sizes: Vec<String>,
}

/// Everybody who has a say about a role.
#[derive(Clone, Copy, Debug)]
pub struct Role<'a> {
    pub name: &'a str,
    pub script: &'a Wish,
    pub flags: &'a Wish,
    pub config: &'a Config,
    pub template: &'a Wish,
}

/// What a role works with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoleSettings {
    /// Name of the adapter.
    pub agent: String,
    /// As the agent calls it; `None` is the agent's own choice.
    pub model: Option<String>,
    /// What `auto` chose; `None` where a model is named.
    pub size: Option<Size>,
    /// What the agent calls the sizes, small to large; `None` is its own choice.
    pub sizes: [Option<String>; 3],
    /// Empty for all.
    pub tools: Vec<String>,
    /// Seconds of one attempt.
    pub timeout: f64,
    pub max_turns: Option<u32>,
    /// Where each value comes from: `name`, `model`, `tools`, `timeout`, `max_turns`.
    pub origin: BTreeMap<String, String>,
}

impl Role<'_> {
    /// Returns the agent that somebody names for the role, and who that is.
    pub fn agent(&self) -> Option<(String, Source)> {
        self.pick("agent", |wish| wish.agent.clone(), &["agent.name"], text)
    }

    /// Returns the model that somebody names for the role, and who that is.
    pub fn model_named(&self) -> Option<(String, Source)> {
        self.pick("model", |wish| wish.model.clone(), &["agent.model"], text)
    }

    /// Settles everything else, for the agent that the role has.
    pub fn settings(&self, agent: (String, Source), adapter: &AdapterModels, workload: &Workload) -> RoleSettings {
        let template = || Source::Template(self.name.to_owned());
        let (model, size, said) = self.model(adapter, workload);
        let tools = self.pick("tools", |wish| wish.tools.clone(), &[], list);
        let tools = tools.or_else(|| self.template.tools.clone().map(|tools| (tools, template())));
        let timeout = self.pick("timeout", |wish| wish.timeout, &["run.timeout"], seconds);
        let timeout = timeout.or_else(|| self.template.timeout.map(|timeout| (timeout, template())));
        let turns = self.pick("max_turns", |wish| wish.max_turns, &[], count);
        let (tools, tools_said) = tools.unwrap_or((Vec::new(), Source::Default));
        let (timeout, timeout_said) = timeout.unwrap_or((TIMEOUT, Source::Default));
        let (max_turns, turns_said) = turns.map_or((None, Source::Default), |(turns, said)| (Some(turns), said));
        let origin = [
            ("name", agent.1.to_string()),
            ("model", said),
            ("tools", tools_said.to_string()),
            ("timeout", timeout_said.to_string()),
            ("max_turns", turns_said.to_string()),
        ];
        RoleSettings {
            agent: agent.0,
            model,
            size,
            sizes: Size::ALL.map(|size| self.name_of(adapter, size)),
            tools,
            timeout,
            max_turns,
            origin: origin.map(|(name, said)| (name.to_owned(), said)).into(),
        }
    }

    /// Returns the model as the agent calls it, the size if `auto` chose it, and who said so.
    fn model(&self, adapter: &AdapterModels, workload: &Workload) -> (Option<String>, Option<Size>, String) {
        let key = format!("adapter.{}.model", adapter.name);
        let named = self.pick("model", |wish| wish.model.clone(), &["agent.model", &key], text);
        let own = || adapter.model.clone().map(|model| (model, Source::Adapter(adapter.name.clone())));
        let template = || self.template.model.clone().map(|model| (model, Source::Template(self.name.to_owned())));
        match named.or_else(own).or_else(template) {
            None => (None, None, Source::Default.to_string()),
            Some((word, said)) if word == AUTO => {
                let score = workload.score();
                let size = Size::for_score(score);
                (self.name_of(adapter, size), Some(size), format!("{said}: {AUTO}, score {score} is {}", size.as_str()))
            }
            Some((word, said)) => match Size::named(&word) {
                Some(size) => (self.name_of(adapter, size), None, format!("{said}: {word}")),
                // An empty name asks for what the agent takes by itself.
                None => (Some(word).filter(|word| !word.is_empty()), None, said.to_string()),
            },
        }
    }

    /// Returns what the agent calls a size: the configured name, else that of its adapter, else the word itself.
    fn name_of(&self, adapter: &AdapterModels, size: Size) -> Option<String> {
        let configured = self.entry(&format!("adapter.{}.models", adapter.name), list);
        let configured = configured.map_or_else(Vec::new, |(names, _)| names);
        let name = configured.get(size as usize).or_else(|| adapter.sizes.get(size as usize));
        let name = name.map_or_else(|| size.as_str().to_owned(), Clone::clone);
        Some(name).filter(|name| !name.is_empty())
    }

    /// Returns the strongest word on a setting: script, flag, environment, the files. `general` are the keys behind that
    /// of the role, the first the stronger.
    fn pick<T>(
        &self,
        setting: &str,
        of: impl Fn(&Wish) -> Option<T>,
        general: &[&str],
        read: fn(&ConfigValue) -> Option<T>,
    ) -> Option<(T, Source)> {
        if let Some(value) = of(self.script) {
            return Some((value, Source::Script));
        }
        if let Some(value) = of(self.flags) {
            return Some((value, Source::Flag(setting.replace('_', "-"))));
        }
        let own = format!("agent.roles.{}.{setting}", self.name);
        let keys = [own.as_str()].into_iter().chain(general.iter().copied());
        let found = keys.filter_map(|key| self.entry(key, read).map(|(value, origin)| (value, key, origin)));
        // The sort keeps the order of the keys within one source.
        let strongest = found.min_by_key(|(_, _, origin)| match origin {
            SettingOrigin::Flag(_) => 0,
            SettingOrigin::Environment(_) => 1,
            SettingOrigin::ProjectFile(_) | SettingOrigin::UserFile(_) => 2,
            SettingOrigin::Default => 3,
        });
        strongest.map(|(value, key, origin)| (value, Source::Key { path: key.to_owned(), origin }))
    }

    fn entry<T>(&self, key: &str, read: fn(&ConfigValue) -> Option<T>) -> Option<(T, SettingOrigin)> {
        let entry = self.config.entries().get(key)?;
        Some((read(&entry.value)?, entry.origin.clone()))
    }
}

fn text(value: &ConfigValue) -> Option<String> {
    if let ConfigValue::Text(text) = value { Some(text.clone()) } else { None }
}

fn list(value: &ConfigValue) -> Option<Vec<String>> {
    if let ConfigValue::List(list) = value { Some(list.clone()) } else { None }
}

fn seconds(value: &ConfigValue) -> Option<f64> {
    if let ConfigValue::Time(time) = value { Some(time.as_secs_f64()) } else { None }
}

fn count(value: &ConfigValue) -> Option<u32> {
    if let ConfigValue::Count(number) = value { u32::try_from(*number).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::layer::{Layer, Layers};
    use crate::config::read::{from_environment, from_toml};
    use crate::model::prp::Complexity;

    /// Everybody who may have a say; `files` and `environment` are as the user writes them.
    #[derive(Default)]
    struct Said {
        script: Wish,
        flags: Wish,
        environment: Vec<(&'static str, &'static str)>,
        files: &'static str,
        adapter: AdapterModels,
        template: Wish,
    }

    impl Said {
        fn settled(&self, workload: &Workload) -> RoleSettings {
            let (files, problems) = from_toml(self.files, &SettingOrigin::ProjectFile("p.toml".to_owned()));
            assert_eq!(problems, []);
            let variables = self.environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            let (environment, problems) = from_environment(variables);
            assert_eq!(problems, []);
            let config = Config::from_layers(Layers(vec![files, environment, Layer::default()]));
            let (script, flags, template) = (&self.script, &self.flags, &self.template);
            let role = Role { name: "executor", script, flags, config: &config, template };
            let agent = role.agent().unwrap_or(("claude".to_owned(), Source::Found));
            role.settings(agent, &AdapterModels { name: "claude".to_owned(), ..self.adapter.clone() }, workload)
        }

        /// Returns the model and who said so.
        fn model(&self) -> (Option<String>, String) {
            let settled = self.settled(&Workload::default());
            (settled.model, settled.origin["model"].clone())
        }
    }

    fn model(name: &str) -> Wish {
        Wish { model: Some(name.to_owned()), ..Wish::default() }
    }

    const ALL_FILES: &str = "[agent]\nmodel = \"all\"\n[agent.roles.executor]\nmodel = \"role\"\n\
                             [adapter.claude]\nmodel = \"configured\"\n";

    #[test]
    fn each_party_covers_those_below_it() {
        let mut said = Said {
            script: model("script"),
            flags: model("flag"),
            environment: vec![
                ("BATCHPRP_ADAPTER_CLAUDE_MODEL", "env-adapter"),
                ("BATCHPRP_AGENT_MODEL", "env-all"),
                ("BATCHPRP_AGENT_ROLES_EXECUTOR_MODEL", "env-role"),
            ],
            files: ALL_FILES,
            adapter: AdapterModels { model: Some("own".to_owned()), ..AdapterModels::default() },
            template: model("template"),
        };
        let seen = |said: &Said| said.model();
        let is = |name: &str, origin: &str| (Some(name.to_owned()), origin.to_owned());
        assert_eq!(seen(&said), is("script", "script"));
        said.script = Wish::default();
        assert_eq!(seen(&said), is("flag", "--model"));
        said.flags = Wish::default();
        assert_eq!(seen(&said), is("env-role", "BATCHPRP_AGENT_ROLES_EXECUTOR_MODEL"));
        said.environment.pop();
        assert_eq!(seen(&said), is("env-all", "BATCHPRP_AGENT_MODEL"));
        said.environment.pop();
        assert_eq!(seen(&said), is("env-adapter", "BATCHPRP_ADAPTER_CLAUDE_MODEL"));
        said.environment.pop();
        assert_eq!(seen(&said), is("role", "agent.roles.executor.model in p.toml:4"));
        said.files = "[agent]\nmodel = \"all\"\n[adapter.claude]\nmodel = \"configured\"\n";
        assert_eq!(seen(&said), is("all", "agent.model in p.toml:2"));
        said.files = "[adapter.claude]\nmodel = \"configured\"\n";
        assert_eq!(seen(&said), is("configured", "adapter.claude.model in p.toml:2"));
        said.files = "[adapter.codex]\nmodel = \"of another agent\"\n";
        assert_eq!(seen(&said), is("own", "adapter claude"));
        said.adapter.model = None;
        assert_eq!(seen(&said), is("template", "template of executor"));
        said.template = Wish::default();
        assert_eq!(seen(&said), (None, "default".to_owned()));
    }

    #[test]
    fn auto_is_answered_by_the_score_whoever_says_it() {
        let work = Workload { complexity: Some(Complexity::High), hours: Some(3.0), files: 1, phases: 1 };
        let parties = [
            Said { script: model("auto"), ..Said::default() },
            Said { flags: model("auto"), ..Said::default() },
            Said { files: "[agent]\nmodel = \"auto\"\n", ..Said::default() },
            Said { template: model("auto"), ..Said::default() },
        ];
        for said in parties {
            let settled = said.settled(&work);
            assert_eq!((settled.model.as_deref(), settled.size), (Some("opus"), Some(Size::Opus)));
            assert!(settled.origin["model"].ends_with("auto, score 98 is opus"), "{:?}", settled.origin);
        }
    }

    #[test]
    fn sizes_have_the_names_of_the_agent_and_other_models_are_left_as_they_are() {
        let names = |names: [&str; 2]| names.map(str::to_owned).to_vec();
        let adapter = AdapterModels { sizes: names(["small", ""]), ..AdapterModels::default() };
        let mut said = Said { flags: model("haiku"), adapter, ..Said::default() };
        assert_eq!(said.model().0.as_deref(), Some("small"));
        said.flags = model("sonnet");
        assert_eq!(said.model().0, None, "an empty name is the agent's own default");
        said.flags = model("opus");
        assert_eq!(said.model().0.as_deref(), Some("opus"), "without a name the word is used");
        said.flags = model("gpt-5");
        assert_eq!(said.model().0.as_deref(), Some("gpt-5"));
        said.flags = model("");
        assert_eq!(said.model().0, None);
        said.flags = model("haiku");
        said.files = "[adapter.claude]\nmodels = [\"mini\"]\n";
        assert_eq!(said.model().0.as_deref(), Some("mini"), "the configured names win");
        assert_eq!(said.settled(&Workload::default()).size, None, "nobody asked for the score");
    }

    #[test]
    fn agent_tools_time_and_turns_follow_the_same_order() {
        let template = Wish { tools: Some(vec!["Read".to_owned()]), timeout: Some(120.0), ..Wish::default() };
        let mut said = Said { template, ..Said::default() };
        let seen = |said: &Said| {
            let settled = said.settled(&Workload::default());
            (settled.agent, settled.tools.join(" "), settled.timeout, settled.max_turns)
        };
        assert_eq!(seen(&said), ("claude".to_owned(), "Read".to_owned(), 120.0, None));
        said.files = "[agent]\nname = \"codex\"\n[run]\ntimeout = \"3m\"\n";
        assert_eq!(seen(&said), ("codex".to_owned(), "Read".to_owned(), 180.0, None));
        said.files = "[agent]\nname = \"codex\"\n[run]\ntimeout = \"3m\"\n[agent.roles.executor]\n\
                      agent = \"qwen\"\ntimeout = \"4m\"\ntools = [\"Bash\"]\nmax_turns = 7\n";
        assert_eq!(seen(&said), ("qwen".to_owned(), "Bash".to_owned(), 240.0, Some(7)));
        said.environment = vec![("BATCHPRP_RUN_TIMEOUT", "5m"), ("BATCHPRP_AGENT_NAME", "gemini")];
        assert_eq!(seen(&said), ("gemini".to_owned(), "Bash".to_owned(), 300.0, Some(7)));
        said.flags = Wish { agent: Some("runbook".to_owned()), timeout: Some(6.0), ..Wish::default() };
        assert_eq!(seen(&said), ("runbook".to_owned(), "Bash".to_owned(), 6.0, Some(7)));
        said.script = Wish {
            agent: Some("fake".to_owned()),
            tools: Some(Vec::new()),
            timeout: Some(9.0),
            max_turns: Some(1),
            ..Wish::default()
        };
        assert_eq!(seen(&said), ("fake".to_owned(), String::new(), 9.0, Some(1)));
        assert_eq!(seen(&Said::default()), ("claude".to_owned(), String::new(), TIMEOUT, None));
    }
}
