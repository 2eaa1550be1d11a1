//! Reviews by rule, pure: the structure of PRPs, the consistency of a batch, executed work, and what reviewers answer.

mod answer;
mod check;
mod consistency;
mod context;
mod document;
mod drift;
mod executed;
mod finding;
mod outline;
mod report;
mod structural;
mod verdict;

pub use answer::{NeedsManualReview, SemanticReview, answer_schema, parse_answer, parse_value};
pub use check::{Check, Review};
pub use consistency::{RULES, consistency};
pub use context::{ExecutedEntry, SectionError, executed_list, file_map, has_section, refresh, section_texts};
pub use drift::{Drift, DriftLevel, drift};
pub use executed::{Objection, PhaseFacts, WorkFacts, executed};
pub use finding::{Finding, FindingSeverity};
pub use report::{BatchReport, PrpReport, RulePart, SemanticPart, annotations, markdown};
pub use structural::{refusals, structural};
pub use verdict::{DEFAULT_MIN_SCORE, ReviewVerdict, verdict};
