//! The script in a prompt: what the model does, and what goes wrong.
//!
//! ```text
//! @model {"steps":[{"bash":"make"},{"write":["a.txt","text"]}],"say":"done","fault":"429","times":2}
//! ```

use serde::Deserialize;
use serde_json::Value;

/// What a marker begins with.
const MARK: &str = "@model {";

/// One script; the last one that the user's texts hold is in force.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// One tool call a turn.
    pub steps: Vec<Step>,
    /// The answer after the steps.
    pub say: String,
    pub fault: Option<Fault>,
    /// How many requests the fault meets; all of them where nothing is said.
    pub times: Option<u32>,
    /// The turn that the fault meets: 0 is the first request.
    pub at: usize,
    /// Seconds that a limited client is told to wait.
    pub retry_after: Option<u32>,
    pub usage: Option<Counts>,
}

/// One step of the model.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A command line for the client's shell tool.
    Bash(String),
    /// A path and its text, through the client's tool for that.
    Write(String, String),
    /// Any tool by its own name.
    Tool(String, Value),
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Fault {
    #[serde(rename = "400")]
    BadRequest,
    #[serde(rename = "401")]
    Unauthorized,
    #[serde(rename = "429")]
    RateLimited,
    #[serde(rename = "500")]
    Internal,
    #[serde(rename = "529")]
    Overloaded,
    #[serde(rename = "quota")]
    Quota,
    #[serde(rename = "toolong")]
    TooLong,
    /// No answer at all, until the client gives up.
    #[serde(rename = "hang")]
    Hang,
    /// The connection is dropped in the middle of the answer.
    #[serde(rename = "disconnect")]
    Disconnect,
    #[serde(rename = "refuse")]
    Refuse,
    #[serde(rename = "maxtok")]
    MaxTokens,
    #[serde(rename = "empty")]
    Empty,
}

/// Tokens that an answer claims; input does not hold the cached ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Counts {
    pub input: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub output: u64,
}

/// What the phases of `batchprp agents test` get, which bring no script along.
const TRIAL: [(&str, &str); 4] = [
    (
        "### Phase 1: Edit",
        r#"{"steps":[{"write":["edit.txt","ready\n"]}],"say":"It is written. My number: 48151623",
        "usage":{"input":1000,"output":50}}"#,
    ),
    (
        "### Phase 2: Run a command",
        r#"{"steps":[{"bash":"git hash-object edit.txt > hash.txt"}],"say":"It ran.",
        "usage":{"input":1000,"output":50}}"#,
    ),
    (
        "### Phase 3: Remember",
        r#"{"steps":[{"write":["number.txt","48151623\n"]}],"say":"It is written.",
        "usage":{"input":1000,"output":50}}"#,
    ),
    ("### Phase 1: Wait", r#"{"steps":[{"bash":"sh -c 'sleep 300; echo waited > waited.txt'"}],"say":"It ran."}"#),
];

/// Returns the last script in a text.
pub(super) fn last(text: &str) -> Option<Script> {
    let marked = text.rmatch_indices(MARK).find_map(|(at, _)| {
        let json = &text[at + MARK.len() - 1..];
        serde_json::Deserializer::from_str(json).into_iter().next()?.ok()
    });
    let heading = || TRIAL.iter().filter_map(|(head, script)| Some((text.rfind(head)?, *script))).max();
    marked.or_else(|| serde_json::from_str(heading()?.1).ok())
}
