//! Any document, any value: an edit that is accepted reads back, and the rest of the document stays.
#![no_main]

use batchprp_fuzz::model::edit::{FieldValue, set};
use batchprp_fuzz::model::read::{YamlNode, frontmatter};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (String, String, u8)| {
    let (text, word, kind) = input;
    let value = match kind % 5 {
        0 => FieldValue::Text(word.clone()),
        1 => FieldValue::Number(f64::from(kind) / 4.0),
        2 => FieldValue::List(word.split('/').map(str::to_owned).collect()),
        3 => FieldValue::Null,
        _ => FieldValue::Remove,
    };
    let Ok(edited) = set(&text, &[("status", value.clone())]) else { return };
    let front = frontmatter(&edited, &mut Vec::new());
    let entry = front.as_ref().and_then(|front| front.entries.iter().find(|entry| entry.key == "status"));
    match (&value, entry.map(|entry| &entry.value)) {
        (FieldValue::Text(text), Some(YamlNode::Scalar(scalar))) => assert_eq!(scalar.text, *text),
        (FieldValue::Number(number), Some(YamlNode::Scalar(scalar))) => assert_eq!(scalar.text.parse(), Ok(*number)),
        (FieldValue::List(list), Some(YamlNode::List(items, ..))) => {
            assert_eq!(items.iter().map(|item| &item.text).collect::<Vec<_>>(), list.iter().collect::<Vec<_>>());
        }
        (FieldValue::Null, Some(YamlNode::Null(_))) | (FieldValue::Remove, None) => {}
        (_, other) => panic!("{value:?} was read back as {other:?}"),
    }
    let old = frontmatter(&text, &mut Vec::new()).map_or(0, |front| front.span.end);
    assert!(edited.ends_with(text[old..].trim_start_matches('\u{feff}')));
    assert_eq!(set(&edited, &[("status", value)]).as_deref(), Ok(edited.as_str()));
});
