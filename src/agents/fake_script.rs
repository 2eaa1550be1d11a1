//! The script of the fake agent: what each call of each item does.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::task::variable;

/// A script: steps by item. Looked up as `ITEM:PHASE@ATTEMPT`, `ITEM:PHASE`, `ITEM@ATTEMPT`, `ITEM`, `*@ATTEMPT`, `*`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FakeScript {
    #[serde(default)]
    items: BTreeMap<String, Steps>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Steps {
    One(FakeStep),
    Many(Vec<FakeStep>),
}

/// One thing that the fake does.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum FakeStep {
    /// Writes files below the working directory.
    Write {
        files: BTreeMap<String, String>,
        #[serde(default)]
        append: bool,
    },
    /// Waits and says so ten times a second.
    Work {
        seconds: f64,
    },
    /// Waits without a word.
    Sleep {
        seconds: f64,
    },
    /// A barrier: waits without a word until the journal of its run says that something happened, to an item or at all.
    Await {
        event: String,
        item: Option<String>,
    },
    /// Waits for ever without a word.
    Stall,
    Say {
        text: String,
    },
    Progress {
        text: String,
        percent: Option<f64>,
    },
    /// Writes the heartbeat file.
    Heartbeat {
        progress: Option<f64>,
        step: String,
    },
    /// From now on SIGTERM and SIGINT are ignored.
    IgnoreTerm,
    /// Leaves a process behind: in a `session` of its own, or forked `double`.
    Orphan {
        seconds: u32,
        #[serde(default)]
        double: bool,
    },
    /// Commits everything by itself.
    Commit {
        message: String,
    },
    Usage {
        #[serde(default)]
        input: u64,
        #[serde(default)]
        output: u64,
        usd: Option<f64>,
    },
    /// Lines of 80 bytes, or one line of so many bytes.
    Flood {
        #[serde(default)]
        lines: u64,
        #[serde(default)]
        bytes: u64,
    },
    Raw {
        text: String,
    },
    Deny {
        tool: String,
    },
    /// Ends: failed.
    Fail {
        #[serde(default = "one")]
        code: u8,
        /// A status word, such as `overloaded`; anything else is a crash.
        #[serde(default = "failed")]
        reason: String,
        #[serde(default)]
        text: String,
    },
    /// Ends: by a signal.
    Die {
        signal: i32,
    },
    /// Ends: by a usage limit, over after so many seconds or not known.
    Limit {
        seconds: Option<i64>,
    },
    /// Ends: claims to have done what it did not do.
    Lie {
        text: String,
    },
    /// Ends: done, with this answer.
    Succeed {
        #[serde(default)]
        text: String,
        /// Stays that long after its result.
        #[serde(default)]
        linger: f64,
    },
}

fn one() -> u8 {
    1
}

fn failed() -> String {
    "failed".to_owned()
}

/// Reads the script from `--script FILE` or `BATCHPRP_FAKE`; none is an empty one.
pub(crate) fn read(args: &[String]) -> Result<FakeScript, String> {
    let path = match args {
        [] => variable("BATCHPRP_FAKE"),
        [flag, path] if flag == "--script" => Some(path.clone()),
        _ => return Err("the fake agent takes `--script FILE` and nothing else".to_owned()),
    };
    let Some(path) = path else { return Ok(FakeScript::default()) };
    let content = std::fs::read(Path::new(&path)).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    serde_json::from_slice(&content).map_err(|error| format!("the script `{path}` cannot be read: {error}"))
}

impl FakeScript {
    /// Returns the steps of one call; without any a file is written, so that something changes.
    pub(crate) fn steps(&self, item: &str, phase: &str, attempt: &str) -> Vec<FakeStep> {
        let keys = [
            format!("{item}:{phase}@{attempt}"),
            format!("{item}:{phase}"),
            format!("{item}@{attempt}"),
            item.to_owned(),
            format!("*@{attempt}"),
            "*".to_owned(),
        ];
        match keys.iter().find_map(|key| self.items.get(key)) {
            Some(Steps::One(step)) => vec![step.clone()],
            Some(Steps::Many(steps)) => steps.clone(),
            None => {
                let name = format!("fake/{item}-{phase}.txt");
                let files = BTreeMap::from([(name, format!("{item} phase {phase} attempt {attempt}\n"))]);
                vec![FakeStep::Write { files, append: false }]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_key_wins_and_unknown_words_are_refused() {
        let script: FakeScript = serde_json::from_str(
            r#"{"items": {"A:1@2": {"do": "stall"}, "A:1": [{"do": "say", "text": "x"}, {"do": "fail"}], "*": []}}"#,
        )
        .unwrap();
        assert!(matches!(script.steps("A", "1", "2")[..], [FakeStep::Stall]));
        assert!(matches!(script.steps("A", "1", "1")[..], [FakeStep::Say { .. }, FakeStep::Fail { code: 1, .. }]));
        assert!(script.steps("B", "1", "1").is_empty());
        assert!(matches!(FakeScript::default().steps("A", "1", "1")[..], [FakeStep::Write { .. }]));
        for wrong in
            [r#"{"items":{"A":{"do":"sing"}}}"#, r#"{"items":{"A":[{"do":"fail","cod":1}]}}"#, r#"{"item":{}}"#]
        {
            assert!(serde_json::from_str::<FakeScript>(wrong).is_err(), "{wrong}");
        }
    }
}
