//! Functions over text and lists: digests, formats, paths, patterns, columns, and what the language's own functions lack.

pub(crate) mod csv;
pub(crate) mod digest;
pub(crate) mod element;
pub(crate) mod fill;
pub(crate) mod items;
pub(crate) mod json;
pub(crate) mod layout;
pub(crate) mod path;
pub(crate) mod pattern;
pub(crate) mod schema;
pub(crate) mod toml;
pub(crate) mod words;
pub(crate) mod yaml;
