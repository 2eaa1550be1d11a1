//! Commands of one's own with items of one's own: worktree, commits, validation, merge, resume, and what is told of
//! failures.

use crate::support::Test;

const ITEMS: &str = r#"const ABOUT = "Items from a file";
const ARGS = #{ batch: #{ type: "int", initial: 7, help: "Batch" } };

fn main(args) {
    let dag = dag::analyze(items::from_json(files::read("items.json")));
    dag.run(#{ batch: args.batch, merge: true, jobs: 3 }, |item| work(item))
}

fn work(item) {
    let tree = git::worktree(item);
    if tree.merged { return outcome::completed("merged already"); }
    if !tree.done(1) {
        tree.begin(1, "Write it", 1);
        let answer = agent::run("executor", #{ prompt: `Write ${item.id}`, expects_changes: true, cwd: tree.path });
        if !answer.ok { return answer; }
        tree.commit(1, "Write it", git::key([item.title]));
        let checks = tree.validate(1, 4);
        if !checks.passed { return outcome::partial(1, checks); }
    }
    outcome::completed("written", #{ id: item.id })
}
"#;

fn project(argv: &str) -> Test {
    let test = Test::with_git();
    test.write(".ce/commands/work.rhai", ITEMS);
    test.write(
        "items.json",
        r#"[{ "id": "PRP-7.1.1", "title": "Users" }, { "id": "PRP-7.2.1", "title": "Login", "depends_on": ["PRP-7.1.1"] }]"#,
    );
    test.write(
        ".ce/batchprp.toml",
        format!("[agent]\nname = \"command\"\n[adapter.command]\nargv = {argv}\n[validate]\nl1 = [\"ls *.txt\"]\n"),
    );
    test.commit("items");
    test
}

#[test]
fn items_of_a_file_are_worked_on_in_worktrees_and_merged_in_their_order() {
    let test = project(r#"["sh", "-c", "cat > /dev/null; ls > $BATCHPRP_ITEM.txt"]"#);
    test.run(["work"]).expect_code(0);
    let files = test.git(["ls-tree", "--name-only", "prp-7"]);
    assert!(files.contains("PRP-7.1.1.txt") && files.contains("PRP-7.2.1.txt"), "{files}");
    // What builds on an item sees its work.
    assert!(test.git(["show", "prp-7:PRP-7.2.1.txt"]).contains("PRP-7.1.1.txt"));
    let before = test.git(["rev-parse", "prp-7"]);
    test.run(["work"]).expect_code(0);
    assert_eq!(test.git(["rev-parse", "prp-7"]), before);
}

#[test]
fn a_failure_of_an_item_says_where_and_why_and_what_to_do() {
    let test = Test::with_git();
    test.write(
        ".ce/commands/fails.rhai",
        "const ABOUT = \"x\";\nfn main() {\n    dag::analyze([#{ id: \"a\" }, #{ id: \"b\" }]).run(#{}, |item| {\n        \
         if item.id == \"b\" { throw failure::of(\"policy\", \"b is not wanted\", \"leave it out\"); }\n        \
         print(config::get(`run.${item.id}`));\n        outcome::completed()\n    })\n}\n",
    );
    let output = test.run(["fails"]).expect_code(10);
    let shown = format!("{}{}", output.stdout, output.stderr).replace('\n', " ");
    assert!(shown.contains("there is no setting `run.a` (at .ce/commands/fails.rhai:5:"), "{shown}");
    assert!(shown.contains("config show"), "{shown}");
    assert!(shown.contains("b is not wanted; leave it out"), "{shown}");
}

#[test]
fn a_failure_of_main_is_said_once_and_what_a_script_tells_needs_no_place() {
    let test = Test::with_git();
    let script = |body: &str| format!("const ABOUT = \"x\";\nfn main() {{\n    {body}\n}}\n");
    test.write(".ce/commands/fails.rhai", script("print(prp::select(#{ batch: 3 }));"));
    let shown = test.run(["fails"]).expect_code(4).stderr;
    assert_eq!(shown.matches("no PRP of batch 3").count(), 1, "{shown}");
    assert!(shown.contains("fails.rhai:3:"), "{shown}");
    test.write(".ce/commands/fails.rhai", script("throw failure::of(\"policy\", \"not today\", \"come back\");"));
    let shown = test.run(["fails"]).expect_code(12).stderr;
    assert_eq!(shown.trim(), "error: not today\nhelp: come back");
    test.write(".ce/commands/fails.rhai", script("let x = json::parse(\"1\");\n    x.nothing_like_this(2.5);"));
    let shown = test.run(["fails"]).expect_code(5).stderr;
    assert!(shown.contains("nothing_like_this(int, float)"), "{shown}");
}

#[test]
fn what_is_printed_keeps_its_lines_and_a_flag_wins_over_the_script() {
    let test = Test::with_git();
    test.write(
        ".ce/commands/shows.rhai",
        "const ABOUT = \"x\";\nfn main() {\n    print(\"one\\n  two\\n\\nthree\");\n    \
         dag::analyze([#{ id: \"a\" }]).run(#{ jobs: 3 }, |item| outcome::completed())\n}\n",
    );
    let shown = test.run(["shows"]).expect_code(0);
    assert!(format!("{}{}", shown.stdout, shown.stderr).contains("one\n  two\n\nthree\n"), "{shown:?}");
    for (flags, jobs) in [(&["shows", "--json"][..], 3), (&["shows", "--json", "--jobs", "1"][..], 1)] {
        let events = test.run(flags).expect_code(0).stdout;
        assert!(events.contains(&format!("\"jobs\":{jobs}")), "{events}");
    }
}

#[test]
fn a_new_command_that_hides_a_built_in_one_says_so() {
    let test = Test::with_git();
    test.run(["new", "exe"]).expect_code(0).expect_stdout("hides the built-in command `exe`");
    assert!(!test.run(["new", "triage"]).expect_code(0).stdout.contains("hides"));
    test.write(".ce/agents/zephyr.rhai", "const ADAPTER = #{ about: \"x\" };\nfn detect() { () }\nfn command(spec) { spec }\nfn on_line(line) { [line] }\nfn outcome(exit) { exit }\n");
    test.run(["triage", "--batch", "1", "--agent", "zepyhr", "--dry-run"]).expect_code(4);
    test.write(
        "PRPs/feature-requests/PRP-1.1.1-a.md",
        "---\nprp_id: PRP-1.1.1\ntitle: A\n---\n# PRP-1.1.1: A\n\n## Implementation\n\n### Phase 1: One\n\nDo it.\n",
    );
    let shown = test.run(["triage", "--batch", "1", "--agent", "zepyhr"]);
    assert!(format!("{}{}", shown.stdout, shown.stderr).contains("`zephyr`"), "{shown:?}");
}
