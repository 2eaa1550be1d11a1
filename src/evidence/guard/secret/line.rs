//! What a single line holds.

use super::assignment::{self, Strictness};
use super::known::{self, Found};
use super::{encoded, header};

/// Finds keys that are known by their form, plain or encoded.
pub(super) fn sure(line: &str) -> Vec<Found> {
    let mut found = known::find(line);
    found.extend(encoded::find(line));
    found
}

/// Finds what looks like a secret by what stands before it.
pub(super) fn unsure(line: &str, strictness: Strictness) -> Vec<Found> {
    let mut found = header::find(line);
    found.extend(assignment::find(line, strictness));
    found
}
