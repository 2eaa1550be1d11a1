//! What cannot be read, with what somebody may have meant.

use batchprp::model::problem::Problem;

use super::{Kind, file, main};
use crate::fixture::Project;

pub(super) fn all() -> Vec<Kind> {
    vec![
        main("variable", "check::syntax", "let batch = args.batch;\nprint(bacth); // <-\nprint(batch);", "batch"),
        main("null", "check::syntax", "if args.name == null { print(\"x\"); } // <-", "()"),
        main("None", "check::syntax", "if args.name == None { print(\"x\"); } // <-", "()"),
        main("three signs", "check::syntax", "if args.batch === 1 { print(\"x\"); } // <-", "`==`"),
        main("plus plus", "check::syntax", "let n = 1;\nn++; // <-\nprint(n);", "+= 1"),
        main("var", "check::syntax", "var n = 1; // <-", "let"),
        main("text in single quotes", "check::syntax", "print('hello'); // <-", "double quotes"),
        main("assignment as a condition", "check::syntax", "if args.batch = 1 { // <-\nprint(\"x\");\n}", "=="),
        main("semicolon", "check::syntax", "let a = 1\nprint(a); // <-", ";"),
        main("expression", "check::syntax", "let a = ; // <-", ""),
        file("function of another language", "check::syntax", "function f() { // <-\nprint(1);\n}\n", "fn name"),
        main(
            "loop of another language",
            "check::syntax",
            "for (let i = 0; i < 3; i++) { // <-\nprint(\"x\");\n}",
            "for i in 0..n",
        ),
        main(
            "elif",
            "check::syntax",
            "if args.batch == 1 {\nprint(1);\n} elif args.batch == 2 { // <-\nprint(2);\n}",
            "else if",
        ),
        main("constant that is assigned", "check::syntax", "const N = 1;\nN = 2; // <-\nprint(N);", "let"),
        main("match", "check::syntax", "match args.batch { // <-\nprint(1);\n}", "switch"),
        file("comment of another language", "check::syntax", "# a comment // <-\nfn f() { 1 }\n", "//"),
        main(
            "function of the name print",
            "check::syntax",
            "print(\"x\");\n}\nfn print(x) { // <-\ndebug(x);",
            "another name",
        ),
        main("word of the language", "check::syntax", "let with = 1; // <-", "another name"),
        main("eval", "check::syntax", "eval(\"1\"); // <-", "switched off"),
        main("and", "check::syntax", "if args.dry_run and args.yes { // <-\nprint(1);\n}", ""),
    ]
}

fn lines(script: &str) -> Vec<usize> {
    let report = Project::new(&[("a.rhai", script)]).check("a.rhai");
    let line =
        |problem: &Problem| problem.span.as_ref().map_or(0, |span| report.text[..span.start].matches('\n').count() + 1);
    let mut lines: Vec<usize> = report.problems.iter().map(line).collect();
    lines.dedup();
    lines
}

#[test]
fn errors_of_syntax_do_not_hide_each_other() {
    let script = "fn one() {\n    let x = ;\n    print(x);\n    y(1);\n}\n\nfn two(list) {\n    if list = 3 {\n        \
                  prp::slect(#{});\n    }\n    wrong_name + 1\n}\n\nfn three() { 'text' }\n";
    assert_eq!(lines(script), [2, 4, 8, 9, 11, 14]);
}

#[test]
fn a_function_that_is_not_closed_leaves_the_next_one_readable() {
    assert_eq!(
        lines("fn one() {\n    if true_enough() {\n    print(1);\n\nfn two() {\n    let a = ;\n}\n").last(),
        Some(&6)
    );
}
