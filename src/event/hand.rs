//! What a person does with a phase that they carry out by hand.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a person did with a phase that they carry out by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandDeed {
    Taken,
    /// Its checks passed.
    Given,
    Abandoned,
}
