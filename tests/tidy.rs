//! Rules of the source that no compiler checks: who may name whom, how long files are, what never stands in `src/`.

#[path = "tidy/imports.rs"]
mod imports;
#[path = "tidy/source.rs"]
mod source;
#[path = "tidy/tokens.rs"]
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use imports::Imports;
use source::{Source, none, sources};

/// Room and the rooms that it may name. `error` and `config` are shared by all but `model`.
const MAY_NAME: [(&str, &[&str]); 14] = [
    ("config", &["model"]),
    ("model", &[]),
    ("graph", &["model"]),
    ("event", &["model"]),
    ("evidence", &["model", "graph", "event"]),
    ("schedule", &["model", "graph", "event"]),
    ("report", &["model", "event"]),
    ("review", &["model", "graph"]),
    ("host", &["model", "event", "evidence"]),
    ("bridge", &["model", "event"]),
    ("agents", &["model", "report", "host"]),
    ("run", &["model", "graph", "event", "evidence", "schedule", "report", "review", "host", "bridge"]),
    ("fake", &["model", "event", "host", "bridge", "run"]),
    ("script", &["model", "graph", "event", "evidence", "review", "bridge", "fake"]),
];

/// Room inside of `run` and the rooms there that it may name.
const RUN_MAY_NAME: [(&str, &[&str]); 6] = [
    ("settings", &[]),
    ("shared", &["settings"]),
    ("work", &["settings", "shared"]),
    ("core", &["settings", "shared", "work"]),
    ("handle", &["settings", "shared", "work", "core"]),
    ("dispatch", &["settings", "shared", "work", "core", "handle"]),
];

/// Most files of one folder of `src/`.
const MOST_FILES: usize = 20;

/// Rooms without effects.
const PURE: [&str; 7] = ["model", "graph", "event", "evidence", "schedule", "report", "review"];

/// What a room without effects never names.
const EFFECTS: [&str; 8] =
    ["std::fs", "std::process", "std::env", "std::net", "time::Instant", "time::SystemTime", "tokio", "walkdir"];

/// A library and the only place that may name it.
const AT_HOME: [(&str, &str); 3] = [("rhai", "src/script/"), ("git2", "src/host/git/"), ("clap", "src/cli/")];

/// Finds `crate::room` and `crate::{room, …}` in a line, each with what follows the room.
fn named(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        let list = rest.strip_prefix('{').map_or(rest, |list| list);
        let parts: Vec<&str> = if rest.starts_with('{') { list.split(',').collect() } else { vec![rest] };
        for part in parts {
            let name: String =
                part.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_' || *c == ':').collect();
            names.push(name);
        }
    }
    names
}

#[test]
fn every_room_names_only_the_rooms_below_it() {
    let table: BTreeMap<&str, &[&str]> = MAY_NAME.into_iter().collect();
    let mut found = Vec::new();
    for source in sources("src", "rs") {
        let Some(room) = source.room() else { continue };
        let Some(allowed) = table.get(room) else {
            assert_eq!(room, "cli", "{}: the room is not in the table of design", source.path);
            continue;
        };
        for (number, line) in source.code() {
            for name in named(line) {
                let other = name.split("::").next().unwrap_or_default();
                let is_allowed = other == room
                    || allowed.iter().any(|allowed| name == *allowed || name.starts_with(&format!("{allowed}::")))
                    || (room != "model" && matches!(other, "error" | "config"));
                if !is_allowed {
                    found.push(format!("{}:{number}: {room} names {name}", source.path));
                }
            }
        }
    }
    none("rooms that name a room above them", &found);
}

#[test]
fn every_room_of_a_run_names_only_the_rooms_below_it() {
    let table: BTreeMap<&str, &[&str]> = RUN_MAY_NAME.into_iter().collect();
    let room = |file: &str| file.strip_prefix("src/run/").map(|rest| rest.split(['/', '.']).next().map(str::to_owned));
    let mut found = Vec::new();
    for (from, to) in Imports::read(&sources("src", "rs")).arrows() {
        let (Some(Some(room)), Some(Some(other))) = (room(from), room(to)) else { continue };
        let allowed = table.get(room.as_str()).is_none_or(|allowed| allowed.contains(&other.as_str()));
        if !(allowed || room == other) {
            found.push(format!("{from} names {to}"));
        }
    }
    none("rooms of a run that name a room above them", &found);
}

#[test]
fn no_files_import_each_other() {
    none("circles", &Imports::read(&sources("src", "rs")).circles());
}

