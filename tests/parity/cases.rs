//! The table: what a run may be told and what agents may do.

use serde_json::{Value, json};

use crate::call::{Call, died, done, failed, lies, limited, stalls};
use crate::pair::{Case, Scene, check};

/// An item without dependencies.
fn item(id: &str, does: &str) -> Value {
    json!({ "id": id, "does": does })
}

fn items(ids: &[&str], does: &str) -> Vec<Value> {
    ids.iter().map(|id| item(id, does)).collect()
}

/// An item that waits for another one.
fn after(id: &str, dependency: &str) -> Value {
    json!({ "id": id, "does": "agent", "dependencies": [dependency] })
}

/// One item, whose recipe does something without an agent.
fn recipe(name: &'static str, does: &str, code: u8, status: &'static [&'static str]) -> Case {
    Case { name, items: items(&["a"], does), code, statuses: status, ..Case::default() }
}

/// One item and one call after the other.
fn calls(name: &'static str, calls: Vec<Call>, code: u8, status: &'static [&'static str]) -> Case {
    Case {
        name,
        items: vec![json!({ "id": "a", "does": "agent", "timeout": 1 })],
        options: json!({ "retries": 1 }),
        agents: vec![("a", calls)],
        code,
        statuses: status,
        ..Case::default()
    }
}

#[test]
fn what_a_recipe_does_itself() {
    check(&[
        recipe("value", "value", 0, &["completed"]),
        recipe("score", "score", 0, &["completed"]),
        recipe("nothing", "nothing", 0, &["completed"]),
        recipe("number", "number", 10, &["failed"]),
        recipe("throws", "throw", 10, &["failed"]),
        recipe("missing", "missing", 8, &["failed"]),
        recipe("unfit", "unfit", 10, &["failed"]),
        recipe("claim", "claim", 10, &["unproven"]),
        recipe("interrupt", "interrupt", 130, &["cancelled"]),
        Case {
            name: "pause",
            items: vec![item("a", "pause"), item("b", "nothing")],
            options: json!({ "jobs": 1 }),
            code: 10,
            statuses: &["completed", "pending"],
            ..Case::default()
        },
        Case {
            name: "interrupt_blocks_nobody",
            items: vec![item("a", "interrupt"), after("b", "a"), item("c", "agent")],
            options: json!({ "jobs": 1 }),
            code: 130,
            statuses: &["cancelled", "pending", "pending"],
            ..Case::default()
        },
        Case { then: Some("check-failed"), ..recipe("then_a_check_fails", "nothing", 6, &["completed"]) },
        Case { then: Some("policy"), ..recipe("then_a_policy_stands", "nothing", 12, &["completed"]) },
    ]);
}

#[test]
fn what_an_agent_does() {
    check(&[
        calls("well", vec![done()], 0, &["completed"]),
        calls("crash", vec![failed("failed", "boom")], 10, &["failed"]),
        calls("silent_crash", vec![failed("failed", "")], 10, &["failed"]),
        calls("killed", vec![died(9)], 10, &["failed"]),
        calls("refused", vec![failed("refused", "not this")], 10, &["failed"]),
        calls("denied", vec![failed("denied", "no tool")], 10, &["failed"]),
        calls("turns", vec![failed("turns", "too many")], 10, &["failed"]),
        calls("own_budget", vec![failed("budget", "used up")], 10, &["failed"]),
        calls("too_long", vec![failed("context_too_long", "too long")], 10, &["failed"]),
        calls("protocol", vec![failed("protocol", "odd")], 10, &["failed"]),
        calls("overloaded_once", vec![failed("overloaded", "busy"), done()], 75, &["pending"]),
        calls("too_slow_once", vec![stalls(), done()], 0, &["completed"]),
        Case {
            name: "nobody_is_logged_in",
            items: items(&["a", "b"], "agent"),
            options: json!({ "jobs": 1 }),
            agents: vec![("a", vec![failed("auth", "log in first")])],
            code: 8,
            statuses: &["failed", "pending"],
            ..Case::default()
        },
        Case { items: items(&["a"], "answer"), ..calls("answer", vec![done()], 0, &["completed"]) },
        Case { items: items(&["a"], "answer"), ..calls("bad_answer", vec![failed("refused", "no")], 10, &["failed"]) },
    ]);
}

#[test]
fn limits_and_budgets() {
    let two = |name, options: Value, first: Vec<Call>, code, statuses| Case {
        name,
        items: items(&["a", "b"], "agent"),
        options,
        agents: vec![("a", first)],
        code,
        statuses,
        ..Case::default()
    };
    let one_at_a_time = || json!({ "jobs": 1 });
    let spending = || vec![done().spending(60, 0.5)];
    check(&[
        two("limit_until", one_at_a_time(), vec![limited(Some(7200))], 75, &["pending", "pending"]),
        two("limit", one_at_a_time(), vec![limited(None)], 75, &["pending", "pending"]),
        two(
            "limit_is_waited_for",
            json!({ "jobs": 1, "wait_for_quota": true }),
            vec![limited(Some(2)), done()],
            0,
            &["completed", "completed"],
        ),
        Case {
            items: vec![item("a", "agent"), json!({ "id": "b", "does": "agent", "agent": "other" })],
            ..two("limit_of_one_agent", one_at_a_time(), vec![limited(None)], 75, &["pending", "completed"])
        },
        two("too_dear", json!({ "jobs": 1, "max_cost": 0.5 }), spending(), 11, &["completed", "pending"]),
        two("too_many_tokens", json!({ "jobs": 1, "max_tokens": 60 }), spending(), 11, &["completed", "pending"]),
        two(
            "within_the_budget",
            json!({ "jobs": 1, "max_cost": 0.51, "max_tokens": 61 }),
            spending(),
            0,
            &["completed", "completed"],
        ),
    ]);
}

#[test]
fn orders_and_failures() {
    let waits = |event, item, place| vec![done().after(event, item, place)];
    check(&[
        Case {
            name: "chain",
            items: vec![item("a", "agent"), after("b", "a"), after("c", "b")],
            code: 0,
            statuses: &["completed", "completed", "completed"],
            ..Case::default()
        },
        Case {
            name: "blocked",
            items: vec![item("a", "agent"), after("b", "a"), after("c", "b"), item("d", "agent")],
            options: json!({ "jobs": 1 }),
            agents: vec![("a", vec![failed("failed", "boom")])],
            code: 10,
            statuses: &["failed", "blocked", "blocked", "completed"],
            ..Case::default()
        },
        Case {
            name: "fail_fast",
            items: items(&["a", "b", "c"], "agent"),
            options: json!({ "jobs": 2, "fail_fast": true }),
            agents: vec![
                ("a", vec![failed("failed", "boom").after("item_started", "b", 1)]),
                ("b", waits("run_finished", "a", 9)),
            ],
            code: 10,
            statuses: &["failed", "cancelled", "pending"],
            ..Case::default()
        },
        Case {
            name: "max_fail",
            items: items(&["a", "b", "c"], "agent"),
            options: json!({ "jobs": 2, "max_fail": 1 }),
            agents: vec![
                ("a", vec![failed("failed", "boom").after("item_started", "b", 1)]),
                ("b", waits("item_finished", "a", 9)),
            ],
            code: 10,
            statuses: &["failed", "completed", "pending"],
            ..Case::default()
        },
        Case {
            name: "max_fail_2",
            items: items(&["a", "b", "c", "d"], "agent"),
            options: json!({ "jobs": 1, "max_fail": 2 }),
            agents: vec![("a", vec![failed("failed", "boom")]), ("c", vec![failed("refused", "no")])],
            code: 10,
            statuses: &["failed", "completed", "failed", "pending"],
            ..Case::default()
        },
        Case {
            name: "dataflow",
            items: vec![item("a", "agent"), item("b", "agent"), after("c", "a")],
            options: json!({ "jobs": 2 }),
            agents: vec![("b", waits("item_finished", "c", 9))],
            code: 0,
            statuses: &["completed", "completed", "completed"],
            ..Case::default()
        },
        Case {
            name: "barrier",
            items: vec![item("a", "agent"), item("b", "agent"), after("c", "a")],
            options: json!({ "jobs": 2, "barrier": true }),
            agents: vec![("b", waits("item_finished", "a", 9))],
            code: 0,
            statuses: &["completed", "completed", "completed"],
            ..Case::default()
        },
        Case {
            name: "own_words",
            items: items(&["a"], "agent"),
            options: json!({
                "command": "mine", "batch": 3, "agent": "fake", "executor": "none", "resume": "make again",
                "next": ["make look"],
            }),
            code: 0,
            statuses: &["completed"],
            ..Case::default()
        },
        Case {
            name: "own_way_to_resume",
            items: items(&["a"], "unfit"),
            options: json!({ "resume": "make again", "next": ["make look"] }),
            code: 10,
            statuses: &["failed"],
            ..Case::default()
        },
    ]);
}

const ONE: &str = "PRP-47.1.1";
const TWO: &str = "PRP-47.1.2";
const LATER: &str = "PRP-47.2.1";

/// Two PRPs, and a third that needs the second one; one after the other.
fn batch(name: &'static str, options: &Value, code: u8, statuses: &'static [&'static str]) -> Case {
    let mut all = json!({ "batch": 47, "merge": true, "jobs": 1 });
    for (key, value) in options.as_object().into_iter().flatten() {
        all[key] = value.clone();
    }
    Case {
        name,
        prps: vec![(ONE, &[], 2), (TWO, &[], 1), (LATER, &[TWO], 1)],
        options: all,
        code,
        statuses,
        ..Case::default()
    }
}

const ALL: &[&str] = &["completed", "completed", "completed"];

#[test]
fn batches_that_are_merged() {
    let works =
        |id: &str, phase: u32| vec![done().writing(format!("out/{id}.txt"), ["", "1\n", "2\n"][phase as usize])];
    check(&[
        batch("merged", &json!({}), 0, ALL),
        batch("unmerged", &json!({ "no_merge": true }), 0, ALL),
        batch("worktrees_stay", &json!({ "keep_worktrees": true }), 0, ALL),
        batch("merged_trees_are_validated", &json!({ "validate_merge": true, "level": 3 }), 0, ALL),
        batch("another_base", &json!({ "base": "HEAD" }), 0, ALL),
        batch("anew", &json!({ "restart": true, "whole": true }), 0, ALL),
        batch("again", &json!({ "redo": [ONE], "reopen": [TWO], "stay_valid": [] }), 0, ALL),
        batch("without_a_number", &json!({ "batch": null }), 0, ALL),
        batch("in_workspaces_of_a_person", &json!({ "by_hand": true }), 0, ALL),
        batch("repairs_that_nobody_needs", &json!({ "repairs": 2 }), 0, ALL),
        Case {
            agents: vec![(TWO, vec![lies()])],
            ..batch("lie", &json!({}), 10, &["completed", "unproven", "blocked"])
        },
        Case {
            agents: vec![("PRP-47.1.1:1", works(ONE, 1)), ("PRP-47.1.1:2", vec![failed("failed", "boom")])],
            ..batch("second_phase_crashes", &json!({}), 10, &["failed", "completed", "completed"])
        },
        Case {
            scene: Scene::Defect,
            agents: vec![
                ("PRP-47.1.1:1", works(ONE, 1)),
                ("PRP-47.1.1:2", vec![done().writing("out/defect.txt", "broken\n")]),
            ],
            ..batch("defect", &json!({}), 10, &["partial", "completed", "completed"])
        },
    ]);
}

#[test]
fn merges_that_conflict() {
    // The second item begins before the first one is merged, and is merged after it.
    let clash = |name, word: &str, resolver: Option<Call>, code, statuses| {
        let mut second = vec![done().after("item_finished", ONE, 9).writing("shared.txt", "two\n")];
        second.extend(resolver);
        Case {
            scene: Scene::Conflict,
            prps: vec![(ONE, &[], 1), (TWO, &[], 1), (LATER, &[TWO], 1)],
            agents: vec![
                (ONE, vec![done().after("item_started", TWO, 1).writing("shared.txt", "one\n")]),
                (TWO, second),
            ],
            ..batch(name, &json!({ "jobs": 2, "on_conflict": word }), code, statuses)
        }
    };
    let both = done().writing("shared.txt", "one and two\n");
    check(&[
        clash("parked", "park", None, 10, &["completed", "conflict", "blocked"]),
        clash("stopped", "stop", None, 10, &["completed", "conflict", "blocked"]),
        clash("resolved", "agent", Some(both), 0, ALL),
    ]);
}

#[test]
fn every_option_of_a_run_is_in_the_table() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("source");
    let (options, table) = (read("src/script/api/run/options.rs"), read("tests/parity/cases.rs"));
    let known =
        options.split_once("const RUN: Shape").and_then(|(_, rest)| rest.split_once("\n);")).expect("the options").0;
    let names = known.split("key(\"").skip(1).filter_map(|rest| rest.split('"').next());
    // What only shows a run carries nothing out; `needs` is a part of `stay_valid`.
    let names: Vec<&str> = names.filter(|name| !["preview", "dry_run", "needs"].contains(name)).collect();
    assert!(names.len() > 20, "{names:?}");
    let missing: Vec<_> = names.iter().filter(|name| !table.contains(&format!("\"{name}\":"))).collect();
    assert!(missing.is_empty(), "options that no case has: {missing:?}");
}
