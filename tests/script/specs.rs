//! Descriptions of commands, the look-up of commands, the author's kit, the reference.

use batchprp::script::kit;
use batchprp::script::search::ScriptOrigin;
use batchprp::script::spec::ArgType;
use serde_json::json;

use crate::fixture::{Project, pass};

const TRIAGE: &str = r#"//! Sorts things.
const ABOUT = "Sort things";
const ARGS = #{
    zone: #{ type: "text", required: true, value: "NAME", help: "Where", choices: ["north", "south"] },
    batch: #{ type: "int", short: "b", initial: -1 },
    jobs: #{ type: "float", initial: 2 },
    wait: #{ type: "duration", initial: "90m" },
};
fn main(args) { 0 }
"#;

#[test]
fn arguments_are_read_in_their_order_without_running_anything() {
    let project = Project::new(&[("triage.rhai", TRIAGE)]);
    let host = project.host();
    let spec = host.spec(&host.load("triage.rhai").unwrap()).unwrap();
    assert_eq!(spec.about.as_deref(), Some("Sort things"));
    assert_eq!(spec.doc, "Sorts things.");
    let own: Vec<(&str, ArgType)> = spec.args.iter().take(4).map(|arg| (arg.name.as_str(), arg.kind)).collect();
    assert_eq!(
        own,
        [("zone", ArgType::Text), ("batch", ArgType::Int), ("jobs", ArgType::Float), ("wait", ArgType::Duration)]
    );
    assert_eq!(spec.args[0].choices, ["north", "south"]);
    assert_eq!(spec.args[1].initial, Some(json!(-1)));
    assert_eq!(spec.args.iter().filter(|arg| arg.name == "jobs").count(), 1, "the command's own entry wins");
    assert!(spec.args.iter().any(|arg| arg.name == "agent"), "common flags are added");
}

#[test]
fn wrong_descriptions_are_refused_with_all_their_places() {
    let script =
        "const ARGS = #{ a: #{ type: \"int\", initial: \"x\" }, b: #{ typ: \"int\" }, c: 3 };\nfn main(args) {}\n";
    let project = Project::new(&[("x.rhai", script)]);
    let host = project.host();
    let error = host.spec(&host.load("x.rhai").unwrap()).unwrap_err();
    let messages: Vec<&str> = error.findings[0].problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "`initial` of `a` does not have its type",
            "argument `b` has an unknown key `typ`",
            "argument `b` has no `type`",
            "argument `c` is not a literal map"
        ]
    );
}

#[test]
fn the_projects_own_command_wins_and_says_what_it_shadows() {
    let project = Project::new(&[(".ce/commands/exe.rhai", TRIAGE), (".ce/commands/exe.test.rhai", "")]);
    let search = project.search();
    let exe = search.find("exe").unwrap();
    assert_eq!(exe.origin, ScriptOrigin::Project);
    assert_eq!(exe.shadows.len(), 1);
    assert_eq!(exe.shadows[0].0, ScriptOrigin::BuiltIn);
    assert_eq!(search.find("commands/exe.rhai").unwrap().origin, ScriptOrigin::BuiltIn);
    assert!(search.list().iter().all(|found| !found.name.contains("test")));
    let error = search.find("exce").unwrap_err();
    assert_eq!(error.help.as_deref(), Some("did you mean `exe`?"));
}

#[test]
fn a_path_wins_over_everything() {
    let project = Project::new(&[("commands/exe.rhai", TRIAGE)]);
    assert_eq!(project.search().find("commands/exe.rhai").unwrap().origin, ScriptOrigin::Given);
    assert_eq!(project.search().find("exe").unwrap().origin, ScriptOrigin::BuiltIn);
}

#[test]
fn a_new_command_is_sound_and_its_tests_pass() {
    let project = Project::new(&[]);
    let folder = project.path(".ce/commands");
    let paths = kit::new_command(&folder, "triage").unwrap();
    assert_eq!(paths.len(), 2);
    for path in [".ce/commands/triage.rhai", ".ce/commands/triage.test.rhai"] {
        let report = project.check(path);
        assert!(report.problems.is_empty(), "{:#?}", report.problems);
    }
    let results = project.test(".ce/commands/triage.test.rhai");
    assert_eq!(results.len(), 2);
    for result in results {
        assert!(result.error.is_none(), "{}: {:#?}", result.name, result.error);
    }
    assert!(kit::new_command(&folder, "triage").is_err(), "never over a file that is there");
    assert!(kit::new_command(&folder, "../x").is_err());
}

