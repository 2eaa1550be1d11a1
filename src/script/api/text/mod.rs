//! Functions over text: digests, JSON, YAML, and what the language's own text functions lack.

pub(crate) mod digest;
pub(crate) mod items;
pub(crate) mod json;
pub(crate) mod words;
pub(crate) mod yaml;
