//! Ids of items: they become branches, folders and names of threads, so only harmless ones are taken.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::script::api::native::invalid;

/// Longest id.
const LONGEST: usize = 100;

/// Refuses an id that cannot be the name of a branch and of a folder everywhere.
pub(super) fn require(id: &str) -> Result<(), Error> {
    let wrong = if id.is_empty() {
        "it is empty"
    } else if id.len() > LONGEST {
        "it is longer than 100 characters"
    } else if !id.chars().all(is_plain) {
        "it has other characters than letters, digits, `.`, `_` and `-`"
    } else if id.starts_with('-') || id.starts_with('.') || id.ends_with('.') {
        "it begins with `-` or `.`, or ends with `.`"
    } else if id.contains("..") || id.to_ascii_lowercase().ends_with(".lock") {
        "no branch can be called so"
    } else {
        return Ok(());
    };
    let error = invalid(format!("`{}` cannot be the id of an item: {wrong}", id.escape_debug()));
    Err(error.help(format!("call it `{}`", slug(id))))
}

/// Refuses ids that are the same where capitals make no difference.
pub(super) fn require_unique<'a>(ids: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for id in ids {
        match seen.insert(id.to_lowercase(), id) {
            Some(other) if other == id => return Err(invalid(format!("`{id}` is there twice"))),
            Some(other) => {
                return Err(invalid(format!("`{other}` and `{id}` are the same where capitals make no difference")));
            }
            None => {}
        }
    }
    Ok(())
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')
}

/// Returns the id that comes nearest to a text.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars() {
        if c == '.' && slug.ends_with('.') {
            continue;
        }
        if is_plain(c) {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_matches(['-', '.']).chars().take(LONGEST).collect();
    let slug = slug.trim_end_matches(['-', '.']).trim_end_matches(".lock");
    if slug.is_empty() { "item".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_ids_are_taken_and_others_get_a_suggestion() {
        for good in ["users", "PRP-1.2.3", "a_b-c.d", "7"] {
            assert!(require(good).is_ok(), "{good}");
        }
        let long = "x".repeat(101);
        for (bad, near) in [
            ("../x", "x"),
            ("a b", "a-b"),
            ("", "item"),
            ("-x", "x"),
            ("a..b", "a.b"),
            ("ä/ö", "item"),
            ("x.lock", "x"),
            (long.as_str(), &long[..100]),
        ] {
            let error = require(bad).unwrap_err();
            assert_eq!(error.help.as_deref(), Some(format!("call it `{near}`").as_str()), "{bad}");
            assert!(require(&slug(bad)).is_ok(), "{bad}");
        }
    }

    #[test]
    fn capitals_make_no_difference() {
        assert!(require_unique(["a", "b"]).is_ok());
        assert!(require_unique(["a", "A"]).unwrap_err().message.contains("capitals"));
        assert!(require_unique(["a", "a"]).unwrap_err().message.contains("twice"));
    }
}
