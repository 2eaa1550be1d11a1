//! Properties of the readers and of the editor that hold for any input.

use std::ops::Range;
use std::path::Path;

use batchprp::model::edit::{EditError, FieldValue, set};
use batchprp::model::inspect::Inspection;
use batchprp::model::problem::Problem;
use batchprp::model::read::frontmatter;
use batchprp::model::read::plan;
use batchprp::model::read::prp;
use batchprp::model::read::{YamlNode, dependency_text, document, fix_fences};
use proptest::collection::vec;
use proptest::prelude::*;

/// Lines of which real documents are made, good and bad.
fn line() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "---",
        "prp_id: PRP-1.2",
        "status: done",
        "dependencies: [PRP-1, 'x', \"PRP-2 (why)\"]",
        "title: \"é\"",
        "a: &x 1",
        "list:",
        "  - a # b",
        "  - 'c'",
        "text: |",
        "  t",
        "# T",
        "## Implementation",
        "## Phases",
        "## 3. Implementation Steps",
        "### Phase 1: A (1 hour)",
        "### Phase 2A - B ✅",
        "### **Phase 3: C**",
        "### Step 1: D",
        "## Mega-Phase 1: M",
        "[p](a/b.md)",
        "```",
        "```bash",
        "````markdown",
        "~~~",
        "  ```",
        "$ ls",
        "**Goal**: g",
        "**Dependencies**: Phase 1-3, x",
        "**Depends on:** Phase 2 and Phase 9",
        "**Files Modified**: `a`, ../b",
        "**Implementation Steps**:",
        "1. do",
        "**Validation Gates**:",
        "- L1: `cargo fmt`",
        "- [ ] look",
        "**Command**: `make`",
        "### L3 tests",
        "## Validation",
        "",
        "<!--",
        "-->",
        "===",
        "\u{feff}",
        "a\r",
        "* x",
        "> ```",
        "    code",
    ]);
    prop_oneof![8 => known.prop_map(str::to_owned), 1 => "\\PC{0,12}", 1 => "[a-z_]{1,6}: [ -~]{0,12}"]
}

fn text() -> impl Strategy<Value = String> {
    (vec(line(), 0..40), any::<bool>()).prop_map(|(lines, crlf)| lines.join(if crlf { "\r\n" } else { "\n" }))
}

/// Every place lies in the text, on character borders.
fn places_are_right(text: &str, problems: &[Problem]) -> Result<(), TestCaseError> {
    let spans =
        problems.iter().flat_map(|problem| problem.span.iter().chain(problem.labels.iter().map(|label| &label.span)));
    for span in spans {
        prop_assert!(text.get(span.clone()).is_some(), "{span:?} of {}", text.len());
    }
    for problem in problems {
        prop_assert!(problem.help.is_some(), "{} has no help", problem.code);
        let whole = matches!(problem.code, "file::empty" | "file::binary" | "file::data");
        prop_assert!(problem.span.is_some() || whole, "{} has no place", problem.code);
    }
    Ok(())
}

fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let path = Path::new("PRP-1-x.md");
    let (read, problems) = prp(path, bytes);
    places_are_right(&read.text, &problems)?;
    let inside = |span: &Range<usize>| read.text.get(span.clone()).is_some();
    prop_assert!(read.phases.iter().all(|phase| inside(&phase.span) && inside(&phase.heading)));
    prop_assert!(read.gates.iter().all(|gate| inside(&gate.span) && (1..=4).contains(&gate.level)));
    prop_assert!(read.sections.iter().all(|section| inside(&section.span)));
    let (read, problems) = plan(path, bytes);
    places_are_right(&read.text, &problems)?;
    let document = document(Path::new("x.md"), bytes);
    let lines = document.text().lines().count().max(1);
    let inspection = Inspection::new(&document);
    prop_assert!(
        inspection
            .problems
            .iter()
            .all(|problem| problem.line.map_or(problem.code.starts_with("file::"), |line| (1..=lines).contains(&line)))
    );
    prop_assert!(inspection.phases.iter().all(|phase| (1..=lines).contains(&phase.line)));
    Ok(())
}

fn value() -> impl Strategy<Value = FieldValue> {
    prop_oneof![
        "\\PC{0,20}".prop_map(FieldValue::Text),
        ".{0,8}".prop_map(FieldValue::Text),
        prop::sample::select(vec![
            "yes",
            "1.10",
            "null",
            "x # y",
            "- x",
            "a: b",
            "'",
            "\"",
            "",
            "executed",
            "2026-11-20T10:15:30Z"
        ])
        .prop_map(FieldValue::from),
        (-1.0e6..1.0e6).prop_map(FieldValue::Number),
        vec("\\PC{0,10}", 0..4).prop_map(FieldValue::List),
        Just(FieldValue::Null),
        Just(FieldValue::Remove),
    ]
}

