//! Hours and complexity, as fields of plans and of frontmatters.

use super::estimate::leading;
use crate::model::prp::Complexity;

/// Reads hours: a number, a range (its middle), or a duration with a unit; a comment may follow.
pub(crate) fn hours(text: &str) -> Option<f64> {
    let (duration, rest) = leading(text.trim().trim_matches(['*', '`']), Some(60.0))?;
    let rest = rest.trim_start();
    let comment = rest.is_empty() || rest.starts_with(['(', ',', ';', '-', '–', '—', '#', '.']);
    let hours = duration.minutes / 60.0;
    (comment && hours.is_finite()).then_some(hours)
}

/// Reads a complexity word in any case; a comment may follow.
pub(crate) fn complexity(text: &str) -> Option<Complexity> {
    let text = text.trim().trim_matches(['*', '`']);
    let end = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let rest = text[end..].trim_start();
    if !(rest.is_empty() || rest.starts_with(['(', ',', ';', '–', '—', '#', '.']) || rest.starts_with("- ")) {
        return None;
    }
    match text[..end].to_ascii_lowercase().as_str() {
        "low" => Some(Complexity::Low),
        "medium" => Some(Complexity::Medium),
        "high" => Some(Complexity::High),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_every_form() {
        for (text, expected) in
            [("2.5", 2.5), ("2-3", 2.5), ("~3h", 3.0), ("30 min", 0.5), ("5-6 (more)", 5.5), ("2 hours", 2.0)]
        {
            assert_eq!(hours(text), Some(expected), "{text}");
        }
        for text in ["", "soon", "2 people", "-1"] {
            assert_eq!(hours(text), None, "{text}");
        }
    }

    #[test]
    fn complexity_is_one_word() {
        assert_eq!(complexity("High (new ground)"), Some(Complexity::High));
        assert_eq!(complexity("LOW"), Some(Complexity::Low));
        assert_eq!(complexity("low-medium"), None);
        assert_eq!(complexity("low | medium | high"), None);
    }
}
