//! Help, unknown words, streams.

use std::process::Stdio;

use super::support::Test;

#[test]
fn help_names_every_subcommand_and_version_is_printed() {
    let test = Test::new();
    let help = test.run(["--help"]).expect_code(0);
    for word in
        ["inspect", "status", "watch", "logs", "stop", "replay", "init", "doctor", "config", "completions", "man"]
    {
        assert!(help.stdout.lines().any(|line| line.trim_start().starts_with(word)), "no {word} in {}", help.stdout);
    }
    assert_eq!(test.run(["--version"]).expect_code(0).stdout, format!("batchprp {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn an_unknown_word_or_flag_is_usage_with_a_suggestion() {
    let test = Test::new();
    test.run(["statsu"]).expect_code(2).expect_stderr("status");
    test.run(["replay", "r", "--sped", "2"]).expect_code(2).expect_stderr("--speed");
    let error = test.run(["--json", "statsu"]).expect_code(2);
    let value: serde_json::Value = serde_json::from_str(&error.stderr).expect("one JSON object");
    assert_eq!(value["error"]["kind"], "usage");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let test = Test::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = test.command(["man"]).stdout(writer).stderr(Stdio::piped()).output().expect("the program");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[test]
fn every_command_has_a_manual_page() {
    let test = Test::new();
    test.run(["man"]).expect_code(0).expect_stdout("batchprp\\-exe(1)");
    test.run(["man", "exe"]).expect_code(0).expect_stdout(".TH batchprp-exe 1");
    test.run(["man", "exee"]).expect_code(2).expect_stderr("exe, gen");
    test.run(["man", "--out", "pages"]).expect_code(0);
    let page = std::fs::read_to_string(test.root().join("pages/batchprp-graph.1")).expect("a page");
    assert!(page.contains("critical") || page.contains("waits"), "{page}");
}

#[test]
fn another_folder_is_another_project() {
    let test = Test::new();
    test.write("inner/.ce/batchprp.toml", "[run]\njobs = 9\n");
    test.run(["-C", "inner", "config", "show"]).expect_code(0).expect_stdout("run.jobs = 9");
    test.run(["config", "show", "-C", "inner"]).expect_code(0).expect_stdout("run.jobs = 9");
    test.run(["-C", "nowhere", "config", "show"]).expect_code(2).expect_stderr("nowhere");
}

#[test]
fn inspect_shows_problems_in_place_and_fails_on_errors() {
    let test = Test::new();
    test.write("PRP-1.md", "---\nprp_id: PRP-1\ntitle: A\ndependencies: [PRP-1]\n---\n# PRP-1: A\n");
    let output = test.run(["inspect", "PRP-1.md"]).expect_code(5);
    assert!(output.stdout.contains("PRP-1.md:") && !output.stdout.contains('\x1b'), "{}", output.stdout);
    let json = test.run(["inspect", "PRP-1.md", "--json"]).expect_code(5).json();
    assert_eq!(json["id"], "PRP-1");
    test.run(["inspect", "missing.md"]).expect_code(5).expect_stderr("missing.md");
}

#[test]
fn the_completion_script_asks_the_program() {
    let test = Test::new();
    test.run(["completions", "bash"]).expect_code(0).expect_stdout("BATCHPRP_COMPLETE");
    test.run(["completions", "tcsh"]).expect_code(2).expect_stderr("bash");
}

#[test]
fn what_is_no_number_is_told_in_words_with_one_that_would_do() {
    let test = Test::with_git();
    for (args, says, help) in [
        (&["exe", "--batch", "x"][..], "`--batch <N>`: `x` is not a whole number", "such as `--batch 1`"),
        (&["land", "x"], "`[BATCH]`: `x` is not a whole number", "such as `1`"),
        (&["stop", "--batch", "-"], "`--batch <ID>`: `-` is not a whole number", "such as `--batch 1`"),
        (&["exe", "--batch", "1", "--max-cost", "much"], "is not a number", "such as `--max-cost 1.5`"),
    ] {
        test.run(args).expect_code(2).expect_stderr(says).expect_stderr(help);
    }
}
