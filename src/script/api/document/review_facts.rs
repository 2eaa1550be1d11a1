//! Reads what `git::executed` gave to a script back into the facts that a review looks at.

use rhai::{Dynamic, Map};
use serde::Deserialize;

use crate::model::validation::ValidationRecord;
use crate::review::{Objection, PhaseFacts, WorkFacts};

use crate::script::api::native::{Fault, invalid};

#[derive(Default, Deserialize)]
struct Fact {
    #[serde(default)]
    phases: Vec<Phase>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default)]
    objections: Vec<Objection>,
}

#[derive(Deserialize)]
struct Phase {
    ordinal: u32,
    commit: Option<String>,
    validation: Option<ValidationRecord>,
}

/// Reads one fact; `()` means that git shows nothing.
pub(crate) fn read(fact: Dynamic, diff: &str) -> Result<WorkFacts, Fault> {
    let fact = if fact.is_unit() { Dynamic::from_map(Map::new()) } else { fact };
    let read = serde_json::to_value(&fact).and_then(serde_json::from_value::<Fact>);
    let fact = read.map_err(|error| invalid(format!("this is no fact of `git::executed`: {error}")))?;
    let phase =
        |phase: Phase| PhaseFacts { ordinal: phase.ordinal, commit: phase.commit, validation: phase.validation };
    Ok(WorkFacts {
        phases: fact.phases.into_iter().map(phase).collect(),
        files: fact.files,
        diff: diff.to_owned(),
        objections: fact.objections,
    })
}
