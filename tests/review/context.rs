use batchprp::review::{ExecutedEntry, SectionError, executed_list, file_map, has_section, refresh};

const TEXT: &str = "# A\n\n<!-- batchprp:executed -->\nold\n<!-- /batchprp:executed -->\n\ntail";

#[test]
fn only_what_stands_between_the_markers_changes_and_a_second_time_nothing() {
    let once = refresh(TEXT, "executed", "- new\n- two\n").unwrap();
    assert_eq!(once, "# A\n\n<!-- batchprp:executed -->\n- new\n- two\n<!-- /batchprp:executed -->\n\ntail");
    assert_eq!(refresh(&once, "executed", "- new\n- two\n").unwrap(), once);
    assert_eq!(refresh(&once, "executed", "").unwrap(), TEXT.replace("old\n", ""));
}

#[test]
fn line_ends_of_the_document_are_kept() {
    let text = "\u{feff}a\r\n  <!-- batchprp:files -->\r\n<!-- /batchprp:files -->\r\nb\n";
    let fresh = refresh(text, "files", "x\ny").unwrap();
    assert_eq!(fresh, "\u{feff}a\r\n  <!-- batchprp:files -->\r\nx\r\ny\r\n<!-- /batchprp:files -->\r\nb\n");
    assert_eq!(refresh(&fresh, "files", "x\r\ny\r\n").unwrap(), fresh);
}

#[test]
fn documents_without_the_section_and_examples_in_code_stay_as_they_are() {
    let example = "```html\n<!-- batchprp:executed -->\n```\n<!-- batchprp:other -->\n<!-- /batchprp:other -->\n";
    assert_eq!(refresh(example, "executed", "x").unwrap(), example);
    assert!(!has_section(example, "executed") && has_section(example, "other"));
}

#[test]
fn markers_that_do_not_fit_together_are_refused_with_their_line() {
    let open = "<!-- batchprp:a -->\n";
    let close = "<!-- /batchprp:a -->\n";
    let other = "<!-- batchprp:b -->\n";
    let line = |text: String| match refresh(&text, "a", "x") {
        Err(SectionError::Unclosed { line, .. }) => ("unclosed", line),
        Err(SectionError::Unopened { line, .. }) => ("unopened", line),
        Err(SectionError::Nested { line, .. }) => ("nested", line),
        Err(SectionError::Twice { line, .. }) => ("twice", line),
        other => panic!("{other:?}"),
    };
    assert_eq!(line(format!("x\n{open}y\n")), ("unclosed", 2));
    assert_eq!(line(format!("x\n{close}")), ("unopened", 2));
    assert_eq!(line(format!("{open}{other}")), ("nested", 2));
    assert_eq!(line(format!("{open}{close}{open}{close}")), ("twice", 3));
    assert_eq!(line(format!("{other}{close}")), ("unclosed", 1));
}

#[test]
fn a_text_that_would_break_the_section_is_refused() {
    assert!(matches!(refresh(TEXT, "executed", "<!-- /batchprp:executed -->"), Err(SectionError::MarkerInBody { .. })));
    assert!(matches!(refresh(TEXT, "a b", "x"), Err(SectionError::BadName(_))));
}

fn entry(id: &str, title: &str) -> ExecutedEntry {
    ExecutedEntry {
        id: id.parse().expect("a good id"),
        title: title.to_owned(),
        path: format!("PRPs/executed/{id}-x.md"),
        completed: Some("2026-11-20T10:15:30Z".to_owned()),
    }
}

#[test]
fn executed_prps_are_listed_by_number_and_titles_cannot_break_out() {
    let list = executed_list(&[entry("PRP-47.10.1", "ten"), entry("PRP-47.2.1", "two\n<!-- /batchprp:executed -->")]);
    assert_eq!(
        list,
        "- PRP-47.2.1: two /batchprp:executed ([document](PRPs/executed/PRP-47.2.1-x.md), 2026-11-20)\n\
         - PRP-47.10.1: ten ([document](PRPs/executed/PRP-47.10.1-x.md), 2026-11-20)\n"
    );
    assert!(refresh(TEXT, "executed", &list).is_ok());
}

#[test]
fn the_file_map_is_sorted_by_file_and_then_by_number() {
    let id = |text: &str| text.parse().unwrap();
    let files = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let map = file_map(&[
        (id("47.10.1"), files(&["src/b.rs", "src/a.rs"])),
        (id("47.2.1"), files(&["src/a.rs", "src/a.rs"])),
    ]);
    assert_eq!(map, "- `src/a.rs`: PRP-47.2.1, PRP-47.10.1\n- `src/b.rs`: PRP-47.10.1\n");
}
