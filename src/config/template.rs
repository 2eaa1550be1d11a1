//! The commented file that `init` writes.

use std::collections::{BTreeMap, BTreeSet};

use super::key::{ConfigKey, KEYS};

/// What is known of a key in this project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// As TOML.
    pub value: String,
    /// Stands behind it in place of what the key is for.
    pub note: String,
    /// It holds; otherwise the line is there to be switched on.
    pub on: bool,
}

/// The one section that may come several times.
const NOTIFY: &str = r#"
# [[notify]]
# kind = "webhook"   # webhook, slack, discord, ntfy, program or desktop; one table for each who is told
# url_env = "NOTIFY_URL"   # environment variable with the address, or `url`; a program has `argv`
# on = ["finished", "failed", "conflict", "quota", "stalled", "review", "approval"]   # what is told
# items = false   # also tell how each item ended
"#;

/// Returns a project file that names every key, its meaning and its default. What was not chosen is commented out,
/// sections included, so that whatever is pasted below stands for the first time.
pub fn project_file(chosen: &BTreeMap<&str, Chosen>) -> String {
    let mut text = String::from(
        "# Configuration of batchprp for this project. Order: flags, environment, this file, user file, defaults.\n\
         # Take away the `# ` of a key and of its section, or let `batchprp config set KEY VALUE` do it.\n",
    );
    let of = |key: &ConfigKey| key.path.rsplit_once('.').map_or("", |(table, _)| table);
    let live: BTreeSet<&str> = KEYS.iter().filter(|key| chosen.get(key.path).is_some_and(|c| c.on)).map(of).collect();
    let mut section = String::new();
    for key in KEYS {
        let Some((table, name)) = key.path.rsplit_once('.') else { continue };
        let shown = match table {
            "agent.roles.*" => "agent.roles.executor".to_owned(),
            other => other.replace('*', "command"),
        };
        if shown != section {
            let mark = if live.contains(table) { "" } else { "# " };
            text += &["\n", mark, "[", &shown, "]\n"].concat();
            section = shown;
        }
        text += &match chosen.get(key.path) {
            Some(Chosen { value, note, on }) => {
                [if *on { "" } else { "# " }, name, " = ", value, "   # ", note, "\n"].concat()
            }
            None => ["# ", name, " = ", value(key), "   # ", key.help, "\n"].concat(),
        };
    }
    text += NOTIFY;
    text
}

fn value(key: &ConfigKey) -> &'static str {
    let name = key.path.rsplit('.').next().unwrap_or_default();
    key.default.unwrap_or(match (key.path, name) {
        ("executor.name", _) => "\"local\"",
        ("executor.program", _) => "\"/opt/batchprp\"",
        (_, name) => other(name),
    })
}

fn other(name: &str) -> &'static str {
    match name {
        "name" | "agent" => "\"claude\"",
        "model" => "\"auto\"",
        "timeout" => "\"60m\"",
        "tools" => "[\"Read\", \"Edit\", \"Bash\"]",
        "acp" => "[\"goose\", \"acp\"]",
        "mode" => "\"default\"",
        "argv" => "[\"python3\", \"agent.py\"]",
        "models" => "[\"small\", \"medium\", \"large\"]",
        "prices" => "\"prices.toml\"",
        "program" => "\"/opt/agent/bin/agent\"",
        "may_change" => "[\"coverage.svg\"]",
        "state" => "[\"~/.agent/\"]",
        "env_pass" => "[\"HTTPS_PROXY\"]",
        "preset" => "\"ce\"",
        "max_cost" => "5.0",
        "max_tokens" => "2000000",
        "max_turns" => "200",
        "max_fail" => "3",
        "slots" => "50",
        "cpus" => "2",
        "gpus" => "1",
        "memory_mb" => "4000",
        "time" => "\"2h\"",
        "dir" => "\"/scratch/batchprp\"",
        _ => "\"\"",
    }
}

#[cfg(test)]
mod tests {
    use super::super::layer::SettingOrigin;
    use super::super::read::from_toml;
    use super::*;

    /// Switches every line on.
    fn switched_on(file: &str) -> String {
        file.lines().skip(2).map(|line| line.strip_prefix("# ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_file_is_valid_as_written_and_with_every_line_switched_on() {
        let file = project_file(&BTreeMap::new());
        let (layer, problems) = from_toml(&file, &SettingOrigin::Default);
        assert_eq!((layer.entries.len(), problems), (0, vec![]));
        let (layer, problems) = from_toml(&switched_on(&file), &SettingOrigin::Default);
        assert_eq!(problems, vec![]);
        assert_eq!(layer.entries.len(), KEYS.len() + 1);
    }

    #[test]
    fn what_was_chosen_holds_and_anything_may_be_pasted_below() {
        let chosen = |on| Chosen { value: "[\"pytest -q\"]".to_owned(), note: "passed".to_owned(), on };
        let file = project_file(&BTreeMap::from([("validate.l3", chosen(true)), ("validate.l1", chosen(false))]));
        assert!(file.contains("\n[validate]\n# l1 = [\"pytest -q\"]   # passed\n"), "{file}");
        let pasted = file + "\n[agent]\nname = \"command\"\n\n[adapter.command]\nargv = [\"sh\"]\n";
        let (layer, problems) = from_toml(&pasted, &SettingOrigin::Default);
        assert_eq!(problems, vec![]);
        assert_eq!(layer.entries.keys().collect::<Vec<_>>(), ["adapter.command.argv", "agent.name", "validate.l3"]);
    }
}
