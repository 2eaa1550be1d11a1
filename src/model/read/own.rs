//! How batchprp's own documents are known.

use super::field::{Name, fields};
use super::phase_heading::HeadingKind;
use super::prp::fields::scalar;
use super::text::frontmatter::Frontmatter;
use super::text::heading::Heading;
use super::text::reading::Reading;
use crate::model::id::PrpId;

/// Tells whether the frontmatter has the id of a PRP.
pub(crate) fn has_id(front: Option<&Frontmatter>) -> bool {
    let id = front.and_then(|front| front.get(&["prp_id"])).and_then(scalar);
    id.is_some_and(|id| id.text.parse::<PrpId>().is_ok())
}

/// Tells whether the document links plans of its own.
pub(crate) fn has_mega_phases(reading: &Reading) -> bool {
    reading.headings.iter().any(|heading| is(heading, HeadingKind::MegaPhase))
}

/// Returns the fields below the first heading of a phase; `None` when there is no phase.
pub(crate) fn plan_fields(reading: &Reading) -> Option<Vec<Name>> {
    let first = reading.headings.iter().find(|heading| is(heading, HeadingKind::Phase))?;
    let range = first.span.start..reading.masked.len();
    Some(fields(&reading.masked, &range, &[]).iter().map(|field| field.name).collect())
}

/// Tells whether fields are those of a plan without doubt.
pub(crate) fn are_of_a_plan(names: &[Name]) -> bool {
    let has = |name| names.contains(&name);
    has(Name::Goal) && has(Name::Dependencies) && (has(Name::Steps) || has(Name::Gates))
}

fn is(heading: &Heading, kind: HeadingKind) -> bool {
    heading.phase.as_ref().is_some_and(|phase| phase.kind == kind)
}
