//! Scripts as subcommands: found, listed, described, completed, with real flags.

use super::support::Test;

const HELLO: &str = "//! Says hello to somebody.\n\nconst ABOUT = \"Greet\";\nconst ARGS = #{ name: #{ type: \"text\", required: true, help: \"Whom to greet\" } };\n\nfn main(args) { 0 }\n";

#[test]
fn the_built_in_commands_are_listed_and_have_help() {
    let test = Test::new();
    let list = test.run(["list"]).expect_code(0).stdout;
    for name in ["gen", "exe", "review", "context-update"] {
        assert!(list.lines().any(|line| line.starts_with(name)), "no {name} in {list}");
    }
    let help = test.run(["exe", "--help"]).expect_code(0).stdout;
    for flag in ["--batch", "--prps", "--jobs", "--max-parallel", "--dry-run", "--json", "--allow-red"] {
        assert!(help.contains(flag), "no {flag} in {help}");
    }
    assert!(!help.contains("BATCHPRP_"), "the names of variables have a page of their own: {help}");
    for same in [["run", "exe", "-h"], ["run", "commands/exe.rhai", "-h"]] {
        test.run(same).expect_code(0).expect_stdout("--barrier");
    }
    test.run(["--help"]).expect_code(0).expect_stdout("context-update");
}

#[test]
fn unknown_words_flags_and_values_are_usage() {
    let test = Test::new();
    test.run(["exee", "--batch", "1"]).expect_code(2).expect_stderr("exe");
    test.run(["run", "exee"]).expect_code(2).expect_stderr("exe");
    test.run(["run", "gone/x.rhai"]).expect_code(2).expect_stderr("gone/x.rhai");
    test.run(["run"]).expect_code(2).expect_stderr("SCRIPT");
    test.run(["exe", "--bath", "1"]).expect_code(2).expect_stderr("--batch");
    test.run(["exe", "--batch", "many"]).expect_code(2).expect_stderr("many");
    test.run(["exe", "--batch", "1", "--jobs", "0"]).expect_code(2).expect_stderr("`--jobs`");
    test.run(["exe", "--batch", "1", "--timeout", "soon"]).expect_code(2).expect_stderr("not a duration");
    test.run(["exe", "--batch", "1", "--on-conflict", "cry"]).expect_code(2).expect_stderr("park");
}

#[test]
fn a_script_of_the_team_is_a_command_without_a_rebuild() {
    let test = Test::new();
    test.write(".ce/commands/hello.rhai", HELLO);
    test.write(".ce/commands/exe.rhai", HELLO);
    let list = test.run(["list"]).expect_code(0).stdout;
    assert!(
        list.contains("hello") && list.contains("Greet") && list.contains("shadows built-in:commands/exe.rhai"),
        "{list}"
    );
    test.run(["hello", "--help"]).expect_code(0).expect_stdout("Whom to greet");
    test.run(["hello"]).expect_code(2).expect_stderr("--name");
    test.run(["run", ".ce/commands/hello.rhai", "--nmae", "x"]).expect_code(2).expect_stderr("--name");
    // A given folder wins over the project.
    test.write("extra/hello.rhai", HELLO.replace("Greet", "Wave"));
    test.run(["--script-dir", "extra", "list"]).expect_code(0).expect_stdout("Wave");
    let json = test.run(["list", "--json"]).expect_code(0).json();
    assert!(
        json["commands"].as_array().is_some_and(|all| all.iter().any(|c| c["name"] == "hello" && c["usable"] == true))
    );
}

#[test]
fn a_broken_script_is_told_with_its_place_and_does_not_break_the_others() {
    let test = Test::new();
    test.write(".ce/commands/bad.rhai", "const ABOUT = \"x\";\nfn main(args) { let = }\n");
    test.run(["list"]).expect_code(0).expect_stdout("cannot be used").expect_stdout("context-update");
    test.run(["bad"]).expect_code(5).expect_stderr(".ce/commands/bad.rhai:2:");
    test.run(["--help"]).expect_code(0).expect_stdout("exe");
}

#[test]
fn the_shell_is_offered_commands_flags_and_values() {
    let test = Test::with_git();
    test.write("PRPs/feature-requests/PRP-47.2.1-auth.md", "");
    let offered = |words: &[&str]| {
        let mut command = test.command(["--", "batchprp"].iter().chain(words));
        command.env("BATCHPRP_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        command.env("_CLAP_IFS", "\n").env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "false");
        super::support::finished(&mut command).expect_code(0).stdout
    };
    assert!(offered(&["ex"]).lines().any(|word| word == "exe"));
    assert!(offered(&["exe", "--bat"]).contains("--batch"));
    assert!(offered(&["exe", "--batch", ""]).lines().any(|word| word == "47"));
    assert!(offered(&["exe", "--prps", "PRP-"]).contains("PRP-47.2.1"));
}

#[test]
fn an_author_gets_a_command_that_passes_its_own_test_and_check() {
    let test = Test::with_git();
    test.run(["new", "triage"]).expect_code(0).expect_stdout(".ce/commands/triage.rhai");
    test.run(["new", "triage"]).expect_code(12);
    test.run(["new", "../x"]).expect_code(2);
    test.run(["check", ".ce/commands"]).expect_code(0).expect_stdout("1 script checked, 0 with errors");
    test.run(["test"]).expect_code(0).expect_stdout("0 failed");
    test.run(["triage", "--help"]).expect_code(0).expect_stdout("--question");
    test.write(".ce/commands/triage.test.rhai", "//! T.\nfn test_wrong() { assert_eq(1, 2); }\n");
    test.run(["test"]).expect_code(6).expect_stdout("1 failed");
    test.write(".ce/commands/bad.rhai", "//! B.\nconst ABOUT = \"B\";\nfn main(args) { prp::laod(1) }\n");
    test.run(["check", ".ce/commands/bad.rhai"]).expect_code(6).expect_stdout("bad.rhai:3:");
    test.run(["check", "gone"]).expect_code(2);
    assert_eq!(Test::new().run(["test"]).code, 2, "there is no folder");
}

#[test]
fn built_in_scripts_pass_the_check_and_can_be_ejected() {
    let test = Test::new();
    test.run(["check"]).expect_code(0).expect_stdout("0 with errors");
    test.run(["eject", "exe"]).expect_code(0);
    test.run(["list"]).expect_code(0).expect_stdout("shadows built-in:commands/exe.rhai");
    test.run(["eject", "exee"]).expect_code(2).expect_stderr("exe");
}

#[test]
fn the_reference_tells_what_scripts_can_call() {
    let test = Test::new();
    test.run(["api"]).expect_code(0).expect_stdout("prp::select");
    test.run(["api", "prp::select"]).expect_code(0).expect_stdout("prp::select(");
    let json = test.run(["api", "prp", "--json"]).expect_code(0).json();
    assert!(json["functions"].as_array().is_some_and(|all| !all.is_empty()));
    test.run(["api", "prp::laod"]).expect_code(4);
    test.run(["api", "--definitions", "defs"]).expect_code(0);
    assert!(test.path("defs").read_dir().expect("a folder").count() > 0);
}
