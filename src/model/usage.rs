//! Tokens and money, where unknown is not zero.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Tokens of one model conversation, as vendors bill them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Tokens {
    pub input: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub output: u64,
}

impl Tokens {
    /// Returns the sum of all kinds.
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.cache_read).saturating_add(self.cache_write).saturating_add(self.output)
    }

    /// Adds kind by kind.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            output: self.output.saturating_add(other.output),
        }
    }

    /// Returns what came since an earlier reading of the same cumulative counter.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            input: self.input.saturating_sub(earlier.input),
            cache_read: self.cache_read.saturating_sub(earlier.cache_read),
            cache_write: self.cache_write.saturating_sub(earlier.cache_write),
            output: self.output.saturating_sub(earlier.output),
        }
    }
}

/// What one or more attempts used. `None` means unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    pub tokens: Option<Tokens>,
    /// US dollars.
    pub cost: Option<f64>,
    /// The cost comes from the price table and not from the agent.
    pub estimated: bool,
}

impl Usage {
    /// Adds two usages; what one of them does not know is taken from the other.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let tokens = match (self.tokens, other.tokens) {
            (Some(a), Some(b)) => Some(a.plus(b)),
            (a, b) => a.or(b),
        };
        let cost = match (self.cost, other.cost) {
            // Sums of cents are no longer cents in binary.
            (Some(a), Some(b)) => Some(((a + b) * 1e9).round() / 1e9),
            (a, b) => a.or(b),
        };
        Self { tokens, cost, estimated: self.estimated || other.estimated }
    }
}
