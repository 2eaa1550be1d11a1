//! Errors name the right file, line and word.

use batchprp::error::ExitCode;
use serde_json::json;

use crate::fixture::{Project, error_of, marked};

#[test]
fn an_error_in_a_native_function_is_at_its_call() {
    let error = error_of("fn main() {\n\tlet e = \"é\"; prp::id(\"no id\");\n}\n");
    assert_eq!(error.message, "`no id` is not a PRP id");
    assert_eq!(error.code, ExitCode::InvalidInput);
    assert_eq!(marked(&error.findings[0]), "id");
}

#[test]
fn a_closure_that_a_module_runs_is_shown_where_it_was_written() {
    let lines = "\n".repeat(40);
    let project = Project::new(&[
        ("a.rhai", "import \"b\" as b;\nfn main() {\n    b::each([1], |x| x.wrong)\n}\n"),
        ("b.rhai", &format!("{lines}fn each(list, f) {{\n    for x in list {{ f.call(x); }}\n}}\n")),
    ]);
    let error = project.run("a.rhai", &json!({})).unwrap_err();
    assert_eq!(error.findings[0].name, "a.rhai", "{error:#?}");
    assert_eq!(marked(&error.findings[0]), "wrong");
    let files: Vec<&str> = error.findings.iter().map(|finding| finding.name.as_str()).collect();
    assert_eq!(files, ["a.rhai", "b.rhai", "a.rhai"]);
    assert_eq!(error.findings[1].problems[0].message, "while this ran its closure");
}

#[test]
fn each_frame_is_shown_from_the_error_outwards() {
    let error = error_of("fn inner(m) { m.btach }\nfn outer(m) { inner(m) }\nfn main() { outer(#{ batch: 1 }) }\n");
    assert_eq!(error.message, "there is no property `btach`");
    let told: Vec<&str> = error.findings.iter().map(|finding| finding.problems[0].message.as_str()).collect();
    assert_eq!(
        told,
        ["there is no property `btach`", "called `inner` from here", "called `outer` from here"],
        "{error:#?}"
    );
    assert_eq!(marked(&error.findings[2]), "outer");
}

#[test]
fn a_misspelled_function_gets_the_nearest_name() {
    let error = error_of("fn main() { prp::slect(#{}) }\n");
    assert_eq!(error.help.as_deref(), Some("did you mean `prp::select`?"), "{error:?}");
    let error = error_of("fn main() { prp::select(1, 2, 3) }\n");
    assert_eq!(error.help.as_deref(), Some("`prp::select` exists with other arguments: `batchprp api prp::select`"));
}

#[test]
fn a_misspelled_option_gets_the_nearest_name() {
    let error = error_of("fn main() { prp::select(#{ btach: 1 }) }\n");
    assert_eq!(error.message, "`prp::select` has no option `btach`");
    assert_eq!(error.help.as_deref(), Some("did you mean `batch`?"));
}

#[test]
fn what_a_script_throws_decides_the_exit_code() {
    let error = error_of("fn main() { throw failure::of(\"policy\", \"batch 7 exists\", \"add --overwrite\"); }\n");
    assert_eq!((error.code, error.message.as_str()), (ExitCode::Policy, "batch 7 exists"));
    assert_eq!(error.help.as_deref(), Some("add --overwrite"));
    assert_eq!(error_of("fn main() { throw \"no\"; }\n").code, ExitCode::CheckFailed);
    let error = error_of("fn main() { throw #{ kind: \"budget\", message: \"spent\" }; }\n");
    assert_eq!((error.code, error.message.as_str()), (ExitCode::Budget, "spent"));
}

#[test]
fn a_caught_failure_keeps_its_getters_and_survives_being_thrown_again() {
    let script = "fn main() {
    try { prp::select(#{ batch: 9 }) } catch (error) {
        if error.kind != \"nothing-matched\" || error.message == \"\" { return 1; }
        throw error;
    }
}
";
    assert_eq!(error_of(script).code, ExitCode::NothingMatched);
}

#[test]
fn an_error_in_a_built_in_script_does_not_show_its_insides() {
    let project = Project::new(&[]);
    let host = project.host();
    let script = host.load("commands/exe.rhai").unwrap();
    let args = json!({ "ids": [], "prps": [], "batch": null, "from": null, "explain": false });
    let error = host.run_main(&script, &args).unwrap_err();
    assert_eq!(error.code, ExitCode::Usage, "{error:#?}");
    assert!(error.findings.is_empty(), "{error:#?}");
}

#[test]
fn what_main_returns_is_an_exit_code_or_refused() {
    let run = |body: &str| {
        Project::new(&[("a.rhai", &format!("fn main(args) {{ {body} }}"))]).run("a.rhai", &json!({ "n": 3 }))
    };
    assert_eq!(run("args.n").unwrap().exit_code, 3);
    assert_eq!(run("").unwrap().exit_code, 0);
    assert!(run("\"text\"").is_err());
    assert!(run("300").is_err());
}
