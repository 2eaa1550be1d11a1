//! The help of the whole program: commands by what people want to do, and examples.

use std::fmt::Write as _;

use clap::Command;

/// A heading and the commands below it, in the order in which they are needed.
const GROUPS: [(&str, &[&str]); 5] = [
    ("Work", &["gen", "review", "exe", "land", "pr", "context-update", "graph", "inspect", "run"]),
    ("Follow", &["status", "watch", "dashboard", "logs", "runs", "report", "analyze", "trend", "replay"]),
    ("Steer", &["stop", "take", "give", "approve", "resolve", "shell", "clean"]),
    ("Author", &["new", "list", "check", "test", "api", "eject", "repl", "lsp"]),
    ("Set up", &["init", "doctor", "agents", "executors", "config", "notify", "demo", "completions", "man"]),
];

const OWN: &str = "Further commands";

const EXAMPLES: [(&str, &str); 6] = [
    ("batchprp demo", "see the whole job in seconds, without a model"),
    ("batchprp new plan", "write a plan to start from"),
    ("batchprp gen PLAN.md", "turn a plan into PRPs"),
    ("batchprp exe --batch 1 --dry-run", "see what would run, and why in this order"),
    ("batchprp exe --batch 1", "carry the batch out; the same line goes on after a stop"),
    ("batchprp status", "see what runs, from any terminal"),
];

/// Gives the program its help; all subcommands are there already.
pub fn grouped(root: Command) -> Command {
    let about = root.get_about().map(ToString::to_string).unwrap_or_default();
    let mut help = format!("{about}\n\nUsage: batchprp COMMAND [OPTIONS]\n");
    let known: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    for (heading, names) in GROUPS {
        section(&mut help, heading, names.iter().filter_map(|name| root.find_subcommand(name)));
    }
    let others = root.get_subcommands().filter(|command| !known.contains(&command.get_name()));
    section(&mut help, OWN, others);
    help += "\nExamples:\n";
    for (line, what) in EXAMPLES {
        writeln!(help, "  {line:<34} {what}").ok();
    }
    help += "\nOptions of every command:\n";
    for arg in root.get_arguments() {
        let long = arg.get_long().map(|long| format!("--{long}")).unwrap_or_default();
        let short = arg.get_short().map_or("    ".to_owned(), |short| format!("-{short}, "));
        let value = arg.get_value_names().filter(|_| arg.get_action().takes_values());
        let value = value.and_then(|names| names.first()).map(|name| format!(" {name}")).unwrap_or_default();
        let what = arg.get_help().map(ToString::to_string).unwrap_or_default();
        writeln!(help, "  {:<28} {what}", format!("{short}{long}{value}")).ok();
    }
    help += "  -h, --help                   Print help, also of a command: batchprp exe --help\n";
    help += "  -V, --version                Print the version\n";
    root.override_help(help)
}

fn section<'a>(help: &mut String, heading: &str, commands: impl Iterator<Item = &'a Command>) {
    let mut lines = String::new();
    for command in commands {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        writeln!(lines, "  {:<16} {}", command.get_name(), about.lines().next().unwrap_or_default()).ok();
    }
    if !lines.is_empty() {
        write!(help, "\n{heading}:\n{lines}").ok();
    }
}
