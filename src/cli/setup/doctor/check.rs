//! One line of what `doctor` says.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::report::Style;
use crate::report::style::{Sign, Tone};
use crate::report::text::safe;

#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Grade {
    Good,
    Warning,
    Bad,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Check {
    name: &'static str,
    grade: Grade,
    text: String,
    help: Option<String>,
}

impl Check {
    pub(super) fn good(name: &'static str, text: impl Into<String>) -> Self {
        Self { name, grade: Grade::Good, text: text.into(), help: None }
    }

    pub(super) fn warning(name: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, grade: Grade::Warning, text: text.into(), help: Some(help.into()) }
    }

    pub(super) fn bad(name: &'static str, text: impl Into<String>, help: impl Into<String>) -> Self {
        Self { name, grade: Grade::Bad, text: text.into(), help: Some(help.into()) }
    }

    /// What stops a run stops it with the same words.
    pub(super) fn refused(name: &'static str, error: Error) -> Self {
        Self::bad(name, error.message, error.help.unwrap_or_default())
    }

    pub(super) fn is_bad(&self) -> bool {
        self.grade == Grade::Bad
    }

    pub(super) fn write(&self, out: &mut impl Write, style: Style) -> io::Result<()> {
        let (tone, sign) = match self.grade {
            Grade::Good => (Tone::Good, Sign::Good),
            Grade::Warning => (Tone::Warning, Sign::Warning),
            Grade::Bad => (Tone::Bad, Sign::Bad),
        };
        writeln!(out, "{} {}: {}", style.paint(tone, style.mark(sign)), self.name, safe(&self.text))?;
        for line in self.help.iter().flat_map(|help| help.lines()) {
            writeln!(out, "    {}", safe(line))?;
        }
        Ok(())
    }
}