/// A frontmatter that is correct YAML, with comments and all kinds of values.
fn front() -> impl Strategy<Value = String> {
    let entry = prop::sample::select(vec![
        "plain text",
        "'single ''quoted'''",
        "\"double\\n\"",
        "[a, 'b, c', \"d\"]",
        "",
        "null",
        "# only a comment",
        "x # comment",
        "|\n  block\n\n  # text",
        ">-\n  folded\n  text",
        "wrapped\n  over lines",
        "\n- a\n- b",
        "\n  - a\n  # why\n  - b",
        "\n  k: v",
        "[a,\n  b]",
        "{a: 1}",
        "15.10",
        "'two\n\n  lines'",
        "2025-11-16T12:00:00Z",
    ]);
    let noise = prop::sample::select(vec!["", "\n", "# note\n", "  # indented note\n"]);
    (vec((entry, noise), 0..7), any::<bool>(), any::<bool>()).prop_map(|(entries, crlf, bom)| {
        let entry = |(at, (value, noise)): (usize, &(&str, &str))| format!("key_{at}: {value}\n{noise}");
        let text: String = entries.iter().enumerate().map(entry).collect();
        let text = format!("---\n{text}---\n\n# Body\nkey_0: body");
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        if bom { format!("\u{feff}{text}") } else { text }
    })
}

fn shape(node: &YamlNode) -> Vec<String> {
    match node {
        YamlNode::Null(_) => vec!["null".to_owned()],
        YamlNode::Scalar(scalar) => vec!["text".to_owned(), scalar.text.clone()],
        YamlNode::List(items, _, _) => {
            std::iter::once("list".to_owned()).chain(items.iter().map(|item| item.text.clone())).collect()
        }
        YamlNode::Other(..) => vec!["other".to_owned()],
    }
}

fn entries(text: &str) -> Vec<(String, Vec<String>)> {
    let front = frontmatter(text, &mut Vec::new());
    let all = front.map(|front| front.entries).unwrap_or_default();
    all.iter().map(|entry| (entry.key.clone(), shape(&entry.value))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reading_never_panics_on_bytes(bytes in vec(any::<u8>(), 0..200)) {
        check(&bytes)?;
    }

    #[test]
    fn reading_never_panics_on_documents_and_all_places_are_inside(text in text()) {
        check(text.as_bytes())?;
    }

    #[test]
    fn dependency_texts_never_panic(text in "[Phases 0-9.,;&+()a-z–*`-]{0,30}|\\PC{0,20}") {
        for piece in dependency_text(&text) {
            let (batchprp::model::read::Piece::Label(_, span)
            | batchprp::model::read::Piece::Span(_, _, span)
            | batchprp::model::read::Piece::Before(_, span)
            | batchprp::model::read::Piece::Rejected(span)) = piece;
            prop_assert!(text.get(span).is_some());
        }
    }

    #[test]
    fn fixing_fences_is_done_once(text in text()) {
        if let Some(fixed) = fix_fences(&text) {
            prop_assert_eq!(fix_fences(&fixed), None);
            prop_assert_eq!(fixed.replace(['`', '~'], ""), text.replace(['`', '~'], ""));
        }
    }

    #[test]
    fn what_is_set_is_read_and_everything_else_stays(text in front(), key in 0..8_usize, value in value()) {
        let key = format!("key_{key}");
        let before = entries(&text);
        let known = before.iter().any(|(name, _)| *name == key);
        let edited = match set(&text, &[(&key, value.clone())]) {
            Ok(edited) => edited,
            Err(EditError::Refused { .. }) => return Ok(()),
            // The comment below a removed key would become part of the block above it.
            Err(EditError::Damaged { .. }) if value == FieldValue::Remove => return Ok(()),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        };
        let after = entries(&edited);
        let others = |all: &[(String, Vec<String>)]| all.iter().filter(|(name, _)| *name != key).cloned().collect::<Vec<_>>();
        prop_assert_eq!(others(&before), others(&after));
        let new = after.iter().find(|(name, _)| *name == key).map(|(_, shape)| shape.clone());
        let expected = match &value {
            FieldValue::Text(text) => Some(vec!["text".to_owned(), text.clone()]),
            FieldValue::Number(number) => Some(vec!["text".to_owned(), format!("{number}")]),
            FieldValue::List(items) => Some(std::iter::once("list".to_owned()).chain(items.clone()).collect()),
            FieldValue::Null => Some(vec!["null".to_owned()]),
            FieldValue::Remove => None,
        };
        prop_assert_eq!(new, expected);
        // Lines of other keys, comments and the body are there byte for byte, in their order.
        if !known && value != FieldValue::Remove {
            prop_assert!(edited.len() > text.len());
            let start = text.bytes().zip(edited.bytes()).take_while(|(old, new)| old == new).count();
            let added = edited.len() - text.len();
            prop_assert_eq!(&edited.as_bytes()[start + added..], &text.as_bytes()[start..]);
        }
        let notes = |text: &str| text.lines().filter(|line| line.starts_with("# note")).count();
        prop_assert_eq!(notes(&text), notes(&edited));
        prop_assert!(edited.ends_with("# Body\nkey_0: body") || edited.ends_with("# Body\r\nkey_0: body"));
        prop_assert_eq!(set(&edited, &[(&key, value)]), Ok(edited));
    }

    #[test]
    fn editing_never_panics_on_documents(text in text(), value in value()) {
        if let Ok(edited) = set(&text, &[("status", value)]) {
            let end = frontmatter(&text, &mut Vec::new()).map_or(0, |front| front.span.end);
            let body = text[end..].trim_start_matches('\u{feff}');
            prop_assert!(edited.ends_with(body));
        }
    }
}
