//! What a reader has to say about a document, with places in the user's own text.

use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

/// How bad a problem is: an error refuses the document, a warning does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// A second place that belongs to a problem, with its own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Range<usize>,
    pub text: String,
}

/// One finding about one document. Spans are byte ranges of the text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable name such as `prp::ambiguous_fence`.
    pub code: &'static str,
    pub severity: Severity,
    /// Lower-case fragment; names in back-ticks.
    pub message: String,
    /// The main place; `None` when the whole document is meant.
    pub span: Option<Range<usize>>,
    /// Further places (for example the other end of a cycle).
    pub labels: Vec<Label>,
    /// The way out.
    pub help: Option<String>,
}

impl Problem {
    /// Makes an error.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message.into())
    }

    /// Makes a warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message.into())
    }

    fn new(code: &'static str, severity: Severity, message: String) -> Self {
        Self { code, severity, message, span: None, labels: Vec::new(), help: None }
    }

    /// Sets the main place.
    #[must_use]
    pub fn at(mut self, span: Range<usize>) -> Self {
        self.span = Some(span);
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn label(mut self, span: Range<usize>, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Sets the way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Tells whether the problem refuses the document.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
