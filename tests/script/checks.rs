//! `check`: what would go wrong is found before anything runs.

use batchprp::model::problem::Severity;

use crate::fixture::Project;

/// Returns codes, marked words and helps of what is found in a script.
fn found(script: &str) -> Vec<(String, String, Option<String>)> {
    let project = Project::new(&[("a.rhai", script), ("lib.rhai", "fn twice(x) { 2 * x }\n")]);
    let report = project.check("a.rhai");
    let told = report.problems.iter().map(|problem| {
        let word = problem.span.clone().map_or(String::new(), |span| report.text[span].to_owned());
        (problem.code.to_owned(), word, problem.help.clone())
    });
    told.collect()
}

fn codes(script: &str) -> Vec<String> {
    found(script).into_iter().map(|(code, ..)| code).collect()
}

#[test]
fn a_misspelled_native_function_is_found_where_it_is_called() {
    let problems = found("fn f(x) { if x { prp::slect(#{}) } }\n");
    assert_eq!(problems.len(), 1, "{problems:?}");
    let (code, word, help) = &problems[0];
    assert_eq!((code.as_str(), word.as_str()), ("check::unknown_function", "slect"));
    assert_eq!(help.as_deref(), Some("did you mean `prp::select`?"));
}

#[test]
fn numbers_of_arguments_are_counted_in_every_namespace() {
    let script = "import \"lib\" as lib;\nfn g(a, b) { a }\nfn f() { lib::twice(1, 2); prp::read(); g(1); g(1, 2); lib::twice(3); }\n";
    let words: Vec<String> = found(script).into_iter().map(|(_, word, _)| word).collect();
    assert_eq!(words, ["twice", "read", "g"]);
}

#[test]
fn methods_are_counted_without_their_receiver() {
    assert_eq!(codes("fn f(a) { a.push(1); a.filter(|x| x > 1).map(|x| x + 1) }\n"), Vec::<String>::new());
    assert_eq!(codes("fn f(dag) { dag.run(#{}) }\n"), ["check::argument_count"]);
    assert_eq!(codes("fn f(a) { a.pusj(1) }\n"), ["check::unknown_method"]);
    assert_eq!(codes("fn f(map) { map.my_very_own_closure(1) }\n"), Vec::<String>::new());
}

#[test]
fn an_unknown_import_is_found() {
    assert_eq!(codes("import \"libb\" as lib;\nfn f() { lib::twice(1) }\n"), ["check::import"]);
}

#[test]
fn a_recipe_that_changes_a_captured_variable_is_refused() {
    for change in ["n += 1", "n = 1 + n * 1", "a.push(prp)", "m.count = 2", "m.list[0] = 3"] {
        let script =
            format!("fn f(dag) {{ let n = 0; let a = []; let m = #{{}}; dag.run(#{{}}, |prp| {{ {change}; }}) }}\n");
        assert!(codes(&script).contains(&"check::captured".to_owned()), "{change}");
    }
    let own = "fn f(dag) { let n = 1; dag.run(#{}, |prp| { let k = n; k += 1; outcome::scored(k, prp.id) }) }\n";
    assert_eq!(codes(own), Vec::<String>::new());
    assert_eq!(codes("fn f(list) { let n = 0; list.for_each(|x| n += x); n }\n"), Vec::<String>::new());
}

#[test]
fn a_recipe_given_to_a_driver_is_looked_at_too() {
    let script = "import \"orchestrate\" as orchestrate;
fn f(args, dag) {
    let seen = [];
    orchestrate::batch(\"x\", args, dag, #{ preview: |p| [], each: |p| { seen.push(p); }, options: #{} })
}
";
    assert_eq!(codes(script), ["check::captured"]);
}

#[test]
fn an_empty_catch_and_statements_at_the_top_are_refused() {
    assert_eq!(codes("fn f() { try { g(); } catch { } }\nfn g() {}\n"), ["check::empty_catch"]);
    assert_eq!(codes("let x = 1;\nprint(x);\nfn f() {}\n"), ["check::top_level", "check::top_level"]);
}

#[test]
fn a_command_needs_main_and_sound_arguments() {
    let script = "const ABOUT = \"x\";\nconst ARGS = #{ n: #{ type: \"itn\", help: 3, hlep: \"\" } };\n";
    let mut codes = codes(script);
    codes.sort();
    assert_eq!(codes, ["check::main", "script::args", "script::args", "script::args"]);
}

#[test]
fn a_syntax_error_is_one_problem_at_its_place() {
    let problems = found("fn f() {\n    let x = ;\n}\n");
    assert_eq!(problems.len(), 1);
    assert_eq!((problems[0].0.as_str(), problems[0].1.as_str()), ("check::syntax", ";"));
}

#[test]
fn effects_are_told_imports_included() {
    let project = Project::new(&[
        ("a.rhai", "import \"b\" as b;\nfn f() { b::g() }\n"),
        ("b.rhai", "fn g() { http::request(#{ url: \"x\" }); agent::run(\"executor\", #{ prompt: \"\" }) }\n"),
    ]);
    assert_eq!(project.check("a.rhai").effects, ["starts agents", "sends requests over the network"]);
}

#[test]
fn every_built_in_script_is_sound() {
    let reports = Project::new(&[]).host().check_built_in().unwrap();
    assert!(reports.len() > 10);
    let errors: Vec<String> = reports
        .iter()
        .flat_map(|report| report.problems.iter().map(move |problem| (report, problem)))
        .filter(|(_, problem)| problem.severity == Severity::Error)
        .map(|(report, problem)| {
            let line = problem.span.as_ref().map_or(0, |span| report.text[..span.start].matches('\n').count() + 1);
            format!("{}:{line}: {}", report.file, problem.message)
        })
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}
