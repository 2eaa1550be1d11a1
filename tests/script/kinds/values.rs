//! Values of the wrong type, and traps of the language.

use super::{Kind, main};

pub(super) fn all() -> Vec<Kind> {
    vec![
        main("condition that is a text", "check::condition", "if args.dir { print(\"x\"); } // <-", "text != "),
        main("condition that is a number", "check::condition", "if args.batch { print(\"x\"); } // <-", "number != 0"),
        main("condition that is an array", "check::condition", "while args.tags { print(\"x\"); } // <-", "is_empty"),
        main("negated number", "check::condition", "if !args.tags.len() { print(\"x\"); } // <-", "number != 0"),
        main("one side of and", "check::condition", "if args.dry_run && args.tags { print(\"x\"); } // <-", "is_empty"),
        main(
            "condition that is an end of a run",
            "check::condition",
            "let closed = dag::analyze([]).run(#{}, |item| outcome::completed());\nif closed { print(\"x\"); } // <-\nclosed",
            ".ok",
        ),
        main("loop over a number", "check::iterable", "for i in args.batch { print(i); } // <-", "0..number"),
        main("loop over a map", "check::iterable", "let m = #{ a: 1 };\nfor key in m { print(key); } // <-", "keys()"),
        main("loop over a graph", "check::iterable", "for item in dag::analyze([]) { print(item); } // <-", "items"),
        main(
            "int and text that are never equal",
            "check::comparison",
            "if args.batch == \"47\" { print(\"x\"); } // <-",
            "parse_int",
        ),
        main(
            "char and text that are never equal",
            "check::comparison",
            "if args.dir == 'd' { print(\"x\"); } // <-",
            "double quotes",
        ),
        main("int and text in order", "check::comparison", "if args.batch > \"3\" { print(\"x\"); } // <-", "convert"),
        main("text minus int", "check::operator", "print(args.dir * 2); // <-", "convert"),
        main("number plus nothing", "check::operator", "let x = ();\nprint(args.batch + x); // <-", "convert"),
        main("bool plus int", "check::operator", "print(args.dry_run + 1); // <-", "convert"),
        main(
            "hole in double quotes",
            "check::hole",
            "let name = args.dir;\nprint(\"in ${name}\"); // <-",
            "back-ticks",
        ),
        main("key of a map by number", "check::index", "let m = #{ a: 1 };\nprint(m[1]); // <-", "to_string"),
        main("element by text", "check::index", "print(args.tags[\"first\"]); // <-", "list[0]"),
        main("failure with a wrong key", "check::throw", "throw #{ message: \"x\", hlep: \"y\" }; // <-", "help"),
        main("failure without a message", "check::throw", "throw #{ kind: \"policy\" }; // <-", "failure::of"),
        main("failure of a wrong kind", "check::throw", "throw #{ message: \"x\", kind: \"polici\" }; // <-", "policy"),
        main("number that is thrown", "check::throw", "throw 3; // <-", "failure::of"),
    ]
}
