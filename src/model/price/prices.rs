//! What tokens cost where an agent does not say: an embedded table, and what a team puts over it. Always an estimate.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::table;
use crate::model::usage::{Tokens, Usage};

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

/// Prices of a team over the embedded table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices(BTreeMap<String, Price>);

impl Prices {
    /// Puts prices of models, or of all models whose name begins so, over the table.
    pub fn new(own: BTreeMap<String, Price>) -> Self {
        Self(own)
    }

    /// Returns the price of a model: of a team's own the longest beginning of its name, else the row of the table. A
    /// provider before the name (`openai/gpt-5`) says nothing about the price.
    pub fn find(&self, model: &str) -> Option<Price> {
        let bare = model.rsplit('/').next().unwrap_or(model);
        let own = self.0.iter().filter(|(name, _)| begins(model, name) || begins(bare, name));
        if let Some((_, price)) = own.max_by_key(|(name, _)| name.len()) {
            return Some(*price);
        }
        let (_, input, cache_read, cache_write, output) = table::row(bare)?;
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
    fn a_teams_longest_name_counts_before_the_table_and_a_provider_does_not_count() {
        let price = |input: f64| Price { input, ..Price::default() };
        let own = [("gpt-5", price(7.0)), ("gpt-5-codex", price(8.0))].map(|(name, price)| (name.to_owned(), price));
        let prices = Prices::new(BTreeMap::from(own));
        let input = |model: &str| prices.find(model).map(|price| price.input);
        assert_eq!(input("openai/gpt-5-codex-2026"), Some(8.0));
        assert_eq!(input("gpt-5.9"), Some(7.0));
        assert_eq!(input("anthropic/claude-opus-4-5-20251101"), Some(5.0));
        assert_eq!(input("gpt-55"), None);
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
