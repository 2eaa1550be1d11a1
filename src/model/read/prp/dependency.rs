//! An entry of `dependencies` in the frontmatter of a PRP: an id, perhaps with a note.

use crate::model::id::PrpId;

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// The entry says that there is none.
    None,
    Id(PrpId, Option<String>),
    /// `PRP-1 through PRP-27` and the like.
    Range,
    /// Not an id: a package, a file, a sentence.
    Other,
}

/// Reads one entry.
pub(crate) fn read(text: &str) -> Read {
    let text = text.trim();
    if text.is_empty() || crate::model::read::path::is_none(text) {
        return Read::None;
    }
    let length = text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')).count();
    let word = text[..length].trim_end_matches(['.', '-']);
    let rest = text[word.len()..].trim();
    let Ok(id) = word.parse::<PrpId>() else { return Read::Other };
    let lower = rest.to_lowercase();
    if ["through ", "to ", "until ", "..", "– ", "— "].iter().any(|word| lower.starts_with(word)) && mentions_id(&lower)
    {
        return Read::Range;
    }
    let note = match rest.chars().next() {
        None => None,
        Some('(') => {
            let inside = rest.strip_prefix('(').and_then(|rest| rest.trim_end_matches('.').strip_suffix(')'));
            let Some(inside) = inside else { return Read::Other };
            Some(inside)
        }
        Some(':' | '–' | '—') => Some(rest.trim_start_matches([':', '–', '—', ' '])),
        Some('-') if rest.starts_with("- ") => Some(&rest[2..]),
        Some(_) => return Read::Other,
    };
    let note = note.map(str::trim).filter(|note| !note.is_empty()).map(ToOwned::to_owned);
    Read::Id(id, note)
}

fn mentions_id(lower: &str) -> bool {
    lower.contains("prp-") || lower.split_whitespace().any(|word| word.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<(String, Option<String>)> {
        match read(text) {
            Read::Id(id, note) => Some((id.to_string(), note)),
            Read::None | Read::Range | Read::Other => None,
        }
    }

    #[test]
    fn ids_with_and_without_prefix_and_note() {
        for (text, expected, note) in [
            ("PRP-1.2", "PRP-1.2", None),
            ("34.2.6", "PRP-34.2.6", None),
            ("PRP-C (tree (nested) kept)", "PRP-C", Some("tree (nested) kept")),
            ("PRP-21: the fix", "PRP-21", Some("the fix")),
            ("prp-5 - soon", "PRP-5", Some("soon")),
        ] {
            assert_eq!(id(text), Some((expected.to_owned(), note.map(ToOwned::to_owned))), "{text}");
        }
    }

    #[test]
    fn what_is_not_an_id_is_not_an_edge() {
        for text in
            ["6 blending strategies", "numpy>=1.21", "detection.py", "a soft need for PRP-1", "../PRP-1", "PRP-1; rm"]
        {
            assert_eq!(read(text), Read::Other, "{text}");
        }
        assert_eq!(read("PRP-1 through PRP-27: all"), Read::Range);
        assert_eq!(read("None (must be first)"), Read::None);
    }
}
