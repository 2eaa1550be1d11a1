//! What a command line runs by way of others: targets of make and just, scripts of `package.json`, shell scripts.

use std::collections::BTreeSet;

/// Programs that run the file that follows them, and words that stand before a program.
const RUNNERS: [&str; 27] = [
    "sh", "bash", "dash", "zsh", "ksh", "source", ".", "python", "python3", "node", "deno", "tsx", "ts-node", "ruby",
    "perl", "php", "exec", "env", "time", "sudo", "command", "then", "do", "else", "!", "uv", "poetry",
];

/// Words that stand between a runner and what it runs.
const BETWEEN: [&str; 2] = ["run", "-m"];

/// How many lines are followed at most.
const MOST: usize = 2000;

/// Returns the files that command lines run by way of others; `read` gives the text of a file of the repository.
pub(super) fn scripts(lines: &[String], read: &dyn Fn(&str) -> Option<String>) -> BTreeSet<String> {
    followed(lines, read).0
}

/// Returns command lines and those that they run by way of others.
pub fn reached(lines: &[String], read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    followed(lines, read).1.into_iter().collect()
}

fn followed(lines: &[String], read: &dyn Fn(&str) -> Option<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut found = BTreeSet::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<String> = lines.to_vec();
    while let Some(line) = open.pop() {
        if seen.len() >= MOST || !seen.insert(line.clone()) {
            continue;
        }
        for command in commands(&line) {
            open.extend(targets(&command, read));
            for path in run(&command) {
                let Some(text) = read(&path).filter(|_| !found.contains(&path)) else { continue };
                if is_shell(&path, &text) {
                    open.extend(text.lines().map(|line| line.split(" #").next().unwrap_or_default().to_owned()));
                }
                found.insert(path);
            }
        }
    }
    seen.retain(|line| !line.trim_start().starts_with('#'));
    (found, seen)
}

/// Splits a line into its simple commands, each into words without quotes.
fn commands(line: &str) -> Vec<Vec<String>> {
    if line.trim_start().starts_with('#') {
        return Vec::new();
    }
    let line = line.replace("$(MAKE)", "make").replace("${MAKE}", "make");
    let words = |command: &str| {
        let words = command.split_whitespace().map(|word| word.trim_matches(['"', '\'', '`', '@']).to_owned());
        words.filter(|word| !word.is_empty() && word != "-" && word != "+").collect::<Vec<_>>()
    };
    line.split(['|', '&', ';', '(', ')', '{', '}']).map(words).filter(|words| !words.is_empty()).collect()
}

/// Returns the files that a command may run: its program, and the first word after an interpreter.
fn run(command: &[String]) -> Vec<String> {
    let is_assignment = |word: &&String| word.split_once('=').is_some_and(|(name, _)| !name.contains('/'));
    let mut words = command.iter().skip_while(is_assignment).peekable();
    let mut found = Vec::new();
    while let Some(word) = words.next() {
        let is_module = word == "-m";
        let word = if is_module { words.next().map_or("", String::as_str) } else { word.as_str() };
        let path = word.trim_start_matches("./");
        if is_module {
            found.extend([format!("{}.py", path.replace('.', "/")), format!("{}/__main__.py", path.replace('.', "/"))]);
            break;
        }
        let is_runner = RUNNERS.contains(&word.rsplit('/').next().unwrap_or(word)) || BETWEEN.contains(&word);
        if !is_runner && !word.starts_with('-') && !word.contains('=') {
            found.push(path.to_owned());
            break;
        }
    }
    found
}

