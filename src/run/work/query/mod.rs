//! Reading what documents, git and journals show.

pub(crate) mod adopt;
pub(crate) mod answer;
pub(crate) mod documents;
pub(crate) mod executed;
pub(crate) mod git;
pub(crate) mod select;
