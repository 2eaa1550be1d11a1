//! Lists of other tools that became batches: which number each got, and which id each of its items.
//!
//! A reference for each batch, so that a clone with the references goes on with the same ids.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::host::git::plumbing::refs::{self, Moved, RefChange};
use crate::host::git::plumbing::repo::{Repo, refuse};
use crate::model::id::PrpId;

/// Where the references are.
const FOLDER: &str = "refs/batchprp/plans";
const SCHEMA_VERSION: u32 = 1;

/// A list that became a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adopted {
    pub schema_version: u32,
    pub batch: u32,
    /// File or folder, below the root.
    pub source: String,
    /// The format, where the user said it.
    pub format: Option<String>,
    /// Optional items belong to the batch.
    pub optional: bool,
    /// Id of each label.
    pub ids: BTreeMap<String, PrpId>,
}

impl Adopted {
    /// Makes the record of a list that becomes a batch.
    pub fn new(batch: u32, source: String) -> Self {
        let ids = BTreeMap::new();
        Self { schema_version: SCHEMA_VERSION, batch, source, format: None, optional: false, ids }
    }
}

/// Returns all records, by batch.
pub fn all(repo: &Repo) -> Result<Vec<Adopted>> {
    let mut found = Vec::new();
    for (_, object) in refs::list(repo, &format!("{FOLDER}/"))? {
        let bytes = match repo.store().blob(&object) {
            Ok(bytes) => bytes,
            Err(_) => repo.git().args(["cat-file", "blob", &object]).ok()?.stdout,
        };
        // What a newer version wrote in another form is not ours to change.
        found.extend(serde_json::from_slice::<Adopted>(&bytes));
    }
    found.sort_by_key(|adopted| adopted.batch);
    Ok(found)
}

/// Writes a record in the place of the one that was read; `false` when somebody else wrote one since.
pub fn record(repo: &Repo, new: &Adopted, old: Option<&Adopted>) -> Result<bool> {
    let name = format!("{FOLDER}/{}", new.batch);
    let then = refs::read(repo, &name)?;
    if then.is_some() != old.is_some() {
        return Ok(false);
    }
    let text = serde_json::to_string_pretty(new).map_err(|error| refuse(format!("cannot write the ids: {error}")))?;
    let object = repo.git().args(["hash-object", "-w", "--stdin"]).input(format!("{text}\n")).text()?;
    let change = RefChange::default().set(&name, object.trim(), then.as_deref());
    Ok(change.apply(repo, "batchprp: ids of a plan")? == Moved::Done)
}
