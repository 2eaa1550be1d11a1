//! `review::…`: reviews by rule.

use rhai::plugin::*;
use rhai::{Array, Dynamic, Map};

use crate::review::{self, Review};

use super::super::value::convert::data;
use super::super::value::prp::PrpValue;

fn scored(review: &Review) -> Map {
    let findings: Array = review.findings().map(data).collect();
    let mut map = Map::new();
    map.insert("score".into(), review.score.into());
    map.insert("findings".into(), findings.into());
    map
}

fn list(values: Array) -> Vec<String> {
    values.into_iter().map(|value| value.to_string()).collect()
}

#[export_module]
pub(crate) mod module {
    /// Scores the structure of a PRP by rule: `#{ score, findings }`, the score out of 10. A finding is a map
    /// `#{ severity, category, file, line, description, suggestion }`.
    ///
    /// ```rhai
    /// let review = review::structural(prp);
    /// ```
    pub fn structural(prp: PrpValue) -> Map {
        scored(&review::structural(&prp.0))
    }

    /// Returns how far the changed files are from the declared ones: 0.0 is exact, 0.15 and more is critical.
    ///
    /// ```rhai
    /// let drift = review::drift(prp.files, fact.files);
    /// ```
    pub fn drift(declared: Array, changed: Array) -> f64 {
        review::drift(&list(declared), &list(changed)).ratio
    }

    /// Like `drift`, with what is behind it: `#{ ratio, level, missing, extra }`.
    ///
    /// ```rhai
    /// let drift = review::drift_details(prp.files, fact.files);
    /// ```
    pub fn drift_details(declared: Array, changed: Array) -> Dynamic {
        data(&review::drift(&list(declared), &list(changed)))
    }
}
