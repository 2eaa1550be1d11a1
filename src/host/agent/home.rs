//! A home of its own for an agent that takes settings from nowhere else: the user's files are linked, the settings are the
//! user's on top of ours, and what the agent keeps of its sessions stays with the attempt.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::host::{failpoint, state};
use crate::model::agent::AgentHome;

/// The settings in it, which may hold what the user keeps in them: they go when the agent does.
pub(super) struct HomeSettings(PathBuf);

impl Drop for HomeSettings {
    fn drop(&mut self) {
        // Who cannot remove it leaves a private file in a private folder.
        std::fs::remove_file(&self.0).ok();
    }
}

/// Makes the home below the folder that phases of an attempt share, or takes the one that an earlier phase made, and adds
/// the variable that leads there.
pub(super) fn make(home: &AgentHome, kept: &Path, env: &mut BTreeMap<String, String>) -> io::Result<HomeSettings> {
    let users = env.get(&home.variable).or_else(|| env.get("HOME")).map(PathBuf::from).unwrap_or_default();
    let (theirs, place) = (users.join(&home.folder), kept.join("home"));
    let own = place.join(&home.folder);
    state::private_dir(&own)?;
    for entry in std::fs::read_dir(&theirs).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let is_own = home.own.iter().any(|own| name == own.as_str()) || name == home.settings.as_str();
        if is_own || own.join(&name).symlink_metadata().is_ok() {
            continue;
        }
        failpoint::around("attempt.home", || symlink(entry.path(), own.join(&name)))?;
    }
    let settings = own.join(&home.settings);
    let text = std::fs::read_to_string(theirs.join(&home.settings)).unwrap_or_default();
    let merged = match read(&text) {
        Some(users) => merged(home.defaults.clone(), users).to_string(),
        // Its own words about a file that cannot be read are better than ours.
        None => text,
    };
    state::write_private(&settings, merged.as_bytes())?;
    env.insert(home.variable.clone(), place.to_string_lossy().into_owned());
    Ok(HomeSettings(settings))
}

/// Reads JSON in which comments may stand; nothing at all is an empty object.
fn read(text: &str) -> Option<Value> {
    let text = without_comments(text);
    if text.trim().is_empty() {
        return Some(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_str(&text).ok().filter(Value::is_object)
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let (mut rest, mut in_string) = (text, false);
    while let Some(c) = rest.chars().next() {
        let (head, tail) = rest.split_at(c.len_utf8());
        match (in_string, c) {
            (true, '\\') => {
                let end = tail.chars().next().map_or(0, char::len_utf8);
                kept.push('\\');
                kept.push_str(&tail[..end]);
                rest = &tail[end..];
                continue;
            }
            (_, '"') => in_string = !in_string,
            (false, '/') if tail.starts_with('/') => {
                rest = rest.find('\n').map_or("", |end| &rest[end..]);
                continue;
            }
            (false, '/') if tail.starts_with('*') => {
                rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
                continue;
            }
            (_, _) => {}
        }
        kept.push_str(head);
        rest = tail;
    }
    kept
}

/// Puts the second value over the first one, object by object.
fn merged(below: Value, above: Value) -> Value {
    match (below, above) {
        (Value::Object(mut below), Value::Object(above)) => {
            for (name, value) in above {
                let under = below.remove(&name).unwrap_or(Value::Null);
                below.insert(name, merged(under, value));
            }
            Value::Object(below)
        }
        (_, above) => above,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn gemini() -> AgentHome {
        AgentHome {
            variable: "GEMINI_CLI_HOME".to_owned(),
            folder: ".gemini".to_owned(),
            settings: "settings.json".to_owned(),
            defaults: json!({ "model": { "maxSessionTurns": 5 }, "general": { "maxAttempts": 3 } }),
            own: vec!["tmp".to_owned()],
        }
    }

    #[test]
    fn the_users_settings_lie_over_ours_and_their_files_are_linked() {
        let (user, kept) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let theirs = user.path().join(".gemini");
        std::fs::create_dir_all(theirs.join("tmp")).expect("a folder");
        std::fs::write(theirs.join("oauth_creds.json"), "{}").expect("a file");
        let text = "{ // mine\n \"general\": { \"maxAttempts\": 7 }, /* \"x\" */ \"ui\": \"https://a/*b*/\" }";
        std::fs::write(theirs.join("settings.json"), text).expect("a file");
        let mut env = BTreeMap::from([("HOME".to_owned(), user.path().display().to_string())]);
        let settings = make(&gemini(), kept.path(), &mut env).expect("a home");
        let own = PathBuf::from(&env["GEMINI_CLI_HOME"]).join(".gemini");
        let read: Value =
            serde_json::from_slice(&std::fs::read(own.join("settings.json")).expect("a file")).expect("JSON");
        let want =
            json!({ "model": { "maxSessionTurns": 5 }, "general": { "maxAttempts": 7 }, "ui": "https://a/*b*/" });
        assert_eq!(read, want);
        assert_eq!(std::fs::read_link(own.join("oauth_creds.json")).expect("a link"), theirs.join("oauth_creds.json"));
        assert!(!own.join("tmp").exists(), "sessions are the attempt's own");
        // The next phase finds it made.
        let mut env = BTreeMap::from([("HOME".to_owned(), user.path().display().to_string())]);
        let again = make(&gemini(), kept.path(), &mut env).expect("a home");
        drop((settings, again));
        assert!(!own.join("settings.json").exists());
    }

    #[test]
    fn without_a_home_of_the_user_there_are_our_settings_and_a_torn_file_is_left_to_the_agent() {
        let (user, kept) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let home = || BTreeMap::from([("HOME".to_owned(), user.path().display().to_string())]);
        let text = |env: &BTreeMap<String, String>| {
            std::fs::read_to_string(Path::new(&env["GEMINI_CLI_HOME"]).join(".gemini/settings.json")).expect("a file")
        };
        let mut env = home();
        let _settings = make(&gemini(), kept.path(), &mut env).expect("a home");
        assert!(text(&env).contains("maxSessionTurns"));
        std::fs::create_dir(user.path().join(".gemini")).expect("a folder");
        std::fs::write(user.path().join(".gemini/settings.json"), "{ torn").expect("a file");
        let mut env = home();
        let _settings = make(&gemini(), kept.path(), &mut env).expect("a home");
        assert_eq!(text(&env), "{ torn");
    }
}
