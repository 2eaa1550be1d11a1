//! Where the values of a JSON text stand, so that one of them can be changed and every other byte kept.
//!
//! Whether a text is JSON, and what a string in it says, is for `serde_json`; this only follows the brackets.

use std::ops::Range;

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Json {
    pub(super) span: Range<usize>,
    pub(super) kind: JsonKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum JsonKind {
    Object(Vec<(String, Json)>),
    List(Vec<Json>),
    /// Anything without parts.
    Leaf,
}

/// Returns the value of a text that is JSON.
pub(super) fn parse(text: &str) -> Result<Json, serde_json::Error> {
    // `serde_json` refuses more than 128 levels, so the walk below is bounded.
    serde_json::from_str::<serde::de::IgnoredAny>(text)?;
    let mut scan = Scan { text, at: 0 };
    Ok(scan.value())
}

impl Json {
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.kind {
            JsonKind::Object(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, value)| value),
            JsonKind::List(_) | JsonKind::Leaf => None,
        }
    }

    pub(super) fn entries(&self) -> &[(String, Self)] {
        match &self.kind {
            JsonKind::Object(entries) => entries,
            JsonKind::List(_) | JsonKind::Leaf => &[],
        }
    }

    pub(super) fn list(&self) -> Option<&[Self]> {
        match &self.kind {
            JsonKind::List(values) => Some(values),
            JsonKind::Object(_) | JsonKind::Leaf => None,
        }
    }

    /// Returns a string or a number as text; `None` for anything else.
    pub(super) fn text(&self, source: &str) -> Option<String> {
        let raw = source.get(self.span.clone())?;
        match (&self.kind, raw.as_bytes().first()?) {
            (JsonKind::Leaf, b'"') => serde_json::from_str(raw).ok(),
            (JsonKind::Leaf, b'-' | b'0'..=b'9') => Some(raw.to_owned()),
            _ => None,
        }
    }

    /// Returns the text of an entry, empty when there is none.
    pub(super) fn text_of(&self, key: &str, source: &str) -> String {
        self.get(key).and_then(|value| value.text(source)).unwrap_or_default()
    }
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl Scan<'_> {
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b':')) {
            self.at += 1;
        }
        bytes.get(self.at).copied()
    }

    fn value(&mut self) -> Json {
        let first = self.peek();
        let start = self.at;
        let kind = match first {
            Some(b'{') => {
                self.at += 1;
                let mut entries = Vec::new();
                while self.peek().is_some_and(|byte| byte != b'}') {
                    let key = self.string();
                    entries.push((serde_json::from_str(&self.text[key]).unwrap_or_default(), self.value()));
                }
                self.at += 1;
                JsonKind::Object(entries)
            }
            Some(b'[') => {
                self.at += 1;
                let mut values = Vec::new();
                while self.peek().is_some_and(|byte| byte != b']') {
                    values.push(self.value());
                }
                self.at += 1;
                JsonKind::List(values)
            }
            Some(b'"') => {
                self.string();
                JsonKind::Leaf
            }
            _ => {
                let rest = &self.text.as_bytes()[self.at..];
                let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b',' | b'}' | b']');
                self.at += rest.iter().position(ends).unwrap_or(rest.len()).max(usize::from(!rest.is_empty()));
                JsonKind::Leaf
            }
        };
        self.at = self.at.min(self.text.len());
        Json { span: start..self.at, kind }
    }

    /// Passes over a string and returns its place, quotes included.
    fn string(&mut self) -> Range<usize> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(byte) = bytes.get(self.at) {
            self.at += match byte {
                b'\\' => 2,
                _ => 1,
            };
            if *byte == b'"' {
                break;
            }
        }
        self.at = self.at.min(bytes.len());
        start..self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_text() {
        let text = "{ \"a\" : [1, {\"b\\\"\": \"x\\\\\"}, null],\n\t\"c\":true}";
        let json = parse(text).unwrap();
        let list = json.get("a").and_then(Json::list).unwrap();
        assert_eq!(list.len(), 3);
        assert_eq!(&text[list[1].get("b\"").unwrap().span.clone()], "\"x\\\\\"");
        assert_eq!(list[1].text_of("b\"", text), "x\\");
        assert_eq!(list[0].text(text).as_deref(), Some("1"));
        assert_eq!(list[2].text(text), None);
        assert_eq!(&text[json.get("c").unwrap().span.clone()], "true");
        assert!(parse("{").is_err());
    }
}
