//! Ten ways to fail: within the first ten lines a person reads what happened and what to type next.

use super::project::{Project, Ran};

/// A way to fail, and what its first ten lines have to hold.
struct Way {
    name: &'static str,
    ran: Ran,
    project: Project,
    cause: &'static str,
    next: &'static str,
}

/// One PRP of one phase, with further configuration.
fn one(configuration: &str) -> Project {
    let project = Project::new();
    project.configure(&format!("[run]\nretries = 0\n{configuration}"));
    project.prp("PRP-1.1.1", &[], &[], 1).commit("PRPs");
    project
}

/// Runs the batch with an agent that does what it is told by shell lines.
fn sabotaged(configuration: &str, lines: &str, flags: &[&str]) -> (Project, Ran) {
    let project = one(configuration);
    project.sabotage("PRP-1.1.1", 1, lines);
    let ran = project.run(&[&["-q", "exe", "--batch", "1"], flags].concat());
    (project, ran)
}

/// Runs the batch with the scripted agent.
fn faked(steps: &str, flags: &[&str]) -> (Project, Ran) {
    let project = one("");
    let file = project.tools().join("fake.json");
    std::fs::write(&file, format!(r#"{{"items": {{"PRP-1.1.1": {steps}}}}}"#)).expect("a script");
    let arguments = [&["-q", "exe", "--batch", "1", "--agent", "fake"], flags].concat();
    let ran = project.run_with(&arguments, &[("BATCHPRP_FAKE", file.as_os_str())]);
    (project, ran)
}

/// Two items change one file that neither declares.
fn clash(configuration: &str) -> (Project, Ran) {
    let project = Project::new();
    project.configure(&format!("[run]\nretries = 0\n[guard]\nforeign_file = \"note\"\n{configuration}"));
    project.prp("PRP-1.1.1", &[], &["a.txt"], 1).prp("PRP-1.1.2", &[], &["b.txt"], 1).commit("PRPs");
    let begun = project.tools().join("begun").display().to_string();
    // Both start from the same commit, and the second one is merged later.
    let first = format!("until [ -e {begun} ]; do sleep 0.05; done; echo new > a.txt; echo one > $SHARED");
    // Merges are in the project, not in the repository of an item.
    let project_git = project.root().join(".git").display().to_string();
    let merged = format!("git --git-dir={project_git} rev-parse -q --verify prp-1^2 >/dev/null");
    let second = format!("touch {begun}; until {merged}; do sleep 0.05; done; echo old > b.txt; echo two > $SHARED");
    let shared = if configuration.is_empty() { "shared.txt" } else { "/dev/null" };
    project.sabotage("PRP-1.1.1", 1, &format!("SHARED={shared}; {first}"));
    project.sabotage("PRP-1.1.2", 1, &format!("SHARED={shared}; {second}"));
    let ran = project.run(&["-q", "exe", "--batch", "1", "--jobs", "2"]);
    (project, ran)
}

fn ways() -> Vec<Way> {
    let way = |name, (project, ran): (Project, Ran), cause, next| Way { name, ran, project, cause, next };
    let checks = "next: batchprp logs RUN PRP-1.1.1 --checks";
    let check = "[validate]\nl2 = [\"echo 'app.py:1: unused import'; echo 'found 1 error' >&2; exit 3\"]\n";
    let together = "[git]\nvalidate_merge = true\n[validate]\ngates = \"ignore\"\nl3 = [\"! { grep -q new a.txt && grep -q old b.txt; } 2>/dev/null\"]\n";
    let silent = "startup = \"30s\"\nsilence = \"1s\"\ngrace = \"1s\"\n";
    let dots = "while :; do echo .; sleep 0.2; done";
    let missing = {
        let project = one("");
        let config = project.read(".ce/batchprp.toml").replace("argv = [\"sh\",", "argv = [\"no-such-agent\",");
        project.write(".ce/batchprp.toml", &config);
        let ran = project.run(&["-q", "exe", "--batch", "1"]);
        (project, ran)
    };
    vec![
        way("check_red", sabotaged(check, "", &[]), "app.py:1: unused import", checks),
        way(
            "agent_crash",
            sabotaged("", "echo 'boom: no key in the keychain' >&2; exit 3", &[]),
            "boom: no key in the keychain",
            "next: batchprp logs RUN PRP-1.1.1 --stderr",
        ),
        way(
            "silence",
            sabotaged(silent, "echo hello; sleep 60", &[]),
            "no sign of life",
            "batchprp logs RUN PRP-1.1.1",
        ),
        way("time_out", sabotaged("", dots, &["--timeout", "2s"]), "took too long", "batchprp logs RUN PRP-1.1.1"),
        way("no_evidence", sabotaged("", "exit 0", &[]), "nothing changed", "batchprp logs RUN PRP-1.1.1"),
        way("conflict", clash(""), "shared.txt", "next: batchprp resolve PRP-1.1.2"),
        way("refused_merge", clash(together), "fails together with PRP-1.1.1", "batchprp logs RUN PRP-1.1.2 --checks"),
        way("quota", faked(r#"[{"do": "limit", "seconds": 7200}]"#, &[]), "usage limit of fake", "exe --batch 1"),
        way(
            "budget",
            faked(
                r#"[{"do": "usage", "input": 900, "output": 200}, {"do": "sleep", "seconds": 1}]"#,
                &["--max-tokens", "1000"],
            ),
            "1100 of 1000 tokens",
            "exe --batch 1",
        ),
        way("missing_program", missing, "no-such-agent", "help:"),
    ]
}

#[test]
fn the_first_ten_lines_name_the_cause_and_the_next_command() {
    for Way { name, ran, project, cause, next } in ways() {
        let said = redacted(&format!("{}{}", ran.stderr, ran.stdout), &project);
        let first = said.lines().take(10).collect::<Vec<_>>().join("\n");
        assert_ne!(ran.code, Some(0), "{name}: {said}");
        assert!(first.contains(cause) && first.contains(next), "{name}: no {cause:?} or {next:?} in\n{said}");
        insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
            insta::assert_snapshot!(name, first);
        });
    }
}

#[test]
fn what_checks_and_agents_said_is_found_again_by_the_command_that_was_named() {
    let check = "[validate]\nl2 = [\"seq 1 200; exit 3\"]\n";
    let (project, ran) = sabotaged(check, "echo 'a word of the agent' >&2", &[]);
    let ran = ran.says("[184 more lines]").says("whole output: .ce/tmp/runs/");
    assert!(ran.stdout.contains("next: batchprp logs") && !ran.stdout.contains("\n    100\n"), "{}", ran.stdout);
    let whole = project.run(&["logs", "latest", "1.1.1", "--checks"]).exits(0);
    let lines: Vec<&str> = whole.stdout.lines().filter(|line| line.parse::<u32>().is_ok()).collect();
    // It ran once more after the agent had been told what it found.
    assert_eq!(lines.len(), 2 * 200, "{}", whole.stdout);
    whole.says("$ seq 1 200; exit 3").says("ended with exit code 3");
    project.run(&["logs", "PRP-1.1.1", "--stderr"]).exits(0).says("a word of the agent");
    project.run(&["logs", "PRP-1.1", "--prompt"]).exits(0).says("Do part 1.");
    project.run(&["logs", "latest:exe", "1.1.1", "--diff"]).exits(0).says("+phase 1");
    project.run(&["logs", "--checks"]).exits(2).says("PRP-1.1.1");
    project.run(&["logs", "latest:gen"]).exits(4).says("there is no run `latest:gen`");
    project.run(&["runs"]).exits(0).says("ended with 10");
    project.run(&[]).exits(0).says("Batch 1: unfinished: 1 partial").says("exe --batch 1");
}

/// Takes out what differs from run to run.
fn redacted(text: &str, project: &Project) -> String {
    let mut text = text.to_owned();
    let runs = std::fs::read_dir(project.root().join(".ce/tmp/runs")).into_iter().flatten().flatten();
    for run in runs {
        text = text.replace(&run.file_name().to_string_lossy().into_owned(), "RUN");
    }
    let home = project.root().parent().expect("a home").display().to_string();
    text = text.replace(&home, "HOME");
    let line = |line: &str| {
        let indent = &line[..line.len() - line.trim_start().len()];
        // Columns are as wide as the times in them, and "1h 59m" becomes "2h" at the turn of a second.
        let words = line.split_whitespace().map(word).collect::<Vec<_>>().join(" ");
        format!("{indent}{}\n", words.replace("TIME TIME", "TIME"))
    };
    text.lines().map(line).collect()
}

/// Replaces a time, or how much faster something was.
fn word(word: &str) -> String {
    let bare = word.trim_matches(['(', ')', ',', ':', ';']);
    let number = bare.strip_suffix('s').or_else(|| bare.strip_suffix('m')).or_else(|| bare.strip_suffix('h'));
    let is_time = number.is_some_and(|number| number.parse::<f64>().is_ok());
    let is_date = bare.len() > 18 && bare.ends_with('Z') && bare.starts_with("20");
    let is_factor = bare.strip_suffix('×').is_some_and(|number| number.parse::<f64>().is_ok());
    match (is_time || is_date, is_factor) {
        (true, _) => word.replace(bare, "TIME"),
        (false, true) => word.replace(bare, "FACTOR"),
        (false, false) => word.to_owned(),
    }
}
