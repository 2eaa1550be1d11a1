//! The form of a file: its constants, its functions, and what they hide.

use super::{Kind, file, main};

const HEAD: &str = "const ABOUT = \"x\";\n";

fn command(what: &'static str, code: &'static str, rest: &str, help: &'static str) -> Kind {
    Kind { what, code, script: format!("{HEAD}{rest}"), help }
}

pub(super) fn all() -> Vec<Kind> {
    vec![
        main(
            "function that hides dag.run",
            "check::hides",
            "print(run(1, 2));\n}\nfn run(a, b) { // <-\na + b",
            "another name",
        ),
        main(
            "function that hides assert",
            "check::hides",
            "assert(true);\n}\nfn assert(x) { // <-\nprint(x);",
            "another name",
        ),
        main(
            "function that hides to_string",
            "check::hides",
            "print(to_string(1));\n}\nfn to_string(x) { // <-\n`${x}`",
            "another name",
        ),
        file(
            "import that hides a namespace",
            "check::hides",
            "import \"lib\" as git; // <-\nfn f() { git::twice(1) }\n",
            "another name",
        ),
        file(
            "function that is mixed up with one of a module",
            "check::mixed",
            "import \"again\" as again;\nfn missing(a, b) { // <-\na + b\n}\nfn f() { if again::is_redo(#{ redo: [] }) { missing(1, 2) } }\n",
            "another name",
        ),
        file("statement at the top", "check::top_level", "print(\"x\"); // <-\nfn f() {}\n", "main"),
        file("variable at the top", "check::top_level", "let x = 1; // <-\nfn f() {}\n", "main"),
        file("command without main", "check::main", "const ABOUT = \"x\"; // <-\n", "main"),
        file(
            "command that says nothing",
            "check::about",
            "const ARGS = #{}; // <-\nfn main(args) { print(args.dry_run); }\n",
            "ABOUT",
        ),
        file(
            "adapter without a function",
            "check::adapter",
            "const ADAPTER = #{ about: \"x\" }; // <-\nfn detect() { () }\nfn command(spec) { spec }\nfn on_line(line) { [line] }\n",
            "",
        ),
        main(
            "catch that hides everything",
            "check::empty_catch",
            "try { print(\"x\"); } catch { } // <-",
            "error.kind",
        ),
        command(
            "type of an argument",
            "script::args",
            "const ARGS = #{ n: #{ type: \"itn\" } }; // <-\nfn main(args) { print(args.n); }\n",
            "int",
        ),
        command(
            "key of an argument",
            "script::args",
            "const ARGS = #{ n: #{ type: \"int\", hlep: \"x\" } }; // <-\nfn main(args) { print(args.n); }\n",
            "help",
        ),
        command(
            "argument without a type",
            "script::args",
            "const ARGS = #{ n: #{ help: \"x\" } }; // <-\nfn main(args) { print(args.n); }\n",
            "type",
        ),
        command(
            "initial value of another type",
            "script::args",
            "const ARGS = #{ n: #{ type: \"int\", initial: \"x\" } }; // <-\nfn main(args) { print(args.n); }\n",
            "",
        ),
        command(
            "required with an initial value",
            "script::args",
            "const ARGS = #{ n: #{ type: \"int\", initial: 1, required: true } }; // <-\nfn main(args) { print(args.n); }\n",
            "remove",
        ),
        command(
            "completion",
            "script::args",
            "const ARGS = #{ n: #{ type: \"int\", complete: \"bacth\" } }; // <-\nfn main(args) { print(args.n); }\n",
            "batch",
        ),
        command(
            "short flag",
            "script::args",
            "const ARGS = #{ n: #{ type: \"int\", short: \"nn\" } }; // <-\nfn main(args) { print(args.n); }\n",
            "",
        ),
    ]
}
