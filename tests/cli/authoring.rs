//! What authors work with: tests with filter, report and coverage, modules of their own, questions to agents.

use crate::support::Test;

const COMMAND: &str = "const ABOUT = \"x\";\n\nfn main(args) {\n    grade(7)\n}\n\nfn grade(points) {\n    if points > 5 {\n        return \"good\";\n    }\n    let word = \"bad\";\n    [1].map(|n| word + n)[0]\n}\n";

const TESTS: &str = "import \"grade\" as command;\n\nfn test_good() {\n    assert_eq(command::grade(6), \"good\");\n}\n\nfn test_lists() {\n    assert_eq(#{ names: [\"a-rather-long-name\", \"b\", \"c\"], more: \"something else\" }, #{ names: [\"a-rather-long-name\", \"x\", \"c\"], more: \"something else\" });\n}\n";

fn project() -> Test {
    let test = Test::new();
    test.write(".ce/commands/grade.rhai", COMMAND);
    test.write(".ce/commands/grade.test.rhai", TESTS);
    test
}

#[test]
fn a_filter_chooses_tests_a_report_has_all_and_coverage_names_the_lines_that_are_left() {
    let test = project();
    let output = test.run(["test", "--filter", "good", "--coverage", "--junit", "out.xml"]).expect_code(0);
    assert!(output.stdout.contains("1 test, 0 failed"), "{}", output.stdout);
    // `main`, the two lines after the `if`, and the closure in the second of them.
    assert!(output.stdout.contains("40.0 %  .ce/commands/grade.rhai  not: 4, 11-12"), "{}", output.stdout);
    assert!(test.read("out.xml").contains("<testsuite name=\".ce/commands/grade.test.rhai\" tests=\"1\""));
    test.run(["test", "--filter", "nothing"]).expect_code(4).expect_stderr("no test has `nothing`");
    let json = test.run(["--json", "test", "--filter", "good", "--coverage"]).expect_code(0).stdout;
    let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap_or_default()).expect("JSON");
    assert_eq!(last["coverage"][0]["missed"], serde_json::json!([4, 11, 12]));
}

#[test]
fn a_failing_test_shows_its_line_and_the_difference() {
    let output = project().run(["test"]).expect_code(6);
    for text in ["grade.test.rhai:8:", "- is expected, + is there", "- \"x\"", "+ \"b\""] {
        assert!(output.stdout.contains(text), "no {text:?} in\n{}", output.stdout);
    }
}

#[test]
fn tests_run_again_when_a_script_changes() {
    use std::io::{BufRead, BufReader};
    let test = project();
    let mut command = test.command(["test", "--watch", "--filter", "good"]);
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut until = |text: &str| lines.by_ref().map_while(Result::ok).any(|line| line.contains(text));
    assert!(until("1 test, 0 failed") && until("waiting for a change"));
    test.write(".ce/commands/grade.rhai", COMMAND.replace("return \"good\"", "return \"fine\""));
    assert!(until("1 test, 1 failed"));
    child.kill().expect("it ends");
    child.wait().expect("it ends");
}

#[test]
fn a_module_of_the_project_takes_the_place_of_the_built_in_one() {
    let test = Test::with_git();
    test.run(["list", "--modules"]).expect_code(0).expect_stdout("built-in:stdlib/phases.rhai");
    test.run(["api", "words"]).expect_code(0).expect_stdout("fn count(number, noun)");
    test.run(["eject", "words"]).expect_code(0).expect_stdout("wrote .ce/stdlib/words.rhai");
    test.run(["eject", "phasses"]).expect_code(2).expect_stderr("did you mean `phases`?");
    test.run(["list", "--modules"]).expect_code(0).expect_stdout("(.ce/stdlib/words.rhai)");
    test.run(["check"]).expect_code(0);
    // The built-in commands use it too.
    test.write(".ce/stdlib/select.rhai", "//! Nothing is chosen.\n");
    let output = test.run(["exe", "--batch", "1", "--dry-run", "--agent", "fake"]);
    assert!(output.code != 0 && output.stderr.contains("select"), "{}", output.stderr);
}

#[test]
fn main_asks_an_agent_and_makes_items_of_its_answer() {
    let test = Test::with_git();
    test.write(
        ".ce/commands/split.rhai",
        r#"const ABOUT = "Split a task";

fn main(args) {
    let parts = agent::ask("executor", #{
        prompt: "Which parts does the task have?",
        schema: #{ type: "array", items: #{ type: "object", required: ["id"] } },
    });
    print(`${git::head().branch} ${git::branches()} ${parts.len()} parts`);
    dag::analyze(parts).run(#{}, |part| {
        event::progress(50, "half of it");
        files::write(`out/${part.id}.md`, part.title);
        outcome::completed()
    })
}
"#,
    );
    test.write(
        "fake.json",
        r#"{ "items": { "ask": { "do": "succeed", "text": "Two:\n```json\n[{\"id\": \"a\", \"title\": \"A\"}, {\"id\": \"b\", \"title\": \"B\"}]\n```" } } }"#,
    );
    test.commit("all");
    let script = test.path("fake.json").display().to_string();
    let test = test.env("BATCHPRP_FAKE", script);
    let output = test.run(["split", "--agent", "fake"]).expect_code(0);
    assert!(format!("{}{}", output.stdout, output.stderr).contains("2 parts"), "{}", output.stdout);
    assert_eq!((test.read("out/a.md"), test.read("out/b.md")), ("A".to_owned(), "B".to_owned()));
    test.write("fake.json", r#"{ "items": { "ask": { "do": "succeed", "text": "no idea" } } }"#);
    let output = test.run(["split", "--agent", "fake"]).expect_code(6);
    assert!(output.stderr.contains("does not fit the schema"), "{}", output.stderr);
}
