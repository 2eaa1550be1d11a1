//! What was made by a machine and not typed by a person.

use std::collections::BTreeMap;

/// Parts of examples, in lower case.
const EXAMPLES: [&str; 24] = [
    "example",
    "sample",
    "your",
    "placehold",
    "dummy",
    "fake",
    "changeme",
    "change_me",
    "change-me",
    "xxxx",
    "....",
    "****",
    "____",
    "----",
    "redacted",
    "1234567",
    "abcdef",
    "deadbeef",
    "foobar",
    "secret",
    "password",
    "insert",
    "todo",
    "0000000",
];

/// Returns the bits that each sign of a text carries.
pub(super) fn entropy(text: &str) -> f64 {
    let mut counts: BTreeMap<char, f64> = BTreeMap::new();
    for sign in text.chars() {
        *counts.entry(sign).or_default() += 1.0;
    }
    let all: f64 = counts.values().sum();
    counts.values().map(|count| -(count / all) * (count / all).log2()).sum()
}

/// Tells whether a text is an example, a hole to be filled, or repeats itself.
pub(super) fn is_example(text: &str) -> bool {
    let lower = text.to_lowercase();
    EXAMPLES.iter().any(|part| lower.contains(part))
        || text.contains(['<', '>', '{', '}', '$', '%', '…', ' '])
        || entropy(text) < 2.5
}

/// Tells whether a value looks like a key: letters and digits by turns, few signs twice.
pub(super) fn is_random(text: &str, least: usize, bits: f64) -> bool {
    let has = |class: fn(&char) -> bool| text.chars().any(|c| class(&c));
    text.len() >= least && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic) && entropy(text) >= bits
}

/// `550e8400-e29b-41d4-a716-446655440000` names things and opens nothing.
pub(super) fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_are_told_from_keys() {
        for example in
            ["AKIAIOSFODNN7EXAMPLE", "ghp_xxxxxxxxxxxxxxxxxxxx", "sk-your-key-here", "${TOKEN}", "aaaaaaaaaaaaaaaa"]
        {
            assert!(is_example(example), "{example}");
        }
        assert!(!is_example("9fK2xQpL7vRtB3mN8sWd"));
        assert!(is_random("9fK2xQpL7vRtB3mN8sWd", 16, 3.5) && !is_random("an-ordinary-name-of-words", 16, 3.5));
        assert!(is_uuid("550e8400-e29b-41d4-a716-446655440000"));
    }
}
