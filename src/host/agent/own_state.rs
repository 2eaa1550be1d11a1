//! Where an agent keeps its sessions and logins: besides its workspace that is what it writes in a sandbox.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::host::{failpoint, state};

/// Returns the places that an adapter names, below the home of the user. A place may begin with `~/` or
/// `${VARIABLE:-default}`, and a folder ends with a slash.
pub(super) fn places(declared: &[String], env: &BTreeMap<String, String>) -> Vec<PathBuf> {
    let Some(home) = env.get("HOME").filter(|home| !home.is_empty()) else { return Vec::new() };
    let below = |text: &String| Path::new(home).join(filled(text.strip_prefix("~/").unwrap_or(text), env));
    declared.iter().map(below).collect()
}

/// Makes the folders that are not there yet: from inside of a sandbox nobody could.
pub(super) fn make(declared: &[String], places: &[PathBuf]) {
    let folders = declared.iter().zip(places).filter(|(text, place)| text.ends_with('/') && !place.exists());
    for (_, place) in folders {
        // An agent that needs it says what it lacks.
        failpoint::quietly("attempt.own-state", || drop(state::private_dir(place)));
    }
}

fn filled(text: &str, env: &BTreeMap<String, String>) -> String {
    let parts = text.strip_prefix("${").and_then(|rest| rest.split_once('}'));
    let parts = parts.and_then(|(named, rest)| Some((named.split_once(":-")?, rest)));
    match parts {
        Some(((name, default), rest)) => {
            let set = env.get(name).filter(|value| !value.is_empty());
            format!("{}{rest}", set.map_or(default, String::as_str))
        }
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_follow_the_variables_of_the_agent() {
        let declared = ["~/.one.json", "${ONE_HOME:-.one}/", "${XDG_DATA_HOME:-.local/share}/one/"].map(str::to_owned);
        let mut env = BTreeMap::from([("HOME".to_owned(), "/home/ann".to_owned())]);
        let seen = |env: &BTreeMap<String, String>| {
            places(&declared, env).iter().map(|place| place.display().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(seen(&env), ["/home/ann/.one.json", "/home/ann/.one/", "/home/ann/.local/share/one/"]);
        env.insert("ONE_HOME".to_owned(), "/srv/one".to_owned());
        assert_eq!(seen(&env)[1], "/srv/one/");
        env.remove("HOME");
        assert!(seen(&env).is_empty());
    }

    #[test]
    fn folders_are_made_and_files_are_not() {
        let home = tempfile::tempdir().expect("a folder");
        let env = BTreeMap::from([("HOME".to_owned(), home.path().display().to_string())]);
        let declared = [".one/state/", ".one.json"].map(str::to_owned);
        let places = places(&declared, &env);
        make(&declared, &places);
        assert!(places[0].is_dir() && !places[1].exists());
    }
}
