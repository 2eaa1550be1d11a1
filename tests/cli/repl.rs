//! `repl`: statements from a pipe.

use super::support::Test;

fn typed(test: &Test, input: &str) -> (i32, String, String) {
    let output = test.run_with_input(["repl"], input);
    (output.code, output.stdout, output.stderr)
}

#[test]
fn variables_functions_and_imports_stay() {
    let test = Test::new();
    let input =
        "let a = 20;\nfn more(x) {\n    x + 1\n}\nmore(a) * 2\n\"text\"\nimport \"phases\" as phases;\n[a, ()]\n";
    let (code, out, err) = typed(&test, input);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "42\n\"text\"\n[20, ()]\n", ""));
}

#[test]
fn documents_of_the_project_can_be_read() {
    let test = Test::new();
    test.write("notes.txt", "three words here");
    let (code, out, _) = typed(&test, "let words = files::read(\"notes.txt\");\nwords.len\n");
    assert_eq!((code, out.as_str()), (0, "16\n"));
}

#[test]
fn the_first_error_of_a_pipe_ends_it_with_its_place() {
    let test = Test::new();
    let (code, out, err) = typed(&test, "1 + 1\nnope(3)\n4\n");
    assert_eq!((code, out.as_str()), (5, "2\n"));
    assert!(err.contains("nope") && err.contains("repl:1:1"), "{err}");
    let (code, _, err) = typed(&test, "if true {\n");
    assert_eq!(code, 5, "{err}");
}
