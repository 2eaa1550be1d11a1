//! Imports: relative, rooted, once, never in a circle.

use serde_json::json;

use crate::fixture::{Project, error_of, marked};

const MAIN: &str = "import \"b\" as b;\nfn main() { b::f() }\n";

#[test]
fn a_circle_is_named_and_not_followed() {
    let project = Project::new(&[
        ("a.rhai", MAIN),
        ("b.rhai", "import \"c\" as c;\nfn f() { c::f() }\n"),
        ("c.rhai", "import \"b\" as b;\nfn f() { b::f() }\n"),
    ]);
    let error = project.run("a.rhai", &json!({})).unwrap_err();
    assert_eq!(error.message, "import cycle: b.rhai → c.rhai → b.rhai");
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    for path in ["../x", "/etc/x", "b/../../x", ""] {
        let error = error_of(&format!("import \"{path}\" as x;\nfn main() {{}}\n"));
        assert_eq!(error.message, format!("cannot import `{path}`"));
    }
}

#[test]
fn a_missing_file_and_one_that_cannot_be_read_are_told_apart() {
    let error = error_of("import \"wrods\" as words;\nfn main() {}\n");
    assert_eq!(error.message, "there is no module `wrods`");
    assert!(error.help.unwrap().contains("did you mean `words`?"));
    let project = Project::new(&[("a.rhai", MAIN), ("b.rhai/x", "")]);
    let error = project.run("a.rhai", &json!({})).unwrap_err();
    assert!(error.message.contains("it is not a regular file"), "{}", error.message);
}

#[test]
fn modules_import_beside_themselves_and_are_made_once() {
    let project = Project::new(&[
        ("a.rhai", "import \"lib/one\" as one;\nimport \"lib/two\" as two;\nfn main() { one::f() + two::f() }\n"),
        ("lib/one.rhai", "import \"two\" as two;\nfn f() { two::f() + 1 }\n"),
        ("lib/two.rhai", "fn f() { 20 }\n"),
    ]);
    assert_eq!(project.run("a.rhai", &json!({})).unwrap().exit_code, 41);
}

#[test]
fn an_error_in_a_module_has_the_place_there_and_the_import_as_second() {
    let project = Project::new(&[("a.rhai", MAIN), ("b.rhai", "fn f() {\n    let x = ;\n}\n")]);
    let error = project.run("a.rhai", &json!({})).unwrap_err();
    assert_eq!(error.findings[0].name, "b.rhai");
    assert_eq!(marked(&error.findings[0]), ";");
    assert_eq!(error.findings[1].name, "a.rhai");
    assert_eq!(error.findings[1].problems[0].message, "imported from here");
}

#[test]
fn the_standard_library_is_there_by_its_bare_name_and_a_file_beside_wins() {
    let script =
        "import \"words\" as words;\nfn main() { if words::count(2, \"PRP\") == \"2 PRPs\" { 7 } else { 8 } }\n";
    let project = Project::new(&[("a.rhai", script)]);
    assert_eq!(project.run("a.rhai", &json!({})).unwrap().exit_code, 7);
    let project = Project::new(&[("a.rhai", script), ("words.rhai", "fn count(n, noun) { \"mine\" }\n")]);
    assert_eq!(project.run("a.rhai", &json!({})).unwrap().exit_code, 8);
}