#[test]
fn an_ejected_command_is_the_built_in_one() {
    let project = Project::new(&[]);
    kit::eject(project.folder.path(), "exe").unwrap();
    let host = project.host();
    let script = host.load("exe").unwrap();
    assert_eq!(script.source, ".ce/commands/exe.rhai");
    assert!(host.spec(&script).is_ok());
    assert!(project.check(".ce/commands/exe.rhai").ok());
    assert_eq!(kit::eject(project.folder.path(), "ex").unwrap_err().help.unwrap(), "did you mean `exe`?");
}

#[test]
fn a_failing_test_tells_where_and_what() {
    let text = "fn test_sum() {\n    assert_eq(1 + 1, 3);\n}\nfn test_fine() {}\nfn helper() {}\n";
    let results = Project::new(&[("x.test.rhai", text)]).test("x.test.rhai");
    let names: Vec<&str> = results.iter().map(|result| result.name.as_str()).collect();
    assert_eq!(names, ["test_sum", "test_fine"]);
    let error = results[0].error.as_ref().unwrap();
    assert_eq!(error.message, "expected 3, got 2");
    assert_eq!(error.findings[0].problems[0].span.clone().map(|span| &text[span]), Some("assert_eq"));
}

#[test]
fn every_function_is_documented_with_an_example() {
    let host = Project::new(&[]).host();
    let reference = host.reference();
    let bad: Vec<&str> = reference
        .functions
        .iter()
        .filter(|f| !f.name.ends_with("to_string") && !f.name.ends_with("to_debug"))
        .filter(|f| f.doc.is_empty() || !f.property && !f.doc.contains("```rhai"))
        .filter(|f| !f.doc.starts_with("Deprecated since"))
        .map(|f| f.name.as_str())
        .collect();
    assert!(bad.is_empty(), "{bad:?}");
    let select = reference.find("prp::select");
    assert_eq!(select[0].signature(), "prp::select(options: map) -> array");
    assert_eq!(reference.find("Dag.run")[0].signature(), "Dag.run(options: map, recipe: closure) -> Closed");
    assert_eq!(reference.find("Prp.id")[0].signature(), "Prp.id -> text");
    let text = reference.markdown();
    assert!(!text.contains("::plugin") && !text.contains("alloc::"), "Rust types leak");
    assert!(host.definitions().iter().all(|(_, text)| !text.contains("Thrown<") && !text.contains("-> ?")));
    assert!(host.definitions().iter().any(|(name, text)| name.contains("prp") && text.contains("fn select")));
}

#[test]
fn every_example_of_the_reference_compiles() {
    let project = Project::new(&[]);
    let host = project.host();
    for function in &host.reference().functions {
        let Some((_, rest)) = function.doc.split_once("```rhai\n") else { continue };
        let code = rest.split("```").next().unwrap();
        // An example may use what its reader has at hand: every name that it does not make itself is given.
        let mut given = String::new();
        let report = loop {
            let script = format!("import \"phases\" as phases;\nfn example({given}) {{\n{code}\n}}\n");
            std::fs::write(project.path("example.rhai"), script).unwrap();
            let report = project.check("example.rhai");
            let unknown =
                report.problems.iter().find_map(|problem| problem.message.strip_prefix("there is no variable `"));
            match unknown.map(|name| name.trim_end_matches('`')) {
                Some(name) => given = format!("{given}{name}, "),
                None => break report,
            }
        };
        assert!(report.ok(), "{}: {:#?}\n{code}", function.name, report.problems);
    }
}

#[test]
fn an_example_that_shows_what_it_prints_prints_that() {
    let project = Project::new(&[]);
    let host = project.host();
    let reference = host.reference();
    let mut shown = 0;
    for function in &reference.functions {
        let Some((_, rest)) = function.doc.split_once("```rhai\n") else { continue };
        let code = rest.split("```").next().unwrap();
        let lines: Vec<&str> = code.lines().filter_map(|line| Some(line.split_once("// → ")?.1)).collect();
        if lines.is_empty() {
            continue;
        }
        shown += 1;
        let wanted = serde_json::to_string(&lines.join("\n")).unwrap();
        pass(&format!(
            "{code}\nlet told = \"\";\nfor note in fake::notes() {{ told += note + \"\\n\"; }}\nassert_eq(told, {wanted} + \"\\n\");"
        ));
    }
    assert!(shown >= 25, "{shown}");
}
