//! The commented file that `init` writes.

use super::key::KEYS;

/// Returns a project file that names every key, its meaning and its default, all commented out.
pub fn project_file() -> String {
    let mut text = String::from(
        "# Configuration of batchprp for this project. Order: flags, environment, this file, user file, defaults.\n",
    );
    let mut section = String::new();
    for key in KEYS {
        let Some((table, name)) = key.path.rsplit_once('.') else { continue };
        let shown = match table {
            "agent.roles.*" => "agent.roles.executor".to_owned(),
            other => other.replace('*', "command"),
        };
        if shown != section {
            let mark = if shown.contains('.') { "# " } else { "" };
            text += &["\n", mark, "[", &shown, "]\n"].concat();
            section = shown;
        }
        text += &["# ", name, " = ", value(key), "   # ", key.help, "\n"].concat();
    }
    text
}

fn value(key: &super::key::ConfigKey) -> &'static str {
    key.default.unwrap_or(match key.path.rsplit('.').next().unwrap_or_default() {
        "name" | "agent" => "\"claude\"",
        "model" => "\"auto\"",
        "timeout" => "\"60m\"",
        "tools" => "[\"Read\", \"Edit\", \"Bash\"]",
        "argv" => "[\"python3\", \"agent.py\"]",
        "models" => "[\"small\", \"medium\", \"large\"]",
        "prices" => "\"prices.toml\"",
        "program" => "\"/opt/agent/bin/agent\"",
        "env_pass" => "[\"HTTPS_PROXY\"]",
        "preset" => "\"ce\"",
        "max_cost" => "5.0",
        "max_tokens" => "2000000",
        "max_turns" => "200",
        "max_fail" => "3",
        _ => "\"\"",
    })
}

#[cfg(test)]
mod tests {
    use super::super::layer::SettingOrigin;
    use super::super::read::from_toml;
    use super::*;

    #[test]
    fn the_file_is_valid_as_written_and_with_every_line_switched_on() {
        let file = project_file();
        let (layer, problems) = from_toml(&file, &SettingOrigin::Default);
        assert_eq!((layer.entries.len(), problems), (0, vec![]));
        let on: Vec<&str> = file.lines().skip(1).map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
        let on = on.join("\n");
        let (layer, problems) = from_toml(&on, &SettingOrigin::Default);
        assert_eq!(problems, vec![]);
        assert_eq!(layer.entries.len(), KEYS.len());
    }
}
