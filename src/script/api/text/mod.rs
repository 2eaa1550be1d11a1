//! Functions over text and lists: digests, JSON, YAML, filling up, and what the language's own text functions lack.

pub(crate) mod digest;
pub(crate) mod element;
pub(crate) mod fill;
pub(crate) mod items;
pub(crate) mod json;
pub(crate) mod words;
pub(crate) mod yaml;
