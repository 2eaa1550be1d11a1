//! Documents of items, for commands that show what these are about.

use crate::bridge::Selection;
use crate::model::id::PrpId;
use crate::model::prp::Prp;
use crate::run::settings::Settings;
use crate::run::work::query::select;

/// Reads the documents of items, as far as there are any: what cannot be read is left out.
pub fn documents(settings: &Settings, ids: &[PrpId]) -> Vec<Prp> {
    let mut found = Vec::new();
    for id in ids {
        let wanted = Selection {
            ids: vec![id.to_string()],
            batch: id.batch().map(|batch| batch.0),
            executed: true,
            lenient: true,
            ..Selection::default()
        };
        let there = select::prps(settings, &wanted).unwrap_or_default();
        found.extend(there.into_iter().find(|prp| prp.id.as_ref() == Some(id)));
    }
    found
}
