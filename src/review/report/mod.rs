//! The report of a review: its data, as Markdown, and as annotations in CI.

mod annotation;
mod batch;
mod markdown;

pub use annotation::annotations;
pub use batch::{BatchReport, PrpReport, RulePart, SemanticPart};
pub use markdown::markdown;
