//! Regular expressions. They take time in proportion to the text, whatever the expression: it may come from a document.

use regex::{Captures, Regex, RegexBuilder};
use rhai::plugin::*;
use rhai::{Array, Dynamic};

use crate::error::Error;
use crate::script::api::native::{Thrown, invalid, native};

/// Memory that one compiled expression may take.
const SIZE: usize = 1 << 20;

/// Reads a regular expression.
pub(crate) fn compiled(pattern: &str) -> Result<Regex, Error> {
    RegexBuilder::new(pattern).size_limit(SIZE).build().map_err(|error| {
        let error = error.to_string();
        let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ");
        invalid(format!("`{pattern}` is not a regular expression: {reason}"))
            .help("the syntax is that of https://docs.rs/regex; between `#\"` and `\"#` a backslash is one")
    })
}

/// The whole match and its groups; `()` for a group that took no part.
pub(crate) fn groups(found: &Captures) -> Dynamic {
    let group = |part: Option<regex::Match>| part.map_or(Dynamic::UNIT, |part| part.as_str().to_owned().into());
    found.iter().map(group).collect::<Array>().into()
}

#[export_module]
pub(crate) mod module {
    /// Tells whether a regular expression matches somewhere in a text.
    ///
    /// ```rhai
    /// print(text::matches("exit code 3", #"code \d+"#)); // → true
    /// ```
    #[rhai_fn(return_raw)]
    pub fn matches(context: NativeCallContext, text: &str, pattern: &str) -> Thrown<bool> {
        native(&context, |_| Ok(compiled(pattern)?.is_match(text)))
    }

    /// Returns all matches of a regular expression, each as an array: the whole match, then its groups.
    ///
    /// ```rhai
    /// for found in text::find("a=1, b=2", #"(\w)=(\d)"#) { print(`${found[1]} is ${found[2]}`); }
    /// // → a is 1
    /// // → b is 2
    /// ```
    #[rhai_fn(return_raw)]
    pub fn find(context: NativeCallContext, text: &str, pattern: &str) -> Thrown<Array> {
        native(&context, |_| Ok(compiled(pattern)?.captures_iter(text).map(|found| groups(&found)).collect()))
    }

    /// Returns a text with all matches of a regular expression replaced; `$1` in the new text is the first group.
    ///
    /// Since level 2.
    ///
    /// ```rhai
    /// print(text::replace("2026-12-01", #"(\d+)-(\d+)-(\d+)"#, "$3.$2.$1")); // → 01.12.2026
    /// ```
    #[rhai_fn(return_raw)]
    pub fn replace(context: NativeCallContext, text: &str, pattern: &str, with: &str) -> Thrown<String> {
        native(&context, |_| Ok(compiled(pattern)?.replace_all(text, with).into_owned()))
    }

    /// Deprecated since level 2: use `text::replace`, which is the same.
    #[rhai_fn(return_raw)]
    pub fn replaced(context: NativeCallContext, text: &str, pattern: &str, with: &str) -> Thrown<String> {
        replace(context, text, pattern, with)
    }
}
