//! `assert` and `assert_eq`: for tests of scripts, and for invariants in scripts.

use rhai::Dynamic;
use rhai::plugin::*;

use crate::error::{Error, ExitCode};

use super::native::{Fault, Thrown, native};

/// Longest value that is shown on the line of the error.
const SHORT: usize = 60;
/// Equal lines around a difference.
const CONTEXT: usize = 2;

fn failed(message: String) -> Fault {
    Error::new(ExitCode::CheckFailed, message).into()
}

fn shown(value: &Dynamic) -> String {
    match value.read_lock::<ImmutableString>() {
        Some(text) => format!("{:?}", text.as_str()),
        None => serde_json::to_string(value).unwrap_or_else(|_| value.to_string()),
    }
}

/// Plain data is compared by its JSON form, other values by what they print.
fn equal(left: &Dynamic, right: &Dynamic) -> bool {
    match (serde_json::to_value(left), serde_json::to_value(right)) {
        (Ok(left), Ok(right)) => left == right,
        _ => left.type_id() == right.type_id() && left.to_string() == right.to_string(),
    }
}

/// Says how two values differ: on one line where both are short, else line by line.
fn differ(actual: &Dynamic, expected: &Dynamic) -> Error {
    let (wanted, got) = (shown(expected), shown(actual));
    if wanted.len() <= SHORT && got.len() <= SHORT {
        return Error::new(ExitCode::CheckFailed, format!("expected {wanted}, got {got}"));
    }
    let (wanted, got) = (lines(expected), lines(actual));
    let difference = similar::TextDiff::from_lines(&wanted, &got);
    let mut said = Vec::new();
    for group in difference.grouped_ops(CONTEXT) {
        if !said.is_empty() {
            said.push("…".to_owned());
        }
        for change in group.iter().flat_map(|op| difference.iter_changes(op)) {
            said.push(format!("{} {}", change.tag(), change.value().trim_end_matches('\n')));
        }
    }
    Error::new(ExitCode::CheckFailed, "the values differ: - is expected, + is there").said(said)
}

/// Writes a value over several lines.
fn lines(value: &Dynamic) -> String {
    match value.read_lock::<ImmutableString>() {
        Some(text) => format!("{}\n", text.trim_end_matches('\n')),
        None => serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string()) + "\n",
    }
}

#[export_module]
pub(crate) mod module {
    /// Fails when the condition is false.
    ///
    /// ```rhai
    /// assert(prps.len() > 0);
    /// ```
    #[rhai_fn(name = "assert", return_raw)]
    pub fn assert(context: NativeCallContext, condition: bool) -> Thrown<()> {
        native(&context, |_| if condition { Ok(()) } else { Err(failed("the assertion does not hold".to_owned())) })
    }

    /// Fails with a message when the condition is false.
    ///
    /// ```rhai
    /// assert(prps.len() > 0, "no PRPs were found");
    /// ```
    #[rhai_fn(name = "assert", return_raw)]
    pub fn assert_with(context: NativeCallContext, condition: bool, message: &str) -> Thrown<()> {
        native(&context, |_| if condition { Ok(()) } else { Err(failed(message.to_owned())) })
    }

    /// Fails when two values differ; maps and arrays are compared by content.
    ///
    /// ```rhai
    /// assert_eq(dag.order, ["PRP-1.1.1", "PRP-1.2.1"]);
    /// ```
    #[rhai_fn(name = "assert_eq", return_raw)]
    pub fn assert_eq(context: NativeCallContext, actual: Dynamic, expected: Dynamic) -> Thrown<()> {
        native(&context, |_| match equal(&actual, &expected) {
            true => Ok(()),
            false => Err(differ(&actual, &expected).into()),
        })
    }
}
