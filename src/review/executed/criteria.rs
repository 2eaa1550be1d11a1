//! The acceptance criteria of a PRP that are ticked boxes.

use std::ops::Range;

use crate::review::document::ReviewedPrp;

/// A criterion with a box.
#[derive(Debug)]
pub(super) struct Criterion {
    pub(super) ticked: bool,
    pub(super) text: String,
    pub(super) span: Range<usize>,
}

/// Lists the boxes below the heading of the acceptance criteria.
pub(super) fn criteria(document: &ReviewedPrp<'_>) -> Vec<Criterion> {
    let Some(heading) =
        document.topic(&["acceptance criteria", "acceptance", "success criteria", "definition of done"])
    else {
        return Vec::new();
    };
    let mut at = heading.body.start;
    let mut found = Vec::new();
    for line in document.body(heading).split_inclusive('\n') {
        let start = at;
        at += line.len();
        let item = line.trim().trim_start_matches(['-', '*', '+']).trim_start();
        let ticked = |mark| item.strip_prefix(mark).map(str::trim);
        let (ticked, text) = match (ticked("[ ]"), ticked("[x]").or_else(|| ticked("[X]"))) {
            (Some(text), _) => (false, text),
            (None, Some(text)) => (true, text),
            (None, None) => continue,
        };
        found.push(Criterion { ticked, text: text.to_owned(), span: start..start + line.trim_end().len() });
    }
    found
}
