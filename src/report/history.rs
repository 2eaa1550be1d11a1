//! What earlier runs of a project show: how long its items take and what they use.

use std::collections::BTreeMap;

use super::metrics::{ItemMetrics, Metrics};
use crate::model::prp::Complexity;

/// What one unit of work takes on average: a phase, or an item of a command without phases. `None` is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Expected {
    pub seconds: f64,
    pub tokens: Option<f64>,
    pub cost: Option<f64>,
}

/// The finished items of some runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Runs that finished an item.
    pub runs: u32,
    all: Sum,
    by_complexity: BTreeMap<Complexity, Sum>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum {
    seconds: Share,
    tokens: Share,
    cost: Share,
}

/// An amount, and the units of work that it was measured on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Share {
    amount: f64,
    units: f64,
}

impl History {
    /// Adds runs up.
    pub fn of(runs: &[Metrics]) -> Self {
        let mut history = Self::default();
        for run in runs {
            let mut is_known = false;
            for item in run.items.iter().filter(|item| item.status == "completed" && item.duration > 0.0) {
                is_known = true;
                history.all.add(item);
                if let Some(complexity) = item.complexity {
                    history.by_complexity.entry(complexity).or_default().add(item);
                }
            }
            history.runs += u32::from(is_known);
        }
        history
    }

    /// Returns the seconds that a unit of work takes.
    pub fn pace(&self) -> Option<f64> {
        self.expected(None).map(|expected| expected.seconds)
    }

    /// Returns what a unit of work takes: by items of its complexity where there are any, else by all of them.
    pub fn expected(&self, complexity: Option<Complexity>) -> Option<Expected> {
        let alike = complexity.and_then(|complexity| self.by_complexity.get(&complexity));
        let mean = |part: fn(&Sum) -> Share| alike.and_then(|sum| part(sum).mean()).or_else(|| part(&self.all).mean());
        Some(Expected { seconds: mean(|sum| sum.seconds)?, tokens: mean(|sum| sum.tokens), cost: mean(|sum| sum.cost) })
    }
}

impl Sum {
    fn add(&mut self, item: &ItemMetrics) {
        let units = item.phases.saturating_sub(item.resumed).max(1) as f64;
        self.seconds.add(Some(item.duration), units);
        self.tokens.add(item.tokens.map(|tokens| tokens as f64), units);
        self.cost.add(item.cost, units);
    }
}

impl Share {
    fn add(&mut self, amount: Option<f64>, units: f64) {
        if let Some(amount) = amount {
            self.amount += amount;
            self.units += units;
        }
    }

    fn mean(self) -> Option<f64> {
        (self.units > 0.0).then(|| self.amount / self.units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(complexity: Option<Complexity>, duration: f64, phases: usize, tokens: Option<u64>) -> ItemMetrics {
        let status = "completed".to_owned();
        ItemMetrics { status, duration, phases, tokens, complexity, ..ItemMetrics::default() }
    }

    #[test]
    fn items_of_one_complexity_speak_for_their_like_and_all_together_for_the_rest() {
        let failed = ItemMetrics { status: "failed".to_owned(), ..item(Some(Complexity::Low), 900.0, 1, None) };
        let resumed = ItemMetrics { resumed: 1, ..item(Some(Complexity::High), 60.0, 2, None) };
        let first =
            Metrics { items: vec![item(Some(Complexity::Low), 20.0, 2, Some(200)), failed], ..Metrics::default() };
        let second = Metrics { items: vec![resumed], ..Metrics::default() };
        let nothing = Metrics::default();
        let history = History::of(&[first, second, nothing]);
        assert_eq!(history.runs, 2);
        let low = Expected { seconds: 10.0, tokens: Some(100.0), cost: None };
        assert_eq!(history.expected(Some(Complexity::Low)), Some(low));
        let high = Expected { seconds: 60.0, ..low };
        assert_eq!(history.expected(Some(Complexity::High)), Some(high), "tokens of another kind are better than none");
        let rest = Expected { seconds: 80.0 / 3.0, ..low };
        assert_eq!(history.expected(None), Some(rest));
        assert_eq!(history.expected(Some(Complexity::Medium)), Some(rest));
        assert_eq!(History::of(&[]).expected(None), None, "nothing is not zero");
    }
}
