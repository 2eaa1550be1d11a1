//! Published list prices of models: what an estimate rests on where neither the agent nor the team says more.
//!
//! US dollars per million tokens, without discounts and surcharges for long prompts. Every row was compared with the table
//! `model_prices_and_context_window_backup.json` in the release 1.109.1 of the Python package `litellm`.

/// The month of the comparison.
pub const SNAPSHOT: &str = "2026-11";

/// Name of a model, then input, cache read, cache write and output. Where no write is priced it costs like input.
pub(crate) type Row = (&'static str, f64, f64, f64, f64);

/// One row per model. A date or `latest` behind the name is the same model; any other name is a model of its own.
#[rustfmt::skip]
pub(crate) const TABLE: [Row; 65] = [
    ("claude-fable-5", 10.0, 1.0, 12.5, 50.0),
    ("claude-fable-5-1", 10.0, 0.25, 12.5, 50.0),
    ("claude-haiku-4-5", 1.0, 0.1, 1.25, 5.0),
    ("claude-haiku-5-5", 0.1, 0.01, 0.125, 0.5),
    ("claude-mythos-5", 10.0, 1.0, 12.5, 50.0),
    ("claude-mythos-5-1", 10.0, 0.25, 12.5, 50.0),
    ("claude-opus-4-5", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-4-6", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-4-7", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-4-8", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-5", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-5-5", 4.0, 0.2, 5.0, 20.0),
    ("claude-sonnet-4-5", 3.0, 0.3, 3.75, 15.0),
    ("claude-sonnet-4-6", 3.0, 0.3, 3.75, 15.0),
    ("claude-sonnet-5", 2.0, 0.2, 2.5, 10.0),
    ("claude-sonnet-5-5", 2.0, 0.1, 2.5, 10.0),
    ("gemini-2.5-flash", 0.3, 0.03, 0.3, 2.5),
    ("gemini-2.5-flash-lite", 0.1, 0.01, 0.1, 0.4),
    ("gemini-2.5-pro", 1.25, 0.125, 1.25, 10.0),
    ("gemini-3-flash-preview", 0.5, 0.05, 0.5, 3.0),
    ("gemini-3.1-flash-lite", 0.25, 0.025, 0.25, 1.5),
    ("gemini-3.1-pro-preview", 2.0, 0.2, 2.0, 12.0),
    ("gemini-3.5-flash", 1.5, 0.15, 1.5, 9.0),
    ("gemini-3.5-flash-lite", 0.3, 0.03, 0.3, 2.5),
    ("gemini-3.6-flash", 0.75, 0.075, 0.75, 3.75),
    ("gemini-3.7-flash", 0.75, 0.075, 0.75, 3.75),
    ("gemini-3.8-flash", 0.75, 0.075, 0.75, 3.75),
    ("gpt-4.1", 2.0, 0.5, 2.0, 8.0),
    ("gpt-4.1-mini", 0.4, 0.1, 0.4, 1.6),
    ("gpt-4.1-nano", 0.1, 0.025, 0.1, 0.4),
    ("gpt-4o", 2.5, 1.25, 2.5, 10.0),
    ("gpt-4o-mini", 0.15, 0.075, 0.15, 0.6),
    ("gpt-5", 1.25, 0.125, 1.25, 10.0),
    ("gpt-5-codex", 1.25, 0.125, 1.25, 10.0),
    ("gpt-5-mini", 0.25, 0.025, 0.25, 2.0),
    ("gpt-5-nano", 0.05, 0.005, 0.05, 0.4),
    ("gpt-5-pro", 15.0, 15.0, 15.0, 120.0),
    ("gpt-5.1", 1.25, 0.125, 1.25, 10.0),
    ("gpt-5.1-codex", 1.25, 0.125, 1.25, 10.0),
    ("gpt-5.1-codex-max", 1.25, 0.125, 1.25, 10.0),
    ("gpt-5.1-codex-mini", 0.25, 0.025, 0.25, 2.0),
    ("gpt-5.2", 1.75, 0.175, 1.75, 14.0),
    ("gpt-5.2-codex", 1.75, 0.175, 1.75, 14.0),
    ("gpt-5.2-pro", 21.0, 21.0, 21.0, 168.0),
    ("gpt-5.3-codex", 1.75, 0.175, 1.75, 14.0),
    ("gpt-5.4", 2.5, 0.25, 2.5, 15.0),
    ("gpt-5.4-mini", 0.75, 0.075, 0.75, 4.5),
    ("gpt-5.4-nano", 0.2, 0.02, 0.2, 1.25),
    ("gpt-5.4-pro", 30.0, 30.0, 30.0, 180.0),
    ("gpt-5.5", 5.0, 0.5, 5.0, 30.0),
    ("gpt-5.5-pro", 30.0, 30.0, 30.0, 180.0),
    ("gpt-5.6", 4.0, 0.4, 5.0, 20.0),
    ("gpt-5.6-luna", 0.2, 0.02, 0.25, 1.2),
    ("gpt-5.6-sol", 4.0, 0.4, 5.0, 20.0),
    ("gpt-5.6-terra", 2.0, 0.2, 2.5, 12.0),
    ("gpt-6-astra", 10.0, 1.0, 12.5, 50.0),
    ("gpt-6-luna", 0.1, 0.01, 0.125, 0.5),
    ("gpt-6-rosalind", 15.0, 1.5, 18.75, 75.0),
    ("gpt-6-sol", 2.0, 0.2, 2.5, 10.0),
    ("gpt-6.1-sol", 2.0, 0.1, 2.5, 10.0),
    ("gpt-6.1-terra", 1.0, 0.05, 1.25, 5.0),
    ("o3", 2.0, 0.5, 2.0, 8.0),
    ("o3-mini", 1.1, 0.55, 1.1, 4.4),
    ("o3-pro", 20.0, 20.0, 20.0, 80.0),
    ("o4-mini", 1.1, 0.275, 1.1, 4.4),
];

/// Returns the row of a model.
pub(crate) fn row(model: &str) -> Option<Row> {
    TABLE.iter().find(|row| model.strip_prefix(row.0).is_some_and(is_version)).copied()
}

/// Tells whether what follows a name says only which version of the model it is.
fn is_version(rest: &str) -> bool {
    let Some(word) = rest.strip_prefix(['-', '@']) else { return rest.is_empty() };
    let digits = word.chars().filter(char::is_ascii_digit).count();
    word == "latest" || digits == 8 && word.chars().all(|c| c.is_ascii_digit() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_same_model_and_another_name_is_not() {
        let input = |model: &str| row(model).map(|row| row.1);
        assert_eq!(input("claude-sonnet-4-5-20250929"), Some(3.0));
        assert_eq!(input("claude-sonnet-4-5@20250929"), Some(3.0));
        assert_eq!(input("claude-opus-5-5"), Some(4.0));
        assert_eq!(input("gpt-5-mini-2025-08-07"), Some(0.25));
        assert_eq!(input("gpt-5-latest"), Some(1.25));
        assert_eq!(input("gemini-2.5-flash-lite"), Some(0.1));
        for unknown in ["gpt-55", "gpt-5.9", "gpt-5-ultra", "gpt-5-2", "claude-opus-9", "opus", "llama3", ""] {
            assert_eq!(input(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn rows_are_sorted_and_reading_a_cache_never_costs_more_than_input() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(TABLE.iter().all(|row| row.2 <= row.1 && row.1 <= row.3 && row.3 < row.4));
    }
}
