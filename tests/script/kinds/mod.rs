//! The kinds of mistakes that `check` finds: one script each, whose wrong line ends in `// <-`.

#![allow(clippy::too_many_lines, reason = "tables of mistakes")]

mod calls;
mod flow;
mod options;
mod shape;
mod syntax;
mod values;

use std::time::Instant;

use batchprp::model::problem::Severity;

use crate::fixture::Project;

/// One planted mistake.
struct Kind {
    what: &'static str,
    code: &'static str,
    script: String,
    /// Part of the suggestion; empty where there is nothing to suggest.
    help: &'static str,
}

/// A whole file.
fn file(what: &'static str, code: &'static str, script: &str, help: &'static str) -> Kind {
    Kind { what, code, script: script.to_owned(), help }
}

/// Lines of the `main` of a command that has the flags `batch` (required), `name`, `dir` and `tags`.
fn main(what: &'static str, code: &'static str, lines: &str, help: &'static str) -> Kind {
    let script = format!(
        "const ABOUT = \"x\";\n\
         const ARGS = #{{ batch: #{{ type: \"int\", required: true }}, name: #{{ type: \"text\" }}, \
         dir: #{{ type: \"path\", initial: \"docs\" }}, tags: #{{ type: \"list\" }} }};\n\
         fn main(args) {{\n{lines}\n}}\n"
    );
    Kind { what, code, script, help }
}

/// Lines of a recipe over the PRPs of a batch.
fn recipe(what: &'static str, code: &'static str, lines: &str, help: &'static str) -> Kind {
    let lines = format!(
        "let dag = dag::analyze(prp::select(#{{ batch: args.batch }}));\n\
         dag.run(#{{ batch: args.batch }}, |prp| {{\n{lines}\n}})"
    );
    main(what, code, &lines, help)
}

fn all() -> Vec<Kind> {
    [calls::all(), flow::all(), options::all(), shape::all(), syntax::all(), values::all()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn every_kind_of_mistake_is_found_at_its_line_and_nothing_else_is() {
    let (mut wrong, kinds) = (Vec::new(), all());
    for kind in &kinds {
        let project = Project::new(&[("a.rhai", &kind.script), ("lib.rhai", "fn twice(x) { 2 * x }\n")]);
        let report = project.check("a.rhai");
        let line_of = |at: usize| report.text[..at].matches('\n').count() + 1;
        let marked = 1 + kind.script.lines().position(|line| line.ends_with("// <-")).unwrap_or_default();
        let found: Vec<String> = report
            .problems
            .iter()
            .map(|problem| {
                let line = problem.span.as_ref().map_or(0, |span| line_of(span.start));
                format!(
                    "{} at {line}: {} ({})",
                    problem.code,
                    problem.message,
                    problem.help.clone().unwrap_or_default()
                )
            })
            .collect();
        let is_found = report.problems.iter().any(|problem| {
            let line = problem.span.as_ref().map_or(0, |span| line_of(span.start));
            problem.code == kind.code && line == marked && problem.help.clone().unwrap_or_default().contains(kind.help)
        });
        if !is_found || found.len() != 1 {
            wrong.push(format!(
                "{}: expected {} at {marked} with `{}`, found {found:#?}",
                kind.what, kind.code, kind.help
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), kinds.len(), wrong.join("\n"));
    assert!(kinds.len() >= 103, "{}", kinds.len());
}

#[test]
fn built_in_scripts_have_no_mistakes_and_are_checked_in_no_time() {
    let project = Project::new(&[]);
    let host = project.host();
    host.check_built_in().unwrap();
    let start = Instant::now();
    let reports = host.check_built_in().unwrap();
    let took = start.elapsed();
    let found: Vec<String> = reports
        .iter()
        .flat_map(|report| report.problems.iter().map(move |problem| (report, problem)))
        .map(|(report, problem)| {
            let line = problem.span.as_ref().map_or(0, |span| report.text[..span.start].matches('\n').count() + 1);
            let level = if problem.severity == Severity::Error { "error" } else { "warning" };
            format!("{}:{line}: {level} {}: {}", report.file, problem.code, problem.message)
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    println!("{} built-in scripts in {took:?}", reports.len());
}
