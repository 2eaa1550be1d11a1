//! The page about the language: each of its examples does what it shows.

use crate::fixture::Project;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/scripting/language.md");

/// What an example prints, or what its error says.
fn shown(code: &str, mark: &str) -> Vec<String> {
    code.lines().filter_map(|line| Some(line.split_once(mark)?.1.to_owned())).collect()
}

#[test]
fn every_example_of_the_language_page_does_what_it_shows() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let examples: Vec<&str> = page.split("```rhai\n").skip(1).filter_map(|rest| rest.split("```\n").next()).collect();
    assert!(examples.len() >= 12, "{}", examples.len());
    for code in examples {
        let (prints, fails) = (shown(code, "// → "), shown(code, "// ✗ "));
        // Functions and constants stand at the top of a file, the rest in a function.
        let mut top = String::new();
        let mut body = String::new();
        let mut depth = 0;
        for line in code.lines() {
            let is_top = depth > 0 || line.starts_with("fn ") || line.starts_with("const ");
            if is_top {
                depth += line.matches('{').count();
                depth -= line.matches('}').count();
            }
            let part = if is_top { &mut top } else { &mut body };
            part.push_str(line);
            part.push('\n');
        }
        let told = "let told = \"\";\nfor note in fake::notes() { told += note + \"\\n\"; }";
        let lines = prints.iter().flat_map(|line| [line.as_str(), "\n"]).collect::<String>();
        let wanted = serde_json::to_string(&lines).unwrap();
        let text = format!("{top}fn test_it() {{\n{body}\n{told}\nassert_eq(told, {wanted});\n}}\n");
        let project = Project::new(&[("it.test.rhai", &text)]);
        let result = project.test("it.test.rhai").remove(0);
        match fails.first() {
            None => assert!(result.error.is_none(), "{code}\n{:#?}", result.error),
            Some(says) => {
                let error = result.error.unwrap_or_else(|| panic!("no error: {code}"));
                assert!(error.message.contains(says.as_str()), "{code}\n{}", error.message);
            }
        }
    }
}
