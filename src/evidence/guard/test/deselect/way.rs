//! One way to leave tests out, as a text has it.

/// One way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// For people, with the value: a new value is a new way.
    pub(super) what: String,
    /// Word by which its line is found.
    pub(super) word: String,
    /// Nothing says that it is meant for some machines or some calls only, or that it means no tests.
    pub(super) is_sure: bool,
}

impl Way {
    pub(super) fn sure(what: impl Into<String>, word: &str) -> Self {
        Self { what: what.into(), word: word.to_owned(), is_sure: true }
    }

    pub(super) fn unsure(what: impl Into<String>, word: &str) -> Self {
        Self { is_sure: false, ..Self::sure(what, word) }
    }

    pub(super) fn new(what: impl Into<String>, word: &str, is_sure: bool) -> Self {
        Self { is_sure, ..Self::sure(what, word) }
    }
}