#[test]
fn folders_are_small() {
    let mut folders: BTreeMap<String, usize> = BTreeMap::new();
    for source in sources("src", "rs") {
        *folders.entry(source.folder().to_owned()).or_default() += 1;
    }
    let large: Vec<String> = folders
        .into_iter()
        .filter(|(_, files)| *files > MOST_FILES)
        .map(|(folder, files)| format!("{folder}: {files} files"))
        .collect();
    none(&format!("folders with more than {MOST_FILES} files"), &large);
}

#[test]
fn a_folder_has_one_type_of_a_name() {
    let mut types: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for source in sources("src", "rs") {
        for (_, line) in source.code() {
            // Each subcommand has arguments of its own.
            if let Some(name) = public_type(line).filter(|name| *name != "Args") {
                types.entry((source.folder().to_owned(), name.to_owned())).or_default().push(source.path.clone());
            }
        }
    }
    let twice: Vec<String> = types
        .into_iter()
        .filter(|(_, files)| files.len() > 1)
        .map(|((_, name), files)| format!("{name}: {}", files.join(", ")))
        .collect();
    none("types of one name in one folder", &twice);
}

/// Returns the name of the public type that a line begins to define.
fn public_type(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("pub")?;
    let rest = rest.strip_prefix('(').map_or(rest, |rest| rest.split_once(')').map_or("", |(_, rest)| rest));
    let rest = rest.trim_start();
    let rest = ["struct ", "enum ", "trait ", "type ", "union "].iter().find_map(|word| rest.strip_prefix(word))?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    Some(&rest[..end])
}

#[test]
fn rooms_without_effects_name_none() {
    let mut found = Vec::new();
    for source in sources("src", "rs").iter().filter(|s| s.room().is_some_and(|room| PURE.contains(&room))) {
        for (number, line) in source.code() {
            for effect in EFFECTS.iter().filter(|effect| line.contains(*effect)) {
                found.push(format!("{}:{number}: {effect}", source.path));
            }
        }
    }
    none("effects in a room without effects", &found);
}

#[test]
fn each_great_library_is_named_in_one_place() {
    let mut found = Vec::new();
    for source in sources("src", "rs") {
        for (library, home) in AT_HOME.iter().filter(|(_, home)| !source.path.starts_with(home)) {
            let path = format!("{library}::");
            let is_named = |line: &str| {
                line.match_indices(&path).any(|(at, _)| {
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '-')
                })
            };
            for (number, _) in source.code().into_iter().filter(|(_, line)| is_named(line)) {
                found.push(format!("{}:{number}: {library} belongs into {home}", source.path));
            }
        }
    }
    none("libraries outside of their room", &found);
}

#[test]
fn files_are_short() {
    let mut lengths: Vec<(usize, String)> =
        sources("src", "rs").into_iter().map(|source| (source.text.lines().count(), source.path)).collect();
    lengths.sort();
    let long: Vec<String> =
        lengths.iter().filter(|(n, _)| *n > 500).map(|(n, path)| format!("{path}: {n} lines")).collect();
    none("files over 500 lines", &long);
    let median = lengths[lengths.len() / 2].0;
    assert!(median <= 120, "the median file has {median} lines");
}

#[test]
fn nothing_unfinished_stands_in_the_program() {
    let words = [".unwrap()", "todo!", "unimplemented!", "placeholder", "dbg!("];
    let mut found = Vec::new();
    for source in sources("src", "rs") {
        for (number, line) in source.code() {
            for word in words.iter().filter(|word| line.to_lowercase().contains(&word.to_lowercase())) {
                found.push(format!("{}:{number}: {word}", source.path));
            }
        }
    }
    none("unfinished or unsafe code", &found);
}

#[test]
fn module_files_hold_no_code() {
    let mut found = Vec::new();
    for source in sources("src", "rs").iter().filter(|source| source.path.ends_with("/mod.rs")) {
        let mut goes_on = false;
        for (number, line) in source.code() {
            let start = line.trim_start();
            let is_plain = ["mod ", "pub mod ", "pub(crate) mod ", "pub(super) mod ", "#[", "#!["]
                .iter()
                .any(|word| start.starts_with(word));
            let is_use =
                ["use ", "pub use ", "pub(crate) use ", "pub(super) use "].iter().any(|w| start.starts_with(w));
            if !(line.trim().is_empty() || is_plain || is_use || goes_on) {
                found.push(format!("{}:{number}: {line}", source.path));
            }
            goes_on = (goes_on || is_use) && !line.trim_end().ends_with(';');
        }
    }
    none("code in a module file", &found);
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = sources("src", "rs")
        .into_iter()
        .chain(sources("commands", "rhai"))
        .chain(sources("stdlib", "rhai"))
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path)
        .collect();
    none("files without a first `//!` line", &silent);
}

