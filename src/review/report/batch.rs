//! The data of a report, in the form of `.ce/tmp/reviews/batch-N.json`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::review::answer::{NeedsManualReview, SemanticReview};
use crate::review::check::Review;
use crate::review::finding::Finding;
use crate::review::verdict::{ReviewVerdict, verdict};

/// Version of the form below.
const SCHEMA_VERSION: u32 = 1;

/// What the rules say about one PRP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RulePart {
    /// Out of 10.
    pub score: f64,
    pub findings: Vec<Finding>,
}

impl From<&Review> for RulePart {
    fn from(review: &Review) -> Self {
        Self { score: review.score, findings: review.findings().cloned().collect() }
    }
}

/// What the reviewing agent says about one PRP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SemanticPart {
    /// Out of 10; `None` when the answer could not be read.
    pub score: Option<f64>,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Why the answer could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl From<Result<SemanticReview, NeedsManualReview>> for SemanticPart {
    fn from(answer: Result<SemanticReview, NeedsManualReview>) -> Self {
        match answer {
            Ok(review) => {
                Self { score: Some(review.score), summary: review.summary, findings: review.findings, reason: None }
            }
            Err(NeedsManualReview(reason)) => {
                Self { score: None, summary: String::new(), findings: Vec::new(), reason: Some(reason) }
            }
        }
    }
}

/// The review of one PRP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrpReport {
    pub prp_id: String,
    #[serde(default)]
    pub file: String,
    /// `None` when the rules were not asked.
    pub structural: Option<RulePart>,
    /// `None` when no agent was asked.
    pub semantic: Option<SemanticPart>,
    /// Mean of the parts, one decimal; `None` when an answer could not be read.
    pub score: Option<f64>,
    pub verdict: ReviewVerdict,
}

impl PrpReport {
    /// Puts the parts together and judges them.
    pub fn new(
        prp_id: impl Into<String>,
        file: impl Into<String>,
        structural: Option<RulePart>,
        semantic: Option<SemanticPart>,
        min_score: f64,
    ) -> Self {
        let file = file.into();
        let mut semantic = semantic;
        // A reviewer that names no file speaks of the document.
        for finding in semantic.iter_mut().flat_map(|part| &mut part.findings).filter(|f| f.file.trim().is_empty()) {
            finding.file.clone_from(&file);
        }
        let by_rule = structural.as_ref().map(|part| part.score);
        let score = match (&semantic, by_rule) {
            (Some(part), Some(by_rule)) => part.score.map(|score| f64::midpoint(score, by_rule)),
            (Some(part), None) => part.score,
            (None, by_rule) => by_rule,
        };
        let score = score.map(rounded);
        // What is called an error, by the rules or by the reviewer, is not made good by a high score.
        let by_meaning = semantic.iter().flat_map(|part| &part.findings);
        let broken = structural.iter().flat_map(|part| &part.findings).chain(by_meaning).any(Finding::is_error);
        let by_error = if broken { ReviewVerdict::NeedsRevision } else { ReviewVerdict::Approve };
        let verdict = score.map_or(ReviewVerdict::NeedsManualReview, |score| verdict(score, min_score).max(by_error));
        Self { prp_id: prp_id.into(), file, structural, semantic, score, verdict }
    }

    /// Returns the findings of both parts.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        let by_rule = self.structural.iter().flat_map(|part| &part.findings);
        by_rule.chain(self.semantic.iter().flat_map(|part| &part.findings))
    }
}

/// The review of a batch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BatchReport {
    pub schema_version: u32,
    pub batch_id: Option<u32>,
    /// `structural`, `semantic`, `full` or `exe`.
    pub mode: String,
    pub min_score: f64,
    /// Mean of the scores that are known, one decimal.
    pub score: Option<f64>,
    /// The worst verdict; at best `NEEDS_REVISION` when the batch is not consistent.
    pub verdict: ReviewVerdict,
    #[serde(rename = "reviews")]
    pub prps: Vec<PrpReport>,
    pub consistency: Vec<Finding>,
}

impl BatchReport {
    /// Puts the reviews of a batch together and judges the whole.
    pub fn new(
        batch_id: Option<u32>,
        mode: impl Into<String>,
        min_score: f64,
        prps: Vec<PrpReport>,
        consistency: Vec<Finding>,
    ) -> Self {
        let scores = prps.iter().filter_map(|prp| prp.score).collect::<Vec<_>>();
        let score = (!scores.is_empty()).then(|| rounded(scores.iter().sum::<f64>() / scores.len() as f64));
        let of_batch = if consistency.iter().any(Finding::is_error) {
            ReviewVerdict::NeedsRevision
        } else {
            ReviewVerdict::Approve
        };
        // Where nothing was reviewed a person has to look.
        let of_items = prps.iter().map(|prp| prp.verdict).max().unwrap_or(ReviewVerdict::NeedsManualReview);
        let verdict = of_items.max(of_batch);
        let mode = mode.into();
        Self { schema_version: SCHEMA_VERSION, batch_id, mode, min_score, score, verdict, prps, consistency }
    }

    /// Returns all findings, those about the batch first.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.consistency.iter().chain(self.prps.iter().flat_map(PrpReport::findings))
    }
}

fn rounded(score: f64) -> f64 {
    (score * 10.0).round() / 10.0
}
