//! Editing a frontmatter in place.

use batchprp::model::edit::{EditError, FieldValue, set};

fn edit(text: &str, key: &str, value: impl Into<FieldValue>) -> String {
    set(text, &[(key, value.into())]).expect("the edit is accepted")
}

fn list(items: &[&str]) -> FieldValue {
    FieldValue::List(items.iter().map(|item| (*item).to_owned()).collect())
}

const FULL: &str = "\
---
# head comment
prp_id: PRP-47.1.1   # never changes
title: 'It''s quoted'
status: \"planning\"
empty:
nothing: null # on purpose
flow: [a, b] # kept
block:
  - PRP-1
  - \"PRP-2\"

# above text
text: |
  line one
  # not a comment

folded: a long
  sentence
nested:
  a: 1
  b: [2]
last: 15.10
---

# Body
status: not this one
";

/// Every edit, with the only lines that may differ.
#[test]
fn only_the_lines_of_the_key_change() {
    for (key, value, old, new) in [
        ("status", FieldValue::from("in_progress"), "status: \"planning\"", "status: \"in_progress\""),
        ("title", FieldValue::from("it's"), "title: 'It''s quoted'", "title: 'it''s'"),
        ("prp_id", FieldValue::from("PRP-9"), "prp_id: PRP-47.1.1   #", "prp_id: PRP-9   #"),
        ("empty", FieldValue::from(2.5), "empty:\n", "empty: 2.5\n"),
        ("nothing", FieldValue::from("x: y"), "nothing: null #", "nothing: \"x: y\" #"),
        ("flow", list(&["c"]), "flow: [a, b] #", "flow: [c] #"),
        ("block", list(&["PRP-3", "x"]), "  - PRP-1\n  - \"PRP-2\"\n", "  - PRP-3\n  - x\n"),
        ("block", list(&[]), "block:\n  - PRP-1\n  - \"PRP-2\"\n", "block: []\n"),
        ("text", FieldValue::from("short"), "text: |\n  line one\n  # not a comment\n", "text: short\n"),
        ("folded", FieldValue::from("short"), "folded: a long\n  sentence\n", "folded: short\n"),
        ("last", FieldValue::Null, "last: 15.10", "last: null"),
        ("last", FieldValue::from("15.1"), "last: 15.10", "last: \"15.1\""),
        ("block", FieldValue::Remove, "block:\n  - PRP-1\n  - \"PRP-2\"\n", ""),
        ("nested", FieldValue::Remove, "nested:\n  a: 1\n  b: [2]\n", ""),
        ("text", FieldValue::Remove, "text: |\n  line one\n  # not a comment\n", ""),
        ("added", FieldValue::from("now"), "last: 15.10\n", "last: 15.10\nadded: now\n"),
    ] {
        assert_eq!(FULL.matches(old).count(), 1, "{old}");
        for (from, to) in [("\n", "\n"), ("\n", "\r\n")] {
            let expected = FULL.replace(old, new).replace(from, to);
            assert_eq!(edit(&FULL.replace(from, to), key, value.clone()), expected, "{key}");
        }
    }
}

#[test]
fn a_value_that_is_there_already_changes_nothing() {
    assert_eq!(edit(FULL, "last", "15.10"), FULL);
    assert_eq!(edit(FULL, "last", 15.1), FULL);
    assert_eq!(edit(FULL, "block", list(&["PRP-1", "PRP-2"])), FULL);
    assert_eq!(edit(FULL, "absent", FieldValue::Remove), FULL);
}

#[test]
fn byte_order_marks_missing_line_ends_and_missing_frontmatters() {
    assert_eq!(edit("\u{feff}---\na: 1\n---", "a", 2.0), "\u{feff}---\na: 2\n---");
    assert_eq!(edit("---\n---\nbody", "a", "x"), "---\na: x\n---\nbody");
    assert_eq!(edit("# T\r\nx", "a", "x"), "---\r\na: x\r\n---\r\n\r\n# T\r\nx");
    assert_eq!(edit("", "a", "x"), "---\na: x\n---\n");
    assert_eq!(edit("\u{feff}\nx", "a", "x"), "\u{feff}---\na: x\n---\n\nx");
    assert_eq!(edit("---\n  a: 1\n  b: 2\n---\n", "c", "x"), "---\n  a: 1\n  b: 2\n  c: x\n---\n");
}

#[test]
fn what_would_do_damage_is_refused() {
    for (text, key) in [
        ("---\na: [1,\n  2] \n# c\nb:\n  - x # why\n  - y\n---\n", "b"),
        ("---\nnested:\n  a: 1\n---\n", "nested"),
        ("---\n{a: 1}\n---\n", "a"),
        ("---\na: 1\na: 2\n---\n", "a"),
        ("---\na: &x 1\nb: *x\n---\n", "a"),
        ("---\na: 1\n", "a"),
        ("---\na: b: c\n---\n", "a"),
        ("a: 1\n---\n\n# T\n", "a"),
        ("---\na: 1\n---\n", "not a key"),
        ("---\na: 1\n---\n", "../x"),
    ] {
        let error = set(text, &[(key, FieldValue::from("z"))]).expect_err(text);
        assert!(matches!(error, EditError::Refused { .. } | EditError::Unreadable(_)), "{text}: {error}");
    }
    assert!(set("---\na: 1\n---\n", &[("a", FieldValue::Number(f64::NAN))]).is_err());
}

#[test]
fn several_keys_are_set_at_once_or_not_at_all() {
    let text = "---\nstatus: planning\nnested: {a: 1}\n---\nx\n";
    let both = [("status", FieldValue::from("completed")), ("commits", list(&["abc", "1e5"]))];
    assert_eq!(
        set(text, &both).as_deref(),
        Ok("---\nstatus: completed\nnested: {a: 1}\ncommits: [abc, \"1e5\"]\n---\nx\n")
    );
    assert!(set(text, &[("status", FieldValue::from("completed")), ("nested", FieldValue::from("x"))]).is_err());
}