#[test]
fn commands_are_short() {
    let long: Vec<String> = sources("commands", "rhai")
        .into_iter()
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(lines, _)| *lines > 100)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    none("commands over 100 lines", &long);
}

#[test]
fn scripts_fit_the_screen_and_have_one_purpose() {
    /// Columns of a line, lines of a file.
    const MOST: (usize, usize) = (120, 200);
    let mut found = Vec::new();
    for source in sources("commands", "rhai").into_iter().chain(sources("stdlib", "rhai")) {
        let length = source.text.lines().count();
        if length > MOST.1 {
            found.push(format!("{}: {length} lines", source.path));
        }
        let wide = |(_, line): &(usize, &str)| line.chars().count() > MOST.0;
        let wide = source.text.lines().enumerate().filter(wide);
        found.extend(wide.map(|(at, line)| format!("{}:{}: {} columns", source.path, at + 1, line.chars().count())));
    }
    none("scripts that are too wide or too long", &found);
}

#[test]
fn scripts_ask_git_through_its_functions() {
    let mut found = Vec::new();
    for source in sources("commands", "rhai").into_iter().chain(sources("stdlib", "rhai")) {
        let line = |(at, line): (usize, &str)| {
            let plain: String = line.chars().filter(|letter| !letter.is_whitespace()).collect();
            let runs_git =
                ["[\"git\"", "which(\"git\")", "[`git`", "\"git\".split"].iter().any(|word| plain.contains(word));
            runs_git.then(|| format!("{}:{}: {line}", source.path, at + 1))
        };
        found.extend(source.text.lines().enumerate().filter_map(line));
    }
    none("git programs that escape the rules on hooks, signing, locks and language", &found);
}

#[test]
fn scripts_share_code_instead_of_copying_it() {
    let mut scripts: Vec<Vec<String>> =
        sources("commands", "rhai").into_iter().chain(sources("stdlib", "rhai")).map(|s| significant(&s)).collect();
    let share = share_of_copies(&scripts);
    assert!(share < 0.10, "{:.1} % of the lines of commands and stdlib are copies", share * 100.0);
    // A fifth of the scripts once more would be seen.
    let copies: Vec<_> = scripts.iter().step_by(5).cloned().collect();
    scripts.extend(copies);
    assert!(share_of_copies(&scripts) > 0.10);
}

/// Returns how many of the lines stand in a run of lines that is there more than once.
fn share_of_copies(scripts: &[Vec<String>]) -> f64 {
    /// So many equal lines in a row are a copy.
    const RUN: usize = 4;
    let mut places: BTreeMap<&[String], Vec<(usize, usize)>> = BTreeMap::new();
    for (script, lines) in scripts.iter().enumerate() {
        for (at, window) in lines.windows(RUN).enumerate() {
            places.entry(window).or_default().push((script, at));
        }
    }
    let copied: BTreeSet<(usize, usize)> = places
        .values()
        .filter(|places| places.len() > 1)
        .flatten()
        .flat_map(|(script, at)| (*at..at + RUN).map(move |line| (*script, line)))
        .collect();
    let all: usize = scripts.iter().map(Vec::len).sum();
    copied.len() as f64 / all.max(1) as f64
}

/// Returns the lines that say something: no comments, no lone brackets.
fn significant(source: &Source) -> Vec<String> {
    let lines = source.text.lines().map(str::trim);
    let says = |line: &&str| !line.starts_with("//") && line.chars().any(char::is_alphanumeric);
    lines.filter(says).map(str::to_owned).collect()
}

#[test]
fn no_path_of_a_machine_is_named() {
    let words = ["/root/", "/Users/"];
    let mut found = Vec::new();
    for (folder, extension) in
        [("src", "rs"), ("tests", "rs"), ("commands", "rhai"), ("stdlib", "rhai"), ("stdlib", "md"), ("docs", "md")]
    {
        for source in sources(folder, extension).iter().filter(|source| source.path != "tests/tidy.rs") {
            for (number, line) in source.text.lines().enumerate() {
                for word in words.iter().filter(|word| line.contains(*word)) {
                    found.push(format!("{}:{}: {word}", source.path, number + 1));
                }
            }
        }
    }
    none("paths of somebody's machine", &found);
}
