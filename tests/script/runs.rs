//! `dag.run`: items in parallel, each failing for itself.

use serde_json::json;

use crate::fixture::{Project, pass};

#[test]
fn items_run_in_the_order_of_their_edges_and_close_with_totals() {
    pass(
        r#"
    fake::prp("PRP-1.1.1", #{});
    fake::prp("PRP-1.2.1", #{ dependencies: ["PRP-1.1.1"] });
    fake::prp("PRP-1.1.2", #{});
    let dag = dag::analyze(prp::select(#{ batch: 1 }));
    assert_eq(dag.stages, #{ "1": ["PRP-1.1.1", "PRP-1.1.2"], "2": ["PRP-1.2.1"] });
    let closed = dag.run(#{ jobs: 2 }, |prp| agent::run("executor", #{ prompt: prp.text }));
    assert(closed.ok);
    assert_eq(closed.totals, #{ completed: 3 });
    let order = fake::calls().map(|asked| asked.item);
    assert(order.index_of("PRP-1.2.1") > order.index_of("PRP-1.1.1"), order.to_string());
    let steps = fake::events().filter(|e| e.event == "step").map(|e| e.step);
    assert_eq(steps, ["spawn", "monitor", "aggregate", "report"]);
"#,
    );
}

#[test]
fn a_throw_and_a_panic_fail_their_own_item_only() {
    pass(
        r#"
    for n in 1..=4 { fake::prp(`PRP-1.1.${n}`, #{}); }
    fake::agent("PRP-1.1.2", #{ panic: "native trouble" });
    let closed = dag::analyze(prp::select(#{ batch: 1 })).run(#{ jobs: 4 }, |prp| {
        if prp.id == "PRP-1.1.1" { throw "script trouble"; }
        if prp.id == "PRP-1.1.3" { return prp.wrong; }
        agent::run("executor", #{ prompt: "x" })
    });
    assert_eq(closed.totals, #{ completed: 1, failed: 3 });
    let reasons = closed.items.map(|item| item.reason);
    assert(reasons[0].starts_with("script trouble (at it.test.rhai:"), reasons[0]);
    assert_eq(reasons[1], "a native function panicked: native trouble");
    assert(reasons[2].contains("wrong"), reasons[2]);
    assert_eq(closed.exit_code, 10);
"#,
    );
}

#[test]
fn dependents_of_a_failed_item_are_blocked() {
    pass(
        r#"
    fake::prp("PRP-1.1.1", #{});
    fake::prp("PRP-1.2.1", #{ dependencies: ["PRP-1.1.1"] });
    let closed = dag::analyze(prp::select(#{ batch: 1 })).run(#{}, |prp| outcome::failed("no"));
    assert_eq(closed.items.map(|item| item.status), ["failed", "blocked"]);
"#,
    );
}

#[test]
fn items_run_at_the_same_time_and_see_imports_constants_and_captures() {
    let files = [
        ("lib.rhai", "const N = 5;\nfn add(x) { x + global::N }\n"),
        (
            "it.test.rhai",
            r#"
import "lib" as lib;
const TEXT = "hello";
fn greet(id) { `${global::TEXT} ${id}` }
fn test_parallel() {
    for n in 1..=4 { fake::prp(`PRP-1.1.${n}`, #{}); }
    fake::agent("*", #{ delay_ms: 300 });
    let level = 2;
    let start = timestamp();
    let closed = dag::analyze(prp::select(#{ batch: 1 })).run(#{ jobs: 4 }, |prp| {
        let answer = agent::run("executor", #{ prompt: greet(prp.id) });
        outcome::completed(`${lib::add(level)} ${answer.status}`)
    });
    assert(start.elapsed < 1.1, `four times 300 ms took ${start.elapsed} s`);
    assert_eq(closed.items.map(|item| item.reason), ["7 ok", "7 ok", "7 ok", "7 ok"]);
    assert_eq(fake::calls().map(|asked| asked.prompt).len(), 4);
    assert(fake::calls().all(|asked| asked.prompt == `hello ${asked.item}`));
}
"#,
        ),
    ];
    for result in Project::new(&files).test("it.test.rhai") {
        assert!(result.error.is_none(), "{:#?}", result.error);
    }
}

#[test]
fn a_transient_failure_is_tried_again() {
    pass(
        r#"
    fake::prp("PRP-1.1.1", #{});
    fake::agent("PRP-1.1.1", #{ timer: "silence" });
    fake::agent("PRP-1.1.1", #{ status: "ok" });
    let closed = dag::analyze(prp::select(#{ batch: 1 })).run(#{ retries: 1 }, |prp| {
        outcome::from_answer(agent::run("executor", #{ prompt: "x" }))
    });
    assert(closed.ok);
    assert_eq(fake::calls().map(|asked| asked.attempt), [1, 2]);
"#,
    );
}

#[test]
fn a_stopped_run_is_closed_with_its_exit_code() {
    pass(
        r#"
    for n in 1..=3 { fake::prp(`PRP-1.1.${n}`, #{}); }
    let closed = dag::analyze(prp::select(#{ batch: 1 })).run(#{ jobs: 1 }, |prp| {
        try { fake::cancel(); agent::run("executor", #{ prompt: "x" }); } catch (error) { throw "caught a cancel"; }
    });
    assert_eq(closed.exit_code, 130);
    assert_eq(closed.items.map(|item| item.status), ["cancelled", "pending", "pending"]);
"#,
    );
}

#[test]
fn a_circle_is_reported_with_its_path_and_places() {
    let script = r#"
fn main() {
    dag::analyze([
        #{ id: "a", dependencies: ["c"] }, #{ id: "b", dependencies: ["a"] }, #{ id: "c", dependencies: ["b"] },
    ])
}
"#;
    let error = Project::new(&[("a.rhai", script)]).run("a.rhai", &json!({})).unwrap_err();
    assert!(error.message.starts_with("items depend on each other in a circle: a → "), "{}", error.message);
    assert!(error.help.unwrap().starts_with("take the dependency on "));
}

#[test]
fn a_recipe_cannot_take_the_worktree_of_another_item() {
    pass(
        r#"
    fake::prp("PRP-1.1.1", #{});
    fake::prp("PRP-1.1.2", #{});
    let prps = prp::select(#{ batch: 1 });
    let other = prps[1];
    try { git::worktree(other); throw "not reached"; }
    catch (error) { assert_eq(error.message, "`git::worktree` belongs to one item"); }
    let closed = dag::analyze(prps).run(#{ merge: true }, |prp| { git::worktree(other); () });
    assert_eq(closed.items.map(|item| `${item.status} ${item.reason}`), ["failed the recipe of `PRP-1.1.1` asked for the worktree of `PRP-1.1.2` (at it.test.rhai:9:72); a recipe works in the worktree of its own item", "completed "]);
"#,
    );
}

#[test]
fn in_a_test_head_holds_what_the_script_committed() {
    pass(
        r#"
    fake::file("docs/a.md", "one");
    fake::file("docs/b.md", "two");
    assert_eq(git::changed(["docs/a.md", "docs/b.md", "docs/none.md"]), ["docs/a.md", "docs/b.md"]);
    assert(!git::tracked("docs/a.md"));
    git::commit(["docs/a.md"], "First\n\nwith a body");
    assert_eq(git::changed(["docs/a.md", "docs/b.md"]), ["docs/b.md"]);
    assert(git::tracked("docs/a.md"));
    assert_eq(git::show("HEAD", "docs/a.md"), "one");
    assert_eq(git::show("HEAD", "docs/b.md"), ());
    assert_eq(git::log("HEAD").map(|entry| entry.subject), ["First"]);
    assert_eq(git::ahead(47), ());
    assert_eq(git::files("HEAD"), ["docs/a.md", "docs/b.md"]);
    assert_eq(git::folders("HEAD"), ["docs"]);
    assert_eq(git::files("HEAD", ["docs/b"]), ["docs/a.md", "docs/b.md"]);
    assert_eq(git::files("HEAD", ["docs"]), []);
    assert_eq(git::folders("HEAD", ["doc"]), ["docs"]);
    try { git::changed(["../outside"]); throw "not reached"; }
    catch (error) { assert_eq(error.message, "`../outside` is not a path below the project"); }
"#,
    );
}

#[test]
fn settings_say_who_said_what_and_are_handed_to_the_call() {
    pass(
        r#"
    let work = #{ complexity: "high", hours: 3.0, files: ["a"], phases: 1 };
    let settings = agent::settings("executor", work, #{ agent: "fake" });
    assert_eq([settings.name, settings.model, settings.size], ["fake", "opus", "opus"]);
    assert_eq(settings.timeout, 3600.0);
    assert_eq(settings.max_turns, ());
    assert_eq(settings.origin.name, "script");
    assert_eq(settings.origin.model, "template of executor: auto, score 98 is opus");
    assert_eq(settings.sizes, #{ haiku: "haiku", sonnet: "sonnet", opus: "opus" });
    let own = settings + #{ model: "mine", timeout: 5 };
    assert(agent::run("executor", #{ prompt: "x", settings: own }).ok);
    assert_eq(fake::calls().map(|asked| `${asked.agent} ${asked.model}`), ["fake mine"]);
    try { agent::run("executor", #{ prompt: "x", settings: own, model: "other" }); throw "not reached"; }
    catch (error) { assert_eq(error.message, "`agent::run` has `settings` and the option `model`"); }
    try { agent::settings("executor", 7, #{ agent: "fake" }); throw "not reached"; }
    catch (error) { assert_eq(error.message, "`int` is not an item: give a PRP, a phase, a map, or `()`"); }
    try { agent::settings("executor", (), #{ modle: "x" }); throw "not reached"; }
    catch (error) { assert_eq(error.help, "did you mean `model`?"); }
"#,
    );
}
