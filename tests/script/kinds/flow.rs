//! What never runs, what nobody uses, and what items must not do.

use super::{Kind, file, main, recipe};

pub(super) fn all() -> Vec<Kind> {
    vec![
        main(
            "after return",
            "check::unreachable",
            "if args.batch > 1 {\nreturn 3;\nprint(\"x\"); // <-\n}\n0",
            "remove",
        ),
        main("after throw", "check::unreachable", "throw \"x\";\nprint(\"y\"); // <-", "remove"),
        main("after break", "check::unreachable", "for tag in args.tags {\nbreak;\nprint(tag); // <-\n}", "remove"),
        main(
            "after both branches",
            "check::unreachable",
            "if args.batch > 1 { return 1; } else { return 2; }\nprint(\"x\"); // <-",
            "remove",
        ),
        main(
            "closure that uses what it is called on",
            "check::own_receiver",
            "let tags = args.tags;\nprint(tags.filter(|tag| tags.len() > tag.len())); // <-",
            "before",
        ),
        main(
            "closure that uses the map of its list",
            "check::own_receiver",
            "let view = #{ layers: args.tags };\nprint(view.layers.map(|tag| tag).filter(|tag| tag in view.layers)); // <-",
            "before",
        ),
        main("condition that is always true", "check::constant", "if true { print(\"x\"); } // <-", "never runs"),
        main("loop that never runs", "check::constant", "while false { print(\"x\"); } // <-", ""),
        main("loop without an end", "check::endless", "let n = 0;\nloop { n += 1; print(n); } // <-", "break"),
        main("variable", "check::unused", "let prps = prp::select(#{ batch: args.batch }); // <-", "_prps"),
        main(
            "variable that is only assigned",
            "check::unused",
            "let n = 0; // <-\nfor tag in args.tags { n = tag; }",
            "_n",
        ),
        main("function", "check::unused", "print(\"x\");\n}\nfn helper(x) { // <-\nprint(x);", "remove"),
        file("import", "check::unused", "import \"lib\" as lib; // <-\nfn f() { 1 }\n", "remove"),
        file(
            "constant",
            "check::unused",
            "const ABOUT = \"x\";\nconst LIMIT = 3; // <-\nfn main() { print(\"x\"); }\n",
            "remove",
        ),
        main("result that is dropped", "check::dropped", "let a = [3];\na.filter(|x| x > 1); // <-\nprint(a);", "keep"),
        main(
            "comparison for an assignment",
            "check::dropped",
            "let n = args.batch;\nn == 5; // <-\nprint(n);",
            "`=` assigns",
        ),
        main("value on a line of its own", "check::dropped", "let n = args.batch;\nn; // <-\nprint(\"x\");", "remove"),
        main(
            "property on a line of its own",
            "check::dropped",
            "let dag = dag::analyze([]);\ndag.order; // <-\nprint(\"x\");",
            "remove",
        ),
        recipe(
            "answer that nobody looks at",
            "check::dropped",
            "agent::run(\"executor\", #{ prompt: prp.text }); // <-\noutcome::completed()",
            ".ok",
        ),
        main(
            "program that nobody looks at",
            "check::dropped",
            "process::run(#{ argv: [\"make\"] }); // <-\nprint(\"x\");",
            ".code",
        ),
        main(
            "method that returns nothing",
            "check::nothing",
            "let a = [2, 1];\nlet sorted = a.sort(); // <-\nprint(sorted);",
            "line of its own",
        ),
        main(
            "text method that returns nothing",
            "check::nothing",
            "let t = args.dir;\nlet u = t.trim(); // <-\nprint(u);",
            "line of its own",
        ),
        recipe(
            "recipe that returns nothing",
            "check::recipe",
            "let answer = agent::run(\"executor\", #{ prompt: prp.text });\nif answer.ok { print(\"done\"); }\nfor phase in prp.phases { print(phase.label); } // <-",
            "outcome::completed",
        ),
        recipe("recipe that returns a text", "check::recipe", "prp.title + \"\" // <-", "outcome::completed"),
        recipe(
            "recipe that returns a bool",
            "check::recipe",
            "let answer = agent::run(\"executor\", #{ prompt: prp.text });\nanswer.ok // <-",
            "outcome::completed",
        ),
        recipe(
            "recipe that changes what it shares",
            "check::captured",
            "args.batch = 2; // <-\noutcome::completed()",
            "return",
        ),
        main(
            "agent in main",
            "check::outside",
            "let answer = agent::run(\"executor\", #{ prompt: \"x\" }); // <-\nprint(answer.text);",
            "dag.run",
        ),
        main(
            "worktree in main",
            "check::outside",
            "for prp in prp::select(#{ batch: args.batch }) { print(git::worktree(prp).path); } // <-",
            "dag.run",
        ),
        main(
            "agent in a function of main",
            "check::outside",
            "ask(args.name);\n}\nfn ask(name) {\nprint(agent::run(\"reviewer\", #{ prompt: `${name}` }).text); // <-",
            "dag.run",
        ),
        main(
            "agent in a closure of main",
            "check::outside",
            "print(args.tags.map(|tag| agent::run(\"reviewer\", #{ prompt: `${tag}` }).text)); // <-",
            "dag.run",
        ),
        main("end of main", "check::main", "\"done\" // <-", "exit code"),
        main("exit code", "check::main", "300 // <-", "255"),
        main("return of main", "check::main", "if args.batch > 3 { return [1]; } // <-\n0", "exit code"),
        main("break outside of a loop", "check::syntax", "break; // <-", ""),
    ]
}