/// Returns the lines that a target of make or just, or a script of `package.json`, stands for.
fn targets(command: &[String], read: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let Some((program, rest)) = command.split_first() else { return Vec::new() };
    let names: Vec<&str> =
        rest.iter().map(String::as_str).filter(|word| !word.starts_with('-') && !word.contains('=')).collect();
    match program.rsplit('/').next().unwrap_or(program) {
        "make" | "gmake" => {
            let text = ["GNUmakefile", "makefile", "Makefile"].into_iter().find_map(read).unwrap_or_default();
            recipes(&text, &names)
        }
        "just" => {
            let text = ["justfile", "Justfile", ".justfile"].into_iter().find_map(read).unwrap_or_default();
            recipes(&text, &names)
        }
        "npm" | "yarn" | "pnpm" | "bun" => {
            let name = names.iter().find(|name| !["run", "run-script", "workspaces"].contains(name));
            name.map(|name| package(&read("package.json").unwrap_or_default(), name)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

/// Returns the recipe lines of targets and of what they need; without a name of the first target.
fn recipes(text: &str, names: &[&str]) -> Vec<String> {
    let mut rules: Vec<(Vec<&str>, Vec<&str>, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        if line.starts_with(['\t', ' ']) {
            if let Some((_, _, lines)) = rules.last_mut() {
                lines.push(line.trim().trim_start_matches(['@', '-', '+']));
            }
        } else if let Some((head, needs)) = line.split_once(':').filter(|(head, rest)| {
            !head.starts_with(['#', '.']) && !assigns(head) && !rest.starts_with('=') && !head.trim().is_empty()
        }) {
            let (needs, inline) = needs.split_once(';').unwrap_or((needs, ""));
            let lines = Some(inline.trim()).filter(|line| !line.is_empty()).into_iter().collect();
            rules.push((head.split_whitespace().collect(), needs.split_whitespace().collect(), lines));
        }
    }
    let first = rules.first().and_then(|(heads, _, _)| heads.first().copied());
    let mut open: Vec<&str> = if names.is_empty() { first.into_iter().collect() } else { names.to_vec() };
    let (mut seen, mut lines) = (BTreeSet::new(), Vec::new());
    while let Some(name) = open.pop() {
        if !seen.insert(name) {
            continue;
        }
        for (_, needs, own) in rules.iter().filter(|(heads, _, _)| heads.contains(&name)) {
            open.extend(needs);
            lines.extend(own.iter().map(|line| (*line).to_owned()));
        }
    }
    lines
}

/// Tells whether a line sets a variable; a parameter of a target of just may have a default all the same.
fn assigns(head: &str) -> bool {
    let mut words = head.split_whitespace();
    let name = words.next().unwrap_or_default();
    let sign = words.next().unwrap_or_default();
    name.contains('=') || ["=", "?=", "+=", "!="].iter().any(|sets| sign.starts_with(sets))
}

/// Returns the lines of a script of `package.json`, with those that run before and after it.
fn package(text: &str, name: &str) -> Vec<String> {
    let name = if name == "t" { "test" } else { name };
    let Ok(package) = serde_json::from_str::<serde_json::Value>(text) else { return Vec::new() };
    let line = |name: String| package["scripts"][name].as_str().map(str::to_owned);
    [format!("pre{name}"), name.to_owned(), format!("post{name}")].into_iter().filter_map(line).collect()
}

fn is_shell(path: &str, text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    let end = path.rsplit('/').next().unwrap_or_default().rsplit_once('.').map(|(_, end)| end);
    matches!(end, Some("sh" | "bash" | "bats")) || first.starts_with("#!") && first.trim_end().ends_with("sh")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &str) -> Option<String> {
        let text = match path {
            "Makefile" => {
                "CC = cc\n.PHONY: test\nall: test\n\ntest: lint unit\n\t@sh ci/test.sh\n\nlint:\n\tpython3 -m tools.lint src\n\nunit: ; ./ci/unit --all\n\nserve:\n\tpython serve.py\n"
            }
            "justfile" => "check arg='x': build\n    bash ci/just.sh {{arg}}\n\nbuild:\n    echo ci/named.sh\n",
            "package.json" => {
                r#"{"scripts": {"pretest": "node ci/pre.js", "test": "npm run unit && ./ci/unit", "unit": "FOO=1 tsx ci/unit.ts", "dev": "node dev.js"}}"#
            }
            "ci/test.sh" => "#!/bin/sh\nset -e\n# sh ci/never.sh\nif true; then ci/deep; fi\necho ci/named.sh\n",
            "ci/deep" => "#!/usr/bin/env bash\n. ci/lib.sh\nsh ci/deep\n",
            "ci/lib.sh" | "ci/unit" | "ci/pre.js" | "ci/unit.ts" | "tools/lint.py" | "ci/just.sh" | "ci/named.sh"
            | "ci/never.sh" | "serve.py" | "dev.js" | "src" => "",
            _ => return None,
        };
        Some(text.to_owned())
    }

    fn found(line: &str) -> Vec<String> {
        scripts(&[line.to_owned()], &read).into_iter().collect()
    }

    #[test]
    fn targets_scripts_and_what_they_run_are_followed_and_no_others() {
        let make = ["ci/deep", "ci/lib.sh", "ci/test.sh", "ci/unit", "tools/lint.py"];
        assert_eq!(found("make -s test"), make);
        assert_eq!(found("cd . && make V=1"), make, "the first target");
        assert_eq!(found("make lint"), ["tools/lint.py"]);
        assert_eq!(found("just check"), ["ci/just.sh"]);
        assert_eq!(found("npm test"), ["ci/pre.js", "ci/unit", "ci/unit.ts"]);
        assert_eq!(found("yarn unit"), ["ci/unit.ts"]);
        assert_eq!(found("MODE=x sh -e ./ci/test.sh"), ["ci/deep", "ci/lib.sh", "ci/test.sh"]);
        assert_eq!(found("cargo test && pytest -q"), [""; 0]);
        let lines = reached(&["make lint".to_owned()], &read);
        assert_eq!(lines, ["make lint", "python3 -m tools.lint src"]);
    }
}
