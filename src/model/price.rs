//! What tokens cost where an agent does not say: a dated table, and what a team puts over it. Always an estimate.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::usage::{Tokens, Usage};

/// The month from which the embedded prices are.
pub const SNAPSHOT: &str = "2026-08";

/// US dollars per million tokens of one model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub input: f64,
    /// Like `input` where nothing is given.
    pub cache_read: Option<f64>,
    /// Like `input` where nothing is given.
    pub cache_write: Option<f64>,
    pub output: f64,
}

impl Price {
    /// Returns what tokens cost, in US dollars.
    pub fn of(self, tokens: Tokens) -> f64 {
        let part = |count: u64, price: f64| count as f64 * price / 1_000_000.0;
        part(tokens.input, self.input)
            + part(tokens.cache_read, self.cache_read.unwrap_or(self.input))
            + part(tokens.cache_write, self.cache_write.unwrap_or(self.input))
            + part(tokens.output, self.output)
    }
}

/// Name or beginning of a model's name, then input, cache read, cache write and output.
type Row = (&'static str, f64, f64, f64, f64);

/// Published list prices in US dollars per million tokens, without discounts and surcharges for long prompts.
const TABLE: [Row; 30] = [
    ("opus", 5.0, 0.5, 6.25, 25.0),
    ("sonnet", 3.0, 0.3, 3.75, 15.0),
    ("haiku", 1.0, 0.1, 1.25, 5.0),
    ("claude-opus", 5.0, 0.5, 6.25, 25.0),
    ("claude-opus-4-0", 15.0, 1.5, 18.75, 75.0),
    ("claude-opus-4-1", 15.0, 1.5, 18.75, 75.0),
    ("claude-opus-4-20250514", 15.0, 1.5, 18.75, 75.0),
    ("claude-sonnet", 3.0, 0.3, 3.75, 15.0),
    ("claude-haiku", 1.0, 0.1, 1.25, 5.0),
    ("claude-3-5-haiku", 0.8, 0.08, 1.0, 4.0),
    ("claude-3-5-sonnet", 3.0, 0.3, 3.75, 15.0),
    ("claude-3-7-sonnet", 3.0, 0.3, 3.75, 15.0),
    ("gpt-4.1", 2.0, 0.5, 2.0, 8.0),
    ("gpt-4o", 2.5, 1.25, 2.5, 10.0),
    ("gpt-4o-mini", 0.15, 0.075, 0.15, 0.6),
    ("gpt-5", 1.25, 0.125, 1.25, 10.0),
    ("gpt-5-mini", 0.25, 0.025, 0.25, 2.0),
    ("gpt-5-nano", 0.05, 0.005, 0.05, 0.4),
    ("gpt-5-codex-mini", 0.25, 0.025, 0.25, 2.0),
    ("gpt-5.1-codex-mini", 0.25, 0.025, 0.25, 2.0),
    ("gpt-5.2", 1.75, 0.175, 1.75, 14.0),
    ("gpt-5.3", 1.75, 0.175, 1.75, 14.0),
    ("gpt-5.4", 2.5, 0.25, 2.5, 15.0),
    ("o3", 2.0, 0.5, 2.0, 8.0),
    ("o4-mini", 1.1, 0.275, 1.1, 4.4),
    ("gemini-2.5-pro", 1.25, 0.125, 1.25, 10.0),
    ("gemini-2.5-flash", 0.3, 0.03, 0.3, 2.5),
    ("gemini-2.5-flash-lite", 0.1, 0.01, 0.1, 0.4),
    ("gemini-3-pro", 2.0, 0.2, 2.0, 12.0),
    ("gemini-3-flash", 0.5, 0.05, 0.5, 3.0),
];

/// Prices of a team over the embedded table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices(BTreeMap<String, Price>);

impl Prices {
    /// Puts prices of models, or of all models whose name begins so, over the table.
    pub fn new(own: BTreeMap<String, Price>) -> Self {
        Self(own)
    }

    /// Returns the price of a model: the longest beginning of its name that is known, a team's own first. A provider
    /// before the name (`openai/gpt-5`) says nothing about the price.
    pub fn find(&self, model: &str) -> Option<Price> {
        let bare = model.rsplit('/').next().unwrap_or(model);
        let own = self.0.iter().filter(|(name, _)| begins(model, name) || begins(bare, name));
        if let Some((_, price)) = own.max_by_key(|(name, _)| name.len()) {
            return Some(*price);
        }
        let (_, input, cache_read, cache_write, output) =
            *TABLE.iter().filter(|row| begins(bare, row.0)).max_by_key(|row| row.0.len())?;
        Some(Price { input, cache_read: Some(cache_read), cache_write: Some(cache_write), output })
    }

    /// Adds an estimated cost to a usage that has tokens and no cost; unknown models leave it unknown.
    #[must_use]
    pub fn complete(&self, usage: Usage, model: Option<&str>) -> Usage {
        let (None, Some(tokens), Some(model)) = (usage.cost, usage.tokens, model) else { return usage };
        match self.find(model) {
            Some(price) => Usage { cost: Some(price.of(tokens)), estimated: true, ..usage },
            None => usage,
        }
    }
}

/// Tells whether a name begins with another one and goes on with a new part, so that `gpt-5` is no price for `gpt-55`.
fn begins(model: &str, name: &str) -> bool {
    model.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_known_beginning_counts() {
        let prices = Prices::default();
        let input = |model: &str| prices.find(model).map(|price| price.input);
        assert_eq!(input("claude-sonnet-4-5-20250929"), Some(3.0));
        assert_eq!(input("claude-opus-4-5-20251101"), Some(5.0));
        assert_eq!(input("claude-opus-4-20250514"), Some(15.0));
        assert_eq!(input("openai/gpt-5-mini-2025-08-07"), Some(0.25));
        assert_eq!(input("gpt-5-codex"), Some(1.25));
        assert_eq!(input("gpt-5.2-codex"), Some(1.75));
        assert_eq!(input("gemini-2.5-flash-lite"), Some(0.1));
        for unknown in ["gpt-55", "llama3", "", "opusx"] {
            assert_eq!(input(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn only_a_missing_cost_is_estimated_and_a_team_knows_better() {
        let tokens = Tokens { input: 1_000_000, cache_read: 1_000_000, cache_write: 1_000_000, output: 1_000_000 };
        let usage = Usage { tokens: Some(tokens), ..Usage::default() };
        let estimate = Prices::default().complete(usage, Some("claude-haiku-4-5"));
        assert_eq!((estimate.cost, estimate.estimated), (Some(1.0 + 0.1 + 1.25 + 5.0), true));
        let reported = Usage { cost: Some(0.5), ..usage };
        assert_eq!(Prices::default().complete(reported, Some("claude-haiku-4-5")), reported);
        assert_eq!(Prices::default().complete(usage, Some("llama3")), usage);
        assert_eq!(Prices::default().complete(usage, None), usage);
        let own = Price { input: 2.0, output: 0.0, ..Price::default() };
        let own = Prices::new(BTreeMap::from([("llama3".to_owned(), own)]));
        assert_eq!(own.complete(usage, Some("local/llama3")).cost, Some(6.0));
    }
}
