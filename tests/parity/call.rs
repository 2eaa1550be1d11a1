//! One call of an agent, said twice: as steps of the scripted agent, and as what `fake::agent` prescribes.

use serde_json::{Value, json};

/// What an agent does in one call.
#[derive(Clone, Default)]
pub(crate) struct Call {
    awaits: Option<(&'static str, &'static str)>,
    /// When the call ends in the test: later than what it waits for.
    after_ms: u64,
    writes: Option<(String, &'static str)>,
    spends: Option<(u64, f64)>,
    end: End,
}

#[derive(Clone, Default)]
enum End {
    #[default]
    Done,
    Failed {
        reason: &'static str,
        text: &'static str,
    },
    /// It is ended by this signal.
    Died(i32),
    /// A usage limit that ends after so many seconds, or nobody knows when.
    Limit(Option<i64>),
    /// It says nothing until its time is over.
    Stalls,
    /// It says that it is done, and nothing changed.
    Lies,
}

/// Ends well, with a text.
pub(crate) fn done() -> Call {
    Call::default()
}

/// Ends badly, for a reason that agents have.
pub(crate) fn failed(reason: &'static str, text: &'static str) -> Call {
    Call { end: End::Failed { reason, text }, ..Call::default() }
}

pub(crate) fn died(signal: i32) -> Call {
    Call { end: End::Died(signal), ..Call::default() }
}

pub(crate) fn limited(seconds: Option<i64>) -> Call {
    Call { end: End::Limit(seconds), ..Call::default() }
}

pub(crate) fn stalls() -> Call {
    Call { end: End::Stalls, after_ms: 1_000, ..Call::default() }
}

pub(crate) fn lies() -> Call {
    Call { end: End::Lies, ..Call::default() }
}

impl Call {
    /// Ends only when something happened to an item: `place` orders the waiting calls of a test by time.
    pub(crate) fn after(self, event: &'static str, item: &'static str, place: u64) -> Self {
        Self { awaits: Some((event, item)), after_ms: place * 1_000, ..self }
    }

    /// Spends output tokens and dollars.
    pub(crate) fn spending(self, tokens: u64, dollars: f64) -> Self {
        Self { spends: Some((tokens, dollars)), ..self }
    }

    /// Writes a file.
    pub(crate) fn writing(self, file: impl Into<String>, text: &'static str) -> Self {
        Self { writes: Some((file.into(), text)), ..self }
    }

    /// Returns the steps of the scripted agent.
    pub(crate) fn steps(&self) -> Value {
        let mut steps = Vec::new();
        if let Some((event, item)) = self.awaits {
            steps.push(json!({ "do": "await", "event": event, "item": item }));
        }
        if let Some((file, text)) = &self.writes {
            steps.push(json!({ "do": "write", "files": { file: text } }));
        }
        if let Some((output, usd)) = self.spends {
            steps.push(json!({ "do": "usage", "output": output, "usd": usd }));
        }
        steps.push(match self.end {
            End::Done => json!({ "do": "succeed", "text": "done" }),
            End::Failed { reason, text } => json!({ "do": "fail", "code": 3, "reason": reason, "text": text }),
            End::Died(signal) => json!({ "do": "die", "signal": signal }),
            End::Limit(seconds) => json!({ "do": "limit", "seconds": seconds }),
            End::Stalls => json!({ "do": "stall" }),
            End::Lies => json!({ "do": "lie", "text": "done" }),
        });
        Value::Array(steps)
    }

    /// Returns the map that `fake::agent` takes. The adapter judges the same lines that the scripted agent says.
    pub(crate) fn prescribed(&self) -> Value {
        let finished = |ok: bool, reason: &str, text: &str| {
            json!({ "kind": "finished", "ok": ok, "reason": reason, "text": text }).to_string()
        };
        let mut map = match self.end {
            End::Done => json!({ "lines": [finished(true, "done", "done")], "code": 0 }),
            End::Failed { reason, text } => json!({ "lines": [finished(false, reason, text)], "code": 3 }),
            End::Died(signal) => json!({ "lines": [json!({ "kind": "started" }).to_string()], "signal": signal }),
            // The clock of a test begins at 0.
            End::Limit(seconds) => json!({
                "lines": [finished(false, "rate_limited", "usage limit reached")], "code": 1, "until": seconds,
            }),
            End::Stalls => json!({ "status": "killed", "timer": "total", "signal": 15 }),
            End::Lies => json!({ "status": "no_work", "text": "done" }),
        };
        map["delay_ms"] = self.after_ms.into();
        if let Some((tokens, cost)) = self.spends {
            map["tokens"] = tokens.into();
            map["cost"] = cost.into();
        }
        // What is not known is left out: `()` is no number.
        map.as_object_mut().expect("a map").retain(|_, value| !value.is_null());
        map
    }
}
