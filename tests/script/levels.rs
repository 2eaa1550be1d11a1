//! The level of the script API: what a script may count on, and what has another name now.

use batchprp::error::ExitCode;
use serde_json::json;

use crate::fixture::Project;

const OLD: &str = "const API = 1;\nfn main() { print(text::replaced(\"a1\", \"[0-9]\", \"2\")); }\n";

/// Returns code, line and help of what `check` finds in `a.rhai`.
fn found(script: &str) -> Vec<(String, usize, String)> {
    let report = Project::new(&[("a.rhai", script)]).check("a.rhai");
    let line = |at: usize| report.text[..at].matches('\n').count() + 1;
    let one = |problem: &batchprp::model::problem::Problem| {
        let line = problem.span.as_ref().map_or(0, |span| line(span.start));
        (problem.code.to_owned(), line, problem.help.clone().unwrap_or_default())
    };
    report.problems.iter().map(one).collect()
}

#[test]
fn a_script_for_a_later_program_is_refused_wherever_it_is_loaded() {
    let later = "const API = 99;\nfn main() { twice(1) }\nfn twice(x) { text::of_the_future(x) }\n";
    let project = Project::new(&[
        ("later.rhai", later),
        ("imports.rhai", "import \"later\" as later;\nfn main() { later::twice(1); }\n"),
        ("later.test.rhai", &format!("{later}fn test_it() {{}}\n")),
    ]);
    let text = "the script is written for level 99 of the script API, and this batchprp has level ";
    for script in ["later.rhai", "imports.rhai"] {
        let error = project.run(script, &json!({})).expect_err(script);
        assert_eq!(error.code, ExitCode::InvalidInput, "{script}: {error}");
        assert!(error.message.starts_with(text), "{script}: {}", error.message);
        assert!(error.help.as_deref().is_some_and(|help| help.starts_with("update batchprp")), "{error:?}");
        assert_eq!(error.findings[0].name, "later.rhai", "{script}");
    }
    let tested = project.test("later.test.rhai");
    assert!(tested[0].error.as_ref().is_some_and(|error| error.message.starts_with(text)), "{tested:?}");
    let checked = found(later);
    assert!(checked.iter().any(|(code, line, _)| code == "check::level" && *line == 1), "{checked:?}");
}

#[test]
fn an_old_name_goes_on_and_is_told_with_the_new_one() {
    assert_eq!(found(OLD), [], "at that level it is the name");
    let now = OLD.replace("API = 1", "API = 2");
    let deprecated = |line| ("check::deprecated".to_owned(), line, "did you mean `text::replace`?".to_owned());
    assert_eq!(found(&now), [deprecated(2)]);
    assert_eq!(found(now.strip_prefix("const API = 2;\n").unwrap()), [deprecated(1)]);
    let test = "fn test_it() {\n    assert_eq(text::replaced(\"a1\", \"[0-9]\", \"2\"), \"a2\");\n\
                \x20   assert_eq(text::encoded(\"a b\"), text::encode(\"a b\"));\n}\n";
    let project = Project::new(&[("a.test.rhai", test)]);
    assert!(project.test("a.test.rhai").iter().all(|result| result.error.is_none()));
    let report = project.check("a.test.rhai");
    assert!(report.ok(), "a warning refuses nothing");
    let (report, count) = batchprp::script::check::mend(&project.host(), &project.path("a.test.rhai")).unwrap();
    assert_eq!((report.problems.len(), count), (0, 2), "{}", report.text);
    assert!(report.text.contains("text::replace(") && !report.text.contains("text::encoded"), "{}", report.text);
}

#[test]
fn what_came_later_than_the_level_of_a_script_is_told() {
    let script = "const API = 1;\nfn main() {\n    print(text::encode(\"a b\"));\n}\n";
    assert_eq!(found(script), [("check::level".to_owned(), 3, "write `const API = 2;`".to_owned())]);
    assert_eq!(found(&script.replace('1', "2")), []);
    for wrong in ["0", "-1", "\"2\"", "2.0"] {
        let codes: Vec<_> =
            found(&script.replace('1', wrong)).into_iter().map(|(code, line, _)| (code, line)).collect();
        assert_eq!(codes, [("check::level".to_owned(), 1)], "{wrong}");
    }
}

#[test]
fn every_old_name_has_a_new_one_that_came_with_the_same_level() {
    let host = Project::new(&[]).host();
    let functions = &host.reference().functions;
    let deprecated: Vec<_> =
        functions.iter().filter_map(|f| Some((f, f.doc.strip_prefix("Deprecated since level ")?))).collect();
    assert!(!deprecated.is_empty());
    for (old, rest) in deprecated {
        let (level, rest) = rest.split_once(": use `").expect(&old.name);
        let new = rest.split('`').next().expect(&old.name);
        let new = functions.iter().find(|f| f.name == new && f.params.len() == old.params.len()).expect(&old.name);
        assert!(new.doc.contains(&format!("Since level {level}.")), "{}", new.name);
    }
}
