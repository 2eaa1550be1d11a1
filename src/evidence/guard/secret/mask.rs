//! Excerpts without secrets.

use super::assignment::Strictness;
use super::line::{sure, unsure};

/// Longest excerpt, in letters.
const WIDTH: usize = 120;

/// Returns a line without its secrets, and not too long.
pub(in crate::evidence::guard) fn masked(line: &str) -> String {
    let mut found = sure(line);
    found.extend(unsure(line, Strictness::Secrets));
    found.sort_by_key(|found| found.range.start);
    let mut text = String::new();
    let mut at = 0;
    for found in found {
        if found.range.start >= at {
            text += &[&line[at..found.range.start], "[redacted]"].concat();
            at = found.range.end;
        }
    }
    text += &line[at..];
    let text = text.trim();
    if text.chars().count() <= WIDTH { text.to_owned() } else { text.chars().take(WIDTH - 1).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_shows_everything_but_the_secret() {
        let line = "  STRIPE_SECRET = \"9fK2xQpL7vRtB3mN8sWd\"  # ghp_9fK2xQpL7vRtB3mN8sWdA1cE5gH6jK0qZxYv";
        assert_eq!(masked(line), "STRIPE_SECRET = \"[redacted]\"  # [redacted]");
        assert_eq!(masked(&"x".repeat(300)).chars().count(), WIDTH);
    }
}
