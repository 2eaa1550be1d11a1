//! Puts the ten checks together.
//!
//! Every check gives up to one point, so that the score is out of 10. What is missing gives nothing; what is there but
//! thin gives a part, and the finding says what the rest would take. No check depends on a model or on another file.

use super::{head, phases, refusal, text};
use crate::model::prp::Prp;
use crate::review::check::Review;
use crate::review::document::ReviewedPrp;

/// Reviews the structure of one PRP.
///
/// | check | full point | part |
/// |---|---|---|
/// | `frontmatter` | a block with id, title and status, hours and complexity | a quarter each |
/// | `problem`, `solution` | a section that says something | half when it is thin |
/// | `phases` | phases, each with steps and a duration | 0.6, 0.2, 0.2 |
/// | `gates` | at least five gates with a command | a fifth each |
/// | `files` | declared files, none of them everything | half for files named in the body only, or for a pattern that matches everything |
/// | `dependencies` | declared, an empty list included | half when only a section names them |
/// | `acceptance` | a section of at least three criteria | 0.7 for fewer, 0.4 without a list |
/// | `testing` | a section that says something | half when it is thin or only a phase is about tests |
/// | `risks` | a section with at least one entry or some text | half when it is thin |
///
/// What the reader refuses gives no point in the check that it is about, whatever stands there besides.
pub fn structural(prp: &Prp) -> Review {
    let document = ReviewedPrp::new(prp);
    let mut checks = vec![
        head::frontmatter(&document),
        text::problem(&document),
        text::solution(&document),
        phases::phases(&document),
        phases::gates(&document),
        head::files(&document),
        head::dependencies(&document),
        text::acceptance(&document),
        text::testing(&document),
        text::risks(&document),
    ];
    refusal::apply(&document, &mut checks);
    Review::new(checks)
}
